"""Scripted services, one module each with a SERVICE, for tests of the sources that read them.

`test_faults.py` runs each with every fault. Their content is made up, in the exact shape of the
real responses.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.models.source import SourceState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from support.http_server import Request, Response

    from digest.models.paper import Paper
    from digest.sources import Source


@dataclass(frozen=True, kw_only=True)
class ScriptedService:
    """One service, and what a source should find there."""

    #: the source, given the address of the server, such as http://127.0.0.1:8000
    source: Callable[[str], Source]
    day: date
    now: datetime
    #: responds as on a day with papers
    happy: Callable[[Request], Response]
    #: responds as on a day without papers, in the service's own way
    empty: Callable[[Request], Response]
    #: responds as to an invalid request, in the service's own way
    error: Callable[[Request], Response]
    #: records of the good day: what is declared, parsed (papers and updates), rejected
    declared: int
    parsed: int
    rejected: int
    #: how reading the good day ends
    state: SourceState = SourceState.OK
    #: the day's papers of other sources, for a source that enriches them
    known: tuple[Paper, ...] = ()


def all_services() -> dict[str, ScriptedService]:
    """Return every service by its kind, such as `semantic-scholar`."""
    return {
        module.name.replace("_", "-"): importlib.import_module(f"{__name__}.{module.name}").SERVICE
        for module in pkgutil.iter_modules(__path__)
    }
