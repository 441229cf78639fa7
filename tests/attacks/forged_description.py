"""Describes functions that are not there, with immense numbers of parameters and texts."""
# unit: linear
# expect: failed

from autograder.implementation import Description
from autograder.locked import child

true = child.from_description


def forged(description):
    return true(Description("ready", ("a" * 10**5,) * 30, -(2**62), 2**62, "\u202e" * 10**6))


child.from_description = forged
