"""Returns objects whose unpickling or copying runs code in whoever unpickles or copies them."""
# unit: linear
# expect: failed

import os


class Reduced:
    def __reduce__(self):
        return os.system, ("echo HOLE >&2",)

    def __deepcopy__(self, memo):
        os._exit(0)

    __copy__ = __deepcopy__


def linear_forward(x, w, b):
    return Reduced(), Reduced()


def softmax_weights_forward(v):
    return [Reduced()] * 3, {"cache": Reduced()}


def fit_school_weights(x, y, lr, steps):
    return Reduced()
