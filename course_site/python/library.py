"""Python's standard library in a page: what is not in memory is fetched when it is imported first.

memory.mjs runs this before it takes its copy of Python's memory; the worker says where the archive comes from.
"""

import sys
import zipimport
from importlib.machinery import PathFinder

ARCHIVE = next(place for place in sys.path if place.endswith(".zip"))


class Library:
    """Finds modules of the standard library that no other finder has found, once, by having its archive fetched."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] not in sys.stdlib_module_names:
            return None
        from js import bringLibrary

        try:
            bringLibrary(ARCHIVE)
        except Exception:
            reason = f"{name} is part of Python, but had to be fetched, and could not be. Is there a connection?"
            raise ModuleNotFoundError(reason, name=name) from None
        sys.meta_path.remove(cls)
        forget()
        return PathFinder.find_spec(name, path, target)


def forget():
    """Forget what lies, or does not, in archives."""
    zipimport._zip_directory_cache.clear()
    for place in [place for place in sys.path_importer_cache if ".zip" in place]:
        del sys.path_importer_cache[place]


sys.meta_path.append(Library)
forget()
