"""Services as they answer on the wire, one module each; every one has a PLAYED.

`test_source_faults.py` plays each with every fault there is. What they say is made up, in the exact
shape of the real answers.
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

    from support.http_server import Answer, Question

    from digest.models.paper import Paper
    from digest.sources import Source


@dataclass(frozen=True, kw_only=True)
class Played:
    """One service, and what a source that asks it should find."""

    #: where it is, when the server is at an address like http://127.0.0.1:8000
    source: Callable[[str], Source]
    day: date
    now: datetime
    #: answers on a good day
    happy: Callable[[Question], Answer]
    #: answers on a day without papers, in the service's own way
    empty: Callable[[Question], Answer]
    #: answers by which the service says that it was asked wrongly, in its own way
    error: Callable[[Question], Answer]
    #: records of the good day: what is declared, parsed (papers and updates), rejected
    declared: int
    parsed: int
    rejected: int
    #: how reading the good day ends
    state: SourceState = SourceState.OK
    #: the day's papers that others brought, for a source that adds to them
    known: tuple[Paper, ...] = ()


def all_played() -> dict[str, Played]:
    """Return every service by its kind, such as `semantic-scholar`."""
    return {
        module.name.replace("_", "-"): importlib.import_module(f"{__name__}.{module.name}").PLAYED
        for module in pkgutil.iter_modules(__path__)
    }
