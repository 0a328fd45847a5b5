"""Assesses a batch: whether it is complete, rightly empty, too early, stale or partial.

Pure. Whether a batch is new is decided by the ids in it, never by its dates: services have served
old batches with a fresh date, and new ones with an old date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.models.source import Batch, Forecast, Outlook, SourceState
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from digest.models.source import Channel, Rejected


#: A batch counts as served again if more than this share of its papers was there before. The share
#: is high, because of a postponed announcement some papers may have been read on the day it was
#: due.
_SERVED_AGAIN = 0.9


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The part of a batch to keep, and the state of its source."""

    batch: Batch
    state: SourceState
    reason: str | None = None


def is_served_again(ids: Collection[str], known: Collection[str]) -> bool:
    """Whether papers are a batch of an earlier day; `known` holds the ids seen on earlier days."""
    return bool(ids) and len(set(ids) & set(known)) > _SERVED_AGAIN * len(set(ids))


def news_by_category(batch: Batch) -> dict[str, set[str]]:
    """Return the ids of the papers announced as new or cross-listed, by category."""
    found: dict[str, set[str]] = {}
    for one in batch.announcements:
        if one.type.is_news:
            found.setdefault(one.category, set()).add(one.paper_id)
    return found


def without(batch: Batch, stale: Collection[str]) -> Batch:
    """Return a batch without the papers that only stale categories announce."""
    kept = tuple(one for one in batch.announcements if one.category not in stale)
    ids = {one.paper_id for one in kept}
    named = {one.paper_id for one in batch.announcements}
    return replace(
        batch,
        papers=tuple(p for p in batch.papers if p.id in ids or p.id not in named),
        announcements=kept,
        channels=tuple(
            replace(one, parsed=0, declared=None, is_read=False) if one.name in stale else one
            for one in batch.channels
        ),
    )


def redate(batch: Batch, late: Collection[str], day: date) -> Batch:
    """Move the announcements of categories to a day; their lists carried an old date."""
    ids = {one.paper_id for one in batch.announcements if one.category in late}
    return replace(
        batch,
        papers=tuple(replace(p, day=day) if p.id in ids else p for p in batch.papers),
        announcements=tuple(
            replace(one, day=day) if one.category in late else one for one in batch.announcements
        ),
    )


def assess(
    batch: Batch, *, day: date, forecast: Forecast, stale: Collection[str], is_past: bool = False
) -> Assessment:
    """Assess the batch of a service for a day.

    An empty Saturday is `empty`, but an empty Tuesday `failed`: a service without papers on a
    working day probably has a fault. If it is still empty when the day is past, it is `empty`.

    Args:
        batch: the joined batch of the day.
        day: the day that was requested.
        forecast: what the service's calendar says about the day.
        stale: the categories that show an earlier day's papers, or the name of the source.
        is_past: whether the day is over, in UTC, and this is no run of it.

    """
    if stale:
        batch = without(batch, stale) if batch.channels else _nothing(batch)
    usable = len(batch.papers) + len(batch.updates)
    if problem := _unusable(usable, batch.rejected):
        return Assessment(batch=batch, state=SourceState.FAILED, reason=problem)
    of_day = [paper for paper in batch.papers if paper.day == day]
    old = bool(stale) or any(paper.day < day for paper in batch.papers)
    if not of_day and (reason := _nothing_new(batch, day)):
        return Assessment(batch=batch, state=SourceState.EMPTY, reason=reason)
    is_calm = forecast.outlook is Outlook.LITTLE or (is_past and forecast.outlook is Outlook.DUE)
    if not of_day and batch.trouble and is_calm:
        # An empty day would be believed, but a part of the list is missing.
        reason = _short(usable, batch.rejected, batch.channels, batch.trouble, stale)
        return Assessment(batch=batch, state=SourceState.PARTIAL, reason=reason)
    if not of_day:
        state, reason = _empty(day, forecast, old=old, is_past=is_past)
        return Assessment(batch=batch, state=state, reason=reason)
    if problem := _short(usable, batch.rejected, batch.channels, batch.trouble, stale):
        return Assessment(batch=batch, state=SourceState.PARTIAL, reason=problem)
    if forecast.outlook is Outlook.EARLY:
        reason = f"{forecast.reason}; so far it has {count(len(of_day), 'paper')}"
        return Assessment(batch=batch, state=SourceState.EARLY, reason=reason)
    return Assessment(batch=batch, state=SourceState.OK)


def accept(batch: Batch) -> Assessment:
    """Assess a batch of files, or of a kind that enriches.

    No calendar says what to expect of them, so only their own counts are checked.
    """
    usable = len(batch.papers) + len(batch.updates)
    state, reason = by_counts(
        usable, batch.rejected, batch.channels, batch.trouble, unknown=batch.unknown
    )
    return Assessment(batch=batch, state=state, reason=reason)


def by_counts(
    usable: int,
    rejected: Sequence[Rejected],
    channels: Iterable[Channel],
    trouble: str | None,
    *,
    unknown: int,
) -> tuple[SourceState, str | None]:
    """Return the state of a source, and its reason, by its own counts alone."""
    if problem := _unusable(usable, rejected):
        return SourceState.FAILED, problem
    if problem := _short(usable, rejected, channels, trouble):
        return SourceState.PARTIAL, problem
    reason = f"it does not know {count(unknown, 'paper')} that it was asked for"
    return SourceState.OK, reason if unknown else None


def _nothing(batch: Batch) -> Batch:
    return replace(batch, papers=(), updates=())


def _unusable(usable: int, rejected: Sequence[Rejected]) -> str | None:
    if usable or not rejected:
        return None
    return f"nothing in it could be used: {rejected[0].reason}"


def _nothing_new(batch: Batch, day: date) -> str | None:
    """Return a reason if the list is of the day and shows that nothing was announced, else None."""
    if not batch.channels or any(not one.is_read or one.declared for one in batch.channels):
        return None
    counted = all(one.declared == 0 for one in batch.channels)
    if not counted and all(one.day != day for one in batch.announcements):
        return None
    return f"nothing new was announced in {', '.join(one.name for one in batch.channels)}"


def _empty(day: date, forecast: Forecast, *, old: bool, is_past: bool) -> tuple[SourceState, str]:
    if forecast.outlook in (Outlook.NOTHING, Outlook.LITTLE):
        return SourceState.EMPTY, forecast.reason
    if forecast.outlook is Outlook.EARLY:
        return SourceState.EARLY, forecast.reason
    if is_past:
        return SourceState.EMPTY, f"it has no papers of {day:%A} {day.day} {day:%B}"
    if old:
        return SourceState.STALE, "still shows the papers of an earlier day"
    reason = f"it shows no papers, though {day:%A} {day.day} {day:%B} is no holiday"
    return SourceState.FAILED, reason


def _short(
    usable: int,
    rejected: Sequence[Rejected],
    channels: Iterable[Channel],
    trouble: str | None,
    stale: Collection[str] = (),
) -> str | None:
    """Return what is missing according to the source's own counts, or None."""
    missing = [
        f"{one.name} has {one.parsed:,} of {one.declared:,} papers"
        for one in channels
        if one.declared is not None and one.parsed < one.declared
    ]
    if stale:
        missing.append(f"{', '.join(sorted(stale))}: still the papers of an earlier day")
    if trouble:
        missing.append(trouble)
    unusable = len(rejected)
    if unusable > usable:
        reason = rejected[0].reason
        missing.append(f"{unusable:,} of {usable + unusable:,} records are unusable: {reason}")
    return "; ".join(missing) or None
