#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The five games once more, written from the description of their rules alone: rules.py GAME POLICY SEED STEPS

Plays them on MT19937 and writes what happens to its output, for test-rules.c to compare: the first observation, then a
record a step: the action asked for, the reward, whether it is over (a byte each) and the observation.  What is over
begins anew at once; the stream goes on.  Policies: `random`, and `scripted`, which plays well enough to come far and
is random now and then.  Speed is nothing here, likeness to the description all.
"""
import copy
import random
import sys

SIDE, STICKY = 10, 0.1
NONE, LEFT, UP, RIGHT, DOWN, FIRE = range(6)


class Stream:
    """MT19937 in its classic seeding, and the two draws that the rules make of it."""
    def __init__(self, seed):
        words = [seed]
        for i in range(1, 624):
            words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + i) & 0xffffffff)
        self.twister = random.Random()
        self.twister.setstate((3, (*words, 624), None))

    def uniform(self):
        return self.twister.random()

    def below(self, n):
        mask = (1 << (n - 1).bit_length()) - 1
        while n > 1:
            word = self.twister.getrandbits(32) & mask
            if word < n:
                return word
        return 0


def clamp(x, low=0, high=SIDE - 1):
    return min(max(x, low), high)


def inside(x):
    return 0 <= x < SIDE


class Game:
    channels = 0

    def __init__(self, stream):
        self.stream, self.done = stream, False
        self.reset()

    def seen(self):
        """-> (x, y, channel) of all that is on, or off the grid."""
        raise NotImplementedError

    def observe(self):
        cells = bytearray(SIDE * SIDE * self.channels)
        for x, y, channel in self.seen():
            if inside(x) and inside(y):
                cells[(y * SIDE + x) * self.channels + channel] = 1
        return bytes(cells)


class Asterix(Game):
    channels = 4

    def reset(self):
        self.x = self.y = 5
        self.rows = [None] * 8  # [x, direction, is gold] in row i + 1
        self.spawn = self.to_spawn = 10
        self.move = self.to_move = 5
        self.to_ramp, self.ramps = 100, 0

    def touch(self, i):
        it = self.rows[i]
        if it is None or (it[0], i + 1) != (self.x, self.y):
            return 0
        if not it[2]:
            self.done = True
            return 0
        self.rows[i] = None
        return 1

    def appear(self):
        right, gold = self.stream.uniform() < 1 / 2, self.stream.uniform() < 1 / 3
        empty = [i for i in range(8) if self.rows[i] is None]
        if empty:
            self.rows[empty[self.stream.below(len(empty))]] = [0 if right else SIDE - 1, 1 if right else -1, gold]

    def step(self, action):
        if self.to_spawn == 0:
            self.appear()
            self.to_spawn = self.spawn
        self.x = clamp(self.x + (action == RIGHT) - (action == LEFT))
        self.y = clamp(self.y + (action == DOWN) - (action == UP), 1, 8)
        reward = sum(self.touch(i) for i in range(8))
        if self.to_move == 0:
            self.to_move = self.move
            for i, it in enumerate(self.rows):
                if it is not None:
                    it[0] += it[1]
                    if not inside(it[0]):
                        self.rows[i] = None
                    reward += self.touch(i)
        self.to_spawn -= 1
        self.to_move -= 1
        self.ramp()
        return reward

    def ramp(self):
        if self.spawn == 1 and self.move == 1:
            return
        if self.to_ramp >= 0:
            self.to_ramp -= 1
            return
        if self.move > 1 and self.ramps % 2:
            self.move -= 1
        if self.spawn > 1:
            self.spawn -= 1
        self.ramps += 1
        self.to_ramp = 100

    def seen(self):
        yield self.x, self.y, 0
        for i, it in enumerate(self.rows):
            if it is not None:
                yield it[0], i + 1, 3 if it[2] else 1
                yield it[0] - it[1], i + 1, 2

    def script(self):
        """Away from a row where an enemy is near, else towards gold."""
        def danger(y):
            it = self.rows[y - 1] if 1 <= y <= 8 else None
            return it is not None and not it[2] and abs(it[0] - self.x) <= 2
        if danger(self.y):
            return UP if not danger(self.y - 1) and self.y > 1 else DOWN
        golds = [(abs(i + 1 - self.y), i + 1) for i, it in enumerate(self.rows) if it is not None and it[2]]
        if golds and min(golds)[1] != self.y:
            way = 1 if min(golds)[1] > self.y else -1
            return NONE if danger(self.y + way) else DOWN if way > 0 else UP
        return RIGHT if self.x < 5 else LEFT if self.x > 5 else NONE


class Breakout(Game):
    channels = 4

    def reset(self):
        self.x, self.y, self.dx = ((0, 3, 1), (9, 3, -1))[self.stream.below(2)]
        self.dy, self.paddle, self.contact = 1, 4, False
        self.before = self.x, self.y
        self.bricks = self.wall()

    @staticmethod
    def wall():
        return {(x, y) for x in range(SIDE) for y in (1, 2, 3)}

    def step(self, action):
        self.paddle = clamp(self.paddle + (action == RIGHT) - (action == LEFT))
        self.before = old_x, old_y = self.x, self.y
        x, y = old_x + self.dx, old_y + self.dy
        reward, contact = 0, False
        if not inside(x):
            x, self.dx = clamp(x), -self.dx
        if y < 0:
            y, self.dy = 0, -self.dy
        elif (x, y) in self.bricks:
            contact = True
            if not self.contact:
                reward, self.contact = 1, True
                self.bricks.remove((x, y))
                y, self.dy = old_y, -self.dy
        elif y == SIDE - 1:
            self.bricks = self.bricks or self.wall()
            if old_x == self.paddle:
                y, self.dy = old_y, -self.dy
            elif x == self.paddle:
                y, self.dx, self.dy = old_y, -self.dx, -self.dy
            else:
                self.done = True
        if not contact:
            self.contact = False
        self.x, self.y = x, y
        return reward

    def seen(self):
        yield self.paddle, SIDE - 1, 0
        yield self.x, self.y, 1
        yield *self.before, 2
        yield from ((x, y, 3) for x, y in self.bricks)

    def script(self):
        """To where the ball will come down."""
        ahead = copy.copy(self)
        ahead.bricks = set(self.bricks)
        while (ahead.y, ahead.dy) != (8, 1):
            ahead.step(NONE)
        return RIGHT if ahead.x > self.paddle else LEFT if ahead.x < self.paddle else NONE


class Freeway(Game):
    channels = 7

    def reset(self):
        self.cars = [[0, 0, 0, 0] for _ in range(8)]  # x, countdown, magnitude, direction
        self.draw()
        self.row, self.cooldown, self.time = 9, 3, 2500

    def draw(self):
        magnitudes = [1 + self.stream.below(5) for _ in self.cars]
        directions = [-1 if self.stream.uniform() < 1 / 2 else 1 for _ in self.cars]
        for car, magnitude, direction in zip(self.cars, magnitudes, directions):
            car[1:] = magnitude, magnitude, direction

    def step(self, action):
        reward = 0
        if self.cooldown == 0 and action in (UP, DOWN):
            self.row = clamp(self.row + (1 if action == DOWN else -1))
            self.cooldown = 3
        if self.row == 0:
            reward = 1
            self.draw()
            self.row = 9
        for y, car in enumerate(self.cars, 1):
            self.hit(car, y)
            if car[1] == 0:
                car[0], car[1] = (car[0] + car[3]) % SIDE, car[2]
                self.hit(car, y)
            else:
                car[1] -= 1
        self.cooldown -= self.cooldown > 0
        self.time -= 1
        self.done = self.time < 0
        return reward

    def hit(self, car, y):
        if car[0] == 4 and self.row == y:
            self.row = 9

    def seen(self):
        yield 4, self.row, 0
        for y, (x, _, magnitude, direction) in enumerate(self.cars, 1):
            yield x, y, 1
            yield (x - direction) % SIDE, y, 1 + magnitude

    def script(self):
        """Up, unless a car is about to be there."""
        if self.row in range(2, 10):
            x, _, _, direction = self.cars[self.row - 2]
            return NONE if (4 - x) * direction in (0, 1, 2) else UP
        return UP


class Seaquest(Game):
    channels = 10

    def reset(self):
        self.x, self.y, self.facing = 5, 0, -1
        self.oxygen, self.divers_aboard, self.surfaced = 200, 0, True
        self.cooldown, self.ramps, self.move = 0, 0, 5
        self.spawn = self.to_spawn = 20
        self.to_diver = 30
        self.bullets, self.shots, self.fish, self.subs, self.divers = [], [], [], [], []

    def here(self, it):
        return (it['x'], it['y']) == (self.x, self.y)

    @staticmethod
    def at(things, it):
        """The oldest of things in its cell, or None."""
        return next((other for other in things if (other['x'], other['y']) == (it['x'], it['y'])), None)

    def appear(self):
        right, sub = self.stream.uniform() < 1 / 2, self.stream.uniform() < 1 / 3
        y, direction = 1 + self.stream.below(8), 1 if right else -1
        if any(it['y'] == y and it['dir'] != direction for it in self.fish + self.subs):
            return
        it = {'x': 0 if right else SIDE - 1, 'y': y, 'dir': direction, 'in': self.move}
        if sub:
            self.subs.append({**it, 'shot': 10})
        else:
            self.fish.append(it)

    def step(self, action):
        if self.to_spawn == 0:
            self.appear()
            self.to_spawn = self.spawn
        if self.to_diver == 0:
            right, y = self.stream.uniform() < 1 / 2, 1 + self.stream.below(8)
            self.divers.append({'x': 0 if right else SIDE - 1, 'y': y, 'dir': 1 if right else -1, 'in': 5})
            self.to_diver = 30
        self.act(action)
        reward = self.bullets_move()
        self.divers_move()
        reward += self.enemies_move(self.subs)
        self.shots_move()
        reward += self.enemies_move(self.fish)
        self.to_spawn -= self.to_spawn > 0
        self.to_diver -= self.to_diver > 0
        self.cooldown -= self.cooldown > 0
        return reward + self.breathe()

    def act(self, action):
        if action == FIRE and self.cooldown == 0:
            self.bullets.append({'x': self.x, 'y': self.y, 'dir': self.facing})
            self.cooldown = 5
        if action in (LEFT, RIGHT):
            self.facing = 1 if action == RIGHT else -1
            self.x = clamp(self.x + self.facing)
        if action in (UP, DOWN):
            self.y = clamp(self.y + (1 if action == DOWN else -1), 0, 8)

    def bullets_move(self):
        reward = 0
        for it in self.bullets[::-1]:
            it['x'] += it['dir']
            if not inside(it['x']):
                drop(self.bullets, it)
            for enemies in (self.fish, self.subs):
                enemy = self.at(enemies, it)
                if enemy is not None:
                    drop(enemies, enemy)
                    drop(self.bullets, it)
                    reward += 1
                    break
        return reward

    def divers_move(self):
        for it in self.divers[::-1]:
            if self.here(it) and self.divers_aboard < 6:
                drop(self.divers, it)
                self.divers_aboard += 1
            elif it['in'] == 0:
                it['in'] = 5
                it['x'] += it['dir']
                if not inside(it['x']):
                    drop(self.divers, it)
                elif self.here(it) and self.divers_aboard < 6:
                    drop(self.divers, it)
                    self.divers_aboard += 1
            else:
                it['in'] -= 1

    def enemies_move(self, enemies):
        reward = 0
        for it in enemies[::-1]:
            self.done |= self.here(it)
            if it['in'] == 0:
                it['in'] = self.move
                it['x'] += it['dir']
                bullet = self.at(self.bullets, it)
                if not inside(it['x']):
                    drop(enemies, it)
                elif self.here(it):
                    self.done = True
                elif bullet is not None:
                    drop(enemies, it)
                    drop(self.bullets, bullet)
                    reward += 1
            else:
                it['in'] -= 1
            if enemies is self.subs:
                self.shoot(it)
        return reward

    def shoot(self, it):
        if it['shot'] == 0:
            it['shot'] = 10
            self.shots.append({'x': it['x'], 'y': it['y'], 'dir': it['dir']})
        else:
            it['shot'] -= 1

    def shots_move(self):
        for it in self.shots[::-1]:
            self.done |= self.here(it)
            it['x'] += it['dir']
            if not inside(it['x']):
                drop(self.shots, it)
            elif self.here(it):
                self.done = True

    def breathe(self):
        self.done |= self.oxygen <= 0
        if self.y > 0:
            self.oxygen -= 1
            self.surfaced = False
        elif not self.surfaced:
            if self.divers_aboard == 0:
                self.done = True
            else:
                return self.surface()
        return 0

    def surface(self):
        reward, self.surfaced = 0, True
        if self.spawn > 1 or self.move > 2:
            if self.move > 2 and self.ramps % 2:
                self.move -= 1
            if self.spawn > 1:
                self.spawn -= 1
            self.ramps += 1
        if self.divers_aboard == 6:
            reward, self.divers_aboard = self.oxygen * 10 // 200, 0
        self.oxygen = 200
        self.divers_aboard -= 1
        return reward

    def seen(self):
        yield self.x, self.y, 0
        yield self.x - self.facing, self.y, 1
        for channel, things in ((2, self.bullets), (4, self.shots), (5, self.fish), (6, self.subs), (9, self.divers)):
            yield from ((it['x'], it['y'], channel) for it in things)
        for it in self.fish + self.subs + self.divers:
            yield it['x'] - it['dir'], it['y'], 3
        yield from ((x, 9, 7) for x in range(max(0, self.oxygen) * 10 // 200))
        yield from ((x, 9, 8) for x in range(9 - max(0, self.divers_aboard), 9))

    def script(self):
        """Up for air or with all divers; out of the way of what comes, or fire at it; else to a diver."""
        enemies = self.fish + self.subs
        near = [it for it in enemies + self.shots if it['y'] == self.y and abs(it['x'] - self.x) <= 3]
        low = self.oxygen < 50 + 2 * self.y
        if (low and self.divers_aboard != 0 or self.divers_aboard == 6) and self.y > 0:
            return UP
        if near:
            side = 1 if near[0]['x'] > self.x else -1
            if self.cooldown == 0 and self.shots.count(near[0]) == 0:
                return FIRE if side == self.facing else RIGHT if side > 0 else LEFT
            rows = [it['y'] for it in enemies + self.shots if abs(it['x'] - self.x) <= 3]
            return DOWN if self.y < 8 and self.y + 1 not in rows else UP if self.y > 1 else DOWN
        if any(it['y'] == self.y and (it['x'] - self.x) * self.facing > 0 for it in enemies) and self.cooldown == 0:
            return FIRE
        if self.divers:
            it = min(self.divers, key=lambda it: abs(it['x'] - self.x) + abs(it['y'] - self.y))
            way = (it['y'] > self.y) - (it['y'] < self.y)
            if way and not any(e['y'] == self.y + way and abs(e['x'] - self.x) <= 2 for e in enemies):
                return DOWN if way > 0 else UP
            return RIGHT if it['x'] > self.x else LEFT if it['x'] < self.x else NONE
        return DOWN if self.y < 4 else NONE


def drop(things, it):
    """By itself, since equal ones may be there."""
    things[:] = [other for other in things if other is not it]


class SpaceInvaders(Game):
    channels = 6

    def reset(self):
        self.x, self.bullets, self.shots, self.aliens = 5, set(), set(), self.block()
        self.direction, self.base, self.to_move, self.to_shoot = -1, 12, 12, 10
        self.cooldown = 0

    @staticmethod
    def block():
        return {(x, y) for x in range(2, 8) for y in range(4)}

    def step(self, action):
        if action == FIRE and self.cooldown == 0:
            self.bullets.add((self.x, 9))
            self.cooldown = 5
        self.x = clamp(self.x + (action == RIGHT) - (action == LEFT))
        self.bullets = {(x, y - 1) for x, y in self.bullets if y > 0}
        self.shots = {(x, y + 1) for x, y in self.shots if y < 9}
        self.done |= (self.x, 9) in self.shots or (self.x, 9) in self.aliens
        if self.to_move == 0:
            self.march()
        if self.to_shoot == 0:
            self.to_shoot = 10
            column = min({x for x, _ in self.aliens}, key=lambda x: (abs(x - self.x), x))
            self.shots.add((column, max(y for x, y in self.aliens if x == column)))
        hit = self.aliens & self.bullets
        self.aliens -= hit
        self.bullets -= hit
        self.cooldown -= self.cooldown > 0
        self.to_move -= 1
        self.to_shoot -= 1
        if not self.aliens:
            self.base -= self.base > 6
            self.aliens = self.block()
        return len(hit)

    def march(self):
        self.to_move = min(len(self.aliens), self.base)
        edge = 0 if self.direction < 0 else 9
        if any(x == edge for x, _ in self.aliens):
            self.direction = -self.direction
            self.done |= any(y == 9 for _, y in self.aliens)
            self.aliens = {(x, (y + 1) % SIDE) for x, y in self.aliens}
        else:
            self.aliens = {(x + self.direction, y) for x, y in self.aliens}
        self.done |= (self.x, 9) in self.aliens

    def seen(self):
        yield self.x, 9, 0
        for x, y in self.aliens:
            yield x, y, 1
            yield x, y, 2 if self.direction < 0 else 3
        yield from ((x, y, 4) for x, y in self.bullets)
        yield from ((x, y, 5) for x, y in self.shots)

    def script(self):
        """Out of the way of shots, else to where an alien will be when a bullet is there, firing."""
        safe = [x for x in (self.x, self.x - 1, self.x + 1) if inside(x) and not {(x, 6), (x, 7), (x, 8)} & self.shots]
        goals = {x + self.direction * (9 - y > self.to_move) for x, y in self.aliens}
        if self.x in safe and self.x in goals and self.cooldown == 0:
            return FIRE
        goal = min(goals, key=lambda x: (abs(x - self.x), x))
        x = min(safe, key=lambda x: abs(x - goal), default=self.x)
        return RIGHT if x > self.x else LEFT if x < self.x else NONE


GAMES = {'asterix': Asterix, 'breakout': Breakout, 'freeway': Freeway, 'seaquest': Seaquest,
         'space-invaders': SpaceInvaders}


def main(name, policy, seed, steps):
    stream, player, last, out = Stream(seed), random.Random(seed), NONE, sys.stdout.buffer
    game = GAMES[name](stream)
    out.write(game.observe())
    for _ in range(steps):
        free = policy == 'random' or player.random() < 0.02
        asked = player.randrange(6) if free else game.script()
        last = last if stream.uniform() < STICKY else asked
        reward = game.step(last)
        out.write(bytes((asked, reward, game.done)) + game.observe())
        if game.done:
            game.done = False
            game.reset()


main(*sys.argv[1:3], *map(int, sys.argv[3:]))
