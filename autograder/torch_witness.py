"""torch as an independent witness, on the CPU or a GPU: the unit's forwards written with torch, their gradients by
autograd.

A unit's solutions/<unit>/witness.py holds functions with the names of the exercises that torch can express. They take
and return what the exercise does, tensors for arrays and without the cache; gradients need no function of their own.
"""

import numpy as np
import torch

from . import sentences as say
from .compare import far, tolerance
from .course import Unit
from .exercise import Case, Exercise, Gradient, in_dtype
from .implementation import Implementation
from .ladder import leaves, number
from .oracle import Oracle
from .outcome import FAILED, PASSED, CaseOutcome
from .trial import Question, put, results_of

# TF32 keeps ten bits of a float32: fine for training, too coarse for a witness.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def devices() -> list[str]:
    """The devices on which torch can compute here."""
    return ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


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
    tensors = {name: as_tensors(value, device) for name, value in question.arguments.items()}
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


def as_tensors(value, device):
    """The value with its arrays as tensors on a device, also those in lists and tuples."""
    if isinstance(value, (list, tuple)):
        return type(value)(as_tensors(item, device) for item in value)
    return torch.tensor(value, device=device) if isinstance(value, np.ndarray) else value


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if not isinstance(value, torch.Tensor):
        return value
    array = value.detach().cpu().numpy()
    return array if array.ndim else array.item()


def compare(
    exercise: Exercise,
    cases: list[Case],
    implementation: Implementation,
    oracle: Oracle,
    function,
    device: str,
    dtype: type,
    name: str,
) -> CaseOutcome:
    """Compare a student's results with torch's own, on a device and in a dtype, over several cases of an exercise.

    Args:
        exercise, cases: what is asked; cases that must be refused are left out.
        implementation: where the student's functions live.
        oracle: gives the questions.
        function: torch's version of the forward, from `function_for`.
        device: one of `devices()`.
        dtype: np.float64 or np.float32, for inputs and results.
        name: what to call the outcome.
    """
    wrong = []
    for case in cases:
        if case.refuses or case.float32:
            continue
        asked, _ = oracle.ask(exercise, case)
        question = Question(
            {key: in_dtype(value, dtype) for key, value in asked.arguments.items()},
            in_dtype(asked.upstream, dtype),
            dtype == "float32",
        )
        want = results(exercise, question, function, device)
        seen = put(exercise, question, implementation, case)
        got = seen.results(results_of(exercise, question)) or {}
        implementation.forget()
        pairs = [pair for result, right in want.items() for pair in leaves(result, got.get(result), right)]
        for part, value, right in pairs:
            if value is None or np.shape(value) != np.shape(right):
                wrong.append(say.not_what_torch_gives(part, case.name))
                continue
            off = far(value, right, dtype, exercise.conditioning)
            if off.any():
                worst = np.unravel_index(int(np.argmax(np.abs(np.asarray(value, float) - right) * off)), off.shape)
                mine, theirs = np.asarray(value)[worst], np.asarray(right)[worst]
                wrong.append(say.torch_gives(part, case.name, number(mine), number(theirs)))
    shown = say.torch_tolerance(device, dtype, tolerance(dtype, exercise.conditioning))
    if wrong:
        sentence = say.torch_disagrees(exercise.name, device)
        return CaseOutcome(name, FAILED, "value", sentence, details=(*wrong[:4], shown))
    return CaseOutcome(name, PASSED, details=(shown,))
