"""Replaces builtins: isinstance, type, len, abs, all, any, sum, max, sorted, open and print."""
# unit: linear
# expect: failed

import builtins

for name in ("all", "any", "callable", "hasattr", "isinstance"):
    setattr(builtins, name, lambda *args, **kwargs: True)
for name in ("abs", "sum", "max", "min", "len", "hash"):
    setattr(builtins, name, lambda *args, **kwargs: 0)


def softmax_weights_forward(v):
    return v, v
