"""Replaces every function of the engine that it can find by one that says yes."""
# unit: linear
# expect: failed

import sys
import types

for name, module in list(sys.modules.items()):
    if name.startswith("autograder") and name not in (
        "autograder.locked.child",
        "autograder.wire",
        "autograder.locked.messages",
    ):
        for attribute, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType) and attribute in (
                "differs",
                "grade",
                "far",
                "agree",
                "faults",
                "overall",
            ):
                setattr(module, attribute, lambda *args, **kwargs: False)
sys.modules["autograder.grading"] = sys.modules["autograder.compare"] = types.SimpleNamespace(agree=lambda *a: True)


def softmax_weights_forward(v):
    return v, v
