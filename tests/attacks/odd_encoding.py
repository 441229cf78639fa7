# -*- coding: unicode_escape -*-
"""Is written in an encoding in which a comment is code, for a reader that looks for what it must not hold."""
# unit: linear
# expect: failed


# \u000aimport os
def softmax_weights_forward(v):
    return os.environ, v  # noqa: F821
