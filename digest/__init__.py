"""Trending papers in your inbox: from a day's papers to one mail per subscriber."""

import importlib
import sys
import warnings
from types import ModuleType

__version__ = "0.1.0"


class _RenamedModule(ModuleType):
    """A module's old name, which packages with a source of their own may still import."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(old)
        self._new = new

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        warnings.warn(f"{self.__name__} is now {self._new}", DeprecationWarning, stacklevel=2)
        return getattr(importlib.import_module(self._new), name)


sys.modules.setdefault("digest.identity", _RenamedModule("digest.identity", "digest.models"))
