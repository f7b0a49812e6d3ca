# SPDX-License-Identifier: Apache-2.0
"""Writes safetensors (Debian has no package for it): a JSON header, then raw little-endian data."""
import json
import struct

TYPES = {'float32': 'F32', 'float64': 'F64', 'int32': 'I32'}


def write(path, tensors, metadata):
    header, parts, at = {'__metadata__': metadata}, [], 0
    for name, tensor in tensors.items():
        array = tensor.detach().contiguous().numpy()
        header[name] = {'dtype': TYPES[array.dtype.name], 'shape': list(array.shape),
                        'data_offsets': [at, at + array.nbytes]}
        parts.append(array.tobytes())
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(parts))


def errors(single, truth):
    """-> metadata: the normalised mean squared error of what was computed in float32."""
    found = {}
    for name, x in truth.items():
        error, size = (single[name].double() - x).square().sum().item(), x.square().sum().item()
        found[f'float32.{name}'] = f'{error / size if size > 0 else 0:.3e}'
    return found
