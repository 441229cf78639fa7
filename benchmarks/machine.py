"""What a benchmark ran on, in a line."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe(*distributions: str) -> str:
    """The processor, its usable cores, the system, Python, and the versions of some distributions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in distributions)]
    return f"{processor()}, {cores} cores, {platform.system()}; {', '.join(versions)}"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
