"""Trending papers in your inbox: from a day's papers to one mail per subscriber."""

import importlib
import sys
import warnings
from importlib.machinery import ModuleSpec
from types import ModuleType

__version__ = "0.1.0"


class _RenamedModule(ModuleType):
    """A module under its former name, which packages with a source of their own may still import.

    The module itself is imported when a name in it is first used.
    """

    def __init__(self, old: str, new: str) -> None:
        super().__init__(old)
        self._new = new
        self.__spec__ = ModuleSpec(old, loader=None)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        found: object = getattr(importlib.import_module(self._new), name)
        warnings.warn(f"{self.__name__} is now {self._new}", DeprecationWarning, stacklevel=2)
        return found


#: `import digest.identity` finds the module in sys.modules, and does not set this attribute.
identity = sys.modules["digest.identity"] = _RenamedModule(
    "digest.identity", "digest.models.identity"
)
