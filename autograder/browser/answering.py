"""What the worker of a page asks of Python: a request comes as JSON, and so does the answer."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from .checking import Cell, check, course
from .running import run


def answer(root: str, request: str, report: Callable[[str], None]) -> str:
    """Answer a request.

    Args:
        root: the folder of the course.
        request: {"do": "check" or "run", "unit", "cells": [{"name", "source"}], and the "exercise" or the "scratch"}.
        report: called with JSON of what is to be told on the way: {"case", "status"} of a check, {"printed"} of a run.
    """
    asked = json.loads(request)
    unit = course(Path(root)).unit(asked["unit"])
    cells = [Cell(cell["name"], cell["source"]) for cell in asked.get("cells", ())]

    def tell(**what):
        report(json.dumps(what))

    match asked["do"]:
        case "check":
            checked = check(unit, cells, asked["exercise"], lambda case, status: tell(case=case, status=status))
            found = checked.to_json()
        case "run":
            found = asdict(run(unit, cells, asked["scratch"], lambda text: tell(printed=text)))
    return json.dumps(found)
