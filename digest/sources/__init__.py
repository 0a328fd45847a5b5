"""Where papers come from; each kind of source has a module.

A package adds a kind of its own by an entry point of the group `digest.sources` that names a
`Kind`; docs/sources.md shows a complete one. The names exported here are the public interface for
such packages.
"""

from __future__ import annotations

import importlib
import warnings
from urllib.parse import urlsplit

from digest import __version__
from digest.errors import ConfigError
from digest.sources import plugins
from digest.sources.files import read_files
from digest.sources.kind import FetchRequest, Kind, RawDocument, Source, join_batches
from digest.text.wording import suggestion

__all__ = [
    "BUILTIN",
    "FetchRequest",
    "Kind",
    "RawDocument",
    "Source",
    "allowed_hosts",
    "get_kind",
    "join_batches",
    "read_files",
]

#: The modules of the built-in kinds; each has a KIND. They are imported on first use, because
#: some are slow to import.
BUILTIN = {
    "arxiv": "digest.sources.arxiv.announcements",
    "arxiv-api": "digest.sources.arxiv.api",
    "biorxiv": "digest.sources.biorxiv",
    "capture": "digest.sources.saved_page",
    "github": "digest.sources.github",
    "huggingface": "digest.sources.huggingface",
    "jsonl": "digest.sources.jsonl",
    "openreview": "digest.sources.openreview",
    "semantic-scholar": "digest.sources.semantic_scholar",
}


def get_kind(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        ConfigError: there is no such kind, or it belongs to a package and cannot be loaded.

    """
    if name in BUILTIN:
        builtin: Kind = importlib.import_module(BUILTIN[name]).KIND
        return builtin
    if name not in plugins.names():
        known = sorted({*BUILTIN, *plugins.names()})
        raise ConfigError(
            f"there is no kind of source {name!r}; there are: {', '.join(known)}"
            f"{suggestion(name, known)}"
        )
    kind = plugins.load(name)
    if not isinstance(kind, Kind):
        raise ConfigError(f"the kind {name!r} is no digest.sources.Kind")
    return plugins.guarded(kind, name)


def parser_of(name: str) -> str:
    """Return what parses the documents of a kind: its name, version and revision."""
    version = __version__ if name in BUILTIN else plugins.version(name)
    revision = get_kind(name).revision
    return f"{name} {version}" + (f"+{revision}" if revision else "")


def allowed_hosts(source: Source) -> frozenset[str]:
    """Return the hosts to which requests of a source may go."""
    own = urlsplit(source.url or "").hostname
    return frozenset(filter(None, (own, *get_kind(source.kind).hosts)))


#: Former names of the public interface. They still work, with a warning.
_RENAMED = {
    "Ask": "FetchRequest",
    "Location": "Source",
    "Raw": "RawDocument",
    "find": "get_kind",
    "hosts": "allowed_hosts",
    "join": "join_batches",
}


def __getattr__(name: str) -> object:
    if name not in _RENAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    new = _RENAMED[name]
    warnings.warn(
        f"digest.sources.{name} is now digest.sources.{new}", DeprecationWarning, stacklevel=2
    )
    return globals()[new]
