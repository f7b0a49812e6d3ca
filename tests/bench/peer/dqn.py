# SPDX-License-Identifier: Apache-2.0
"""One DQN update (batch from a replay memory, target network, Huber loss, Adam) in PyTorch and in numpy."""
import time

import numpy as np

BATCH, MEMORY, UPDATES, DISCOUNT, RATE = 32, 10000, 100, 0.99, 1e-3
MLP = (4, 128, 128, 2)
IMAGE, ACTIONS = (4, 10, 10), 6


def torch_update(kind):
    """-> a function that makes UPDATES updates and returns updates a second."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    def network():
        if kind == 'mlp':
            return nn.Sequential(nn.Linear(MLP[0], MLP[1]), nn.ReLU(), nn.Linear(MLP[1], MLP[2]), nn.ReLU(),
                                 nn.Linear(MLP[2], MLP[3]))
        return nn.Sequential(nn.Conv2d(IMAGE[0], 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 8 * 8, 128), nn.ReLU(),
                             nn.Linear(128, ACTIONS))

    torch.manual_seed(1)
    shape, actions = ((MLP[0],), MLP[-1]) if kind == 'mlp' else (IMAGE, ACTIONS)
    online, target = network(), network()
    optimizer = torch.optim.Adam(online.parameters(), lr=RATE)
    states, nexts = torch.rand(2, MEMORY, *shape)
    taken = torch.randint(actions, (MEMORY, 1))
    rewards, alive = torch.randn(MEMORY), (torch.rand(MEMORY) < 0.95).float()

    def updates():
        start = time.perf_counter()
        for _ in range(UPDATES):
            rows = torch.randint(MEMORY, (BATCH,))
            with torch.no_grad():
                goal = rewards[rows] + DISCOUNT * alive[rows] * target(nexts[rows]).max(1)[0]
            value = online(states[rows]).gather(1, taken[rows]).squeeze(1)
            loss = F.smooth_l1_loss(value, goal)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        target.load_state_dict(online.state_dict())
        return UPDATES / (time.perf_counter() - start)
    return updates


class NumpyMlp:
    """Parameters and gradients each one vector, so that Adam is a few calls."""
    def __init__(self, random):
        sizes = list(zip(MLP[:-1], MLP[1:]))
        self.vector = np.zeros(sum((n + 1) * m for n, m in sizes), np.float32)
        self.grad = np.zeros_like(self.vector)
        self.layers, self.grads = self.cut(self.vector, sizes), self.cut(self.grad, sizes)
        for weight, _ in self.layers:
            weight[...] = random.uniform(-1, 1, weight.shape) * weight.shape[0] ** -0.5

    @staticmethod
    def cut(vector, sizes):
        parts, at = [], 0
        for n, m in sizes:
            parts.append((vector[at:at + n * m].reshape(n, m), vector[at + n * m:at + (n + 1) * m]))
            at += (n + 1) * m
        return parts

    def forward(self, x):
        """-> the input of each layer, and the output."""
        inputs = []
        for i, (weight, bias) in enumerate(self.layers):
            inputs.append(x)
            x = x @ weight
            x += bias
            if i < len(self.layers) - 1:
                np.maximum(x, 0, out=x)
        return inputs, x

    def backward(self, inputs, up):
        for i in reversed(range(len(self.layers))):
            np.matmul(inputs[i].T, up, out=self.grads[i][0])
            np.sum(up, axis=0, out=self.grads[i][1])
            if i > 0:
                up = up @ self.layers[i][0].T
                up *= inputs[i] > 0


def numpy_update():
    """As torch_update ('mlp')."""
    random = np.random.default_rng(1)
    online, target = NumpyMlp(random), NumpyMlp(random)
    first, second, steps = np.zeros_like(online.vector), np.zeros_like(online.vector), 0
    states, nexts = random.random((2, MEMORY, MLP[0]), np.float32)
    taken = random.integers(MLP[-1], size=MEMORY)
    rewards = random.standard_normal(MEMORY, np.float32)
    alive = (random.random(MEMORY) < 0.95).astype(np.float32)
    each = np.arange(BATCH)

    def updates():
        nonlocal steps
        start = time.perf_counter()
        for _ in range(UPDATES):
            rows = random.integers(MEMORY, size=BATCH)
            goal = rewards[rows] + DISCOUNT * alive[rows] * target.forward(nexts[rows])[1].max(1)
            inputs, values = online.forward(states[rows])
            up = np.zeros_like(values)
            up[each, taken[rows]] = np.clip(values[each, taken[rows]] - goal, -1, 1) / BATCH
            online.backward(inputs, up)
            grad, steps = online.grad, steps + 1
            first[...] += 0.1 * (grad - first)
            second[...] += 0.001 * (grad * grad - second)
            rate = RATE / (1 - 0.9 ** steps)
            online.vector -= rate * first / (np.sqrt(second / (1 - 0.999 ** steps)) + 1e-8)
        target.vector[...] = online.vector
        return UPDATES / (time.perf_counter() - start)
    return updates
