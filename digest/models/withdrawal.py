"""Whether a paper is withdrawn, when several records of it say so, or no longer.

A version that stands ends the withdrawal of an earlier one. The day on which it did is kept, so
that an old record that is read once more does not withdraw the paper again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.models.paper import Paper


def settle(known: Paper, other: Paper, *, may_restore: bool, is_same_source: bool) -> Paper:
    """Return a record with only those of its two days that change whether its paper is withdrawn.

    Args:
        known: the paper as it is known.
        other: a source's record of it.
        may_restore: whether the source counts as much as the one that told of the withdrawal.
        is_same_source: whether it is the same source.

    """
    if other.withdrawn_on is not None:
        counts = _withdraws(known, other)
        return replace(other, withdrawn_on=other.withdrawn_on if counts else None, restored_on=None)
    if may_restore and _restores(known, other, is_same_source=is_same_source):
        return other
    return replace(other, restored_on=None) if other.restored_on else other


def _withdraws(known: Paper, other: Paper) -> bool:
    """Whether a withdrawal is not that of a version before the known one."""
    step = _step(known, other)
    if step < 0:
        return False
    if known.restored_on is None or other.withdrawn_on is None:
        return True
    return other.withdrawn_on >= known.restored_on or step > 0


def _restores(known: Paper, other: Paper, *, is_same_source: bool) -> bool:
    """Whether a record describes a version that came after the withdrawal, and stands."""
    if known.withdrawn_on is None or other.restored_on is None:
        return False
    step = _step(known, other)
    if known.version and other.version and step <= 0:
        return False
    if other.restored_on == known.withdrawn_on:
        return step > 0 or is_same_source
    return other.restored_on > known.withdrawn_on


def _step(known: Paper, other: Paper) -> int:
    """Return by how many versions a record is ahead of what is known, 0 if one says none."""
    return other.version - known.version if known.version and other.version else 0
