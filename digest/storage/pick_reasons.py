"""Why a paper was picked, as JSON holds it: in an edition, and in the ledger for own words."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any

from digest.models.picks import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = tuple(field.name for field in fields(Reason))
_DEFAULTS: tuple[Any, ...] = tuple(field.default for field in fields(Reason))


def dump(reason: Reason) -> list[Any]:
    """Return a reason's kind, text and data, without the fields at the end that say nothing."""
    stored = list(astuple(reason))
    while stored[-1] == _DEFAULTS[len(stored) - 1]:
        stored.pop()
    return stored


def load(stored: str | Iterable[Any]) -> Reason:
    """Return a reason; one of an older version is its text alone, or has less data."""
    if isinstance(stored, str):
        return Reason(kind="word", text=stored)
    found = dict(zip(_NAMES, stored, strict=False))
    return Reason(**found | {"values": tuple(found.get("values", ()))})
