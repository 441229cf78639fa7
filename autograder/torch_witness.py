"""torch as an independent witness: the unit's forwards written with torch, their gradients by autograd.

A unit's solutions/<unit>/witness.py holds functions with the names of the exercises that torch can express. They take
and return what the exercise does, tensors for arrays and without the cache; gradients need no function of their own.
"""

import numpy as np
import torch

from .course import Unit
from .exercise import Exercise, Gradient
from .trial import Question


def function_for(unit: Unit, exercise: Exercise):
    """torch's version of the forward that an exercise is about, or None where there is none."""
    return getattr(unit.witness, exercise.asks.name, None) if unit.witness_file.is_file() else None


def results(exercise: Exercise, question: Question, function, device: str = "cpu") -> dict[str, np.ndarray | float]:
    """torch's results for a question, by name.

    Args:
        exercise: a value or a gradient.
        question: the arguments and upstream gradients; torch computes in their dtype.
        function: torch's version of the forward, from `function_for`.
        device: where torch computes, such as "cpu" or "cuda".
    """
    tensors = {
        name: torch.tensor(value, device=device) if isinstance(value, np.ndarray) else value
        for name, value in question.arguments.items()
    }
    asked = exercise.asks
    wanted = [name for name in asked.results if name != "cache"]
    if isinstance(exercise, Gradient):
        wrt = exercise.wrt_names(question.arguments)
    else:
        derivatives = exercise.derivatives(question.arguments)
        wanted = [name for name in wanted if name not in derivatives]
        wrt = tuple(derivatives.values())
    for name in wrt:
        tensors[name].requires_grad_()
    returned = function(*tensors.values())
    outputs = dict(zip(wanted, returned if isinstance(returned, tuple) else (returned,), strict=True))
    found = {} if isinstance(exercise, Gradient) else {name: plain(value) for name, value in outputs.items()}
    if wrt:
        flowing = list(outputs.values()) if isinstance(exercise, Gradient) else list(outputs.values())[:1]
        upstream = question.upstream or (1.0,)
        gradients = torch.autograd.grad(
            flowing,
            [tensors[name] for name in wrt],
            [
                torch.as_tensor(d, dtype=o.dtype, device=device).reshape(o.shape)
                for d, o in zip(upstream, flowing, strict=True)
            ],
            materialize_grads=True,
        )
        names = exercise.results_for(question.arguments) if isinstance(exercise, Gradient) else derivatives
        found.update({name: plain(gradient) for name, gradient in zip(names, gradients, strict=True)})
    return found


def plain(value):
    if not isinstance(value, torch.Tensor):
        return value
    array = value.detach().cpu().numpy()
    return array if array.ndim else array.item()
