"""Times from outside that lie in the future, because a clock is wrong, or a file says so.

A future time would count as the newest for ever: the votes read with it would never change again.
So what a source says happened later than now is taken to have happened now.
"""

from __future__ import annotations

from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from digest.models.days import as_utc

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from digest.models.paper import Paper
    from digest.models.source import Batch

_Time = TypeVar("_Time", "datetime", "date")


def without_future(batch: Batch, *, day: date, now: datetime) -> Batch:
    """Return a batch whose times are none later than now, and its withdrawals not after today.

    A paper's day stays: lists of coming days are written ahead, and are no news before their day.

    Args:
        batch: what a source gave.
        day: the day it was read for, which has begun somewhere.
        now: the time, UTC.

    """
    today = max(day, now.date())
    return replace(
        batch,
        papers=tuple(_past(paper, today=today, now=now) for paper in batch.papers),
        updates=tuple(_past(paper, today=today, now=now) for paper in batch.updates),
    )


def ahead_by(date_header: str | None, *, now: datetime) -> timedelta | None:
    """Return how far our clock is ahead of a server's, by its Date header (RFC 9110 §6.6.1).

    It is negative where ours is behind, and None where the header says no time. The header counts
    whole seconds, and the answer took some time to come.
    """
    try:
        return now - as_utc(parsedate_to_datetime((date_header or "")[:100]))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _past(paper: Paper, *, today: date, now: datetime) -> Paper:
    moments = (paper.published_at, paper.featured_at, paper.observed_at)
    is_past = all(moment is None or moment <= now for moment in moments)
    days = (paper.withdrawn_on, paper.restored_on)
    if is_past and all(day is None or day <= today for day in days):
        return paper  # as nearly all are
    return replace(
        paper,
        published_at=_earlier(paper.published_at, now),
        featured_at=_earlier(paper.featured_at, now),
        observed_at=_earlier(paper.observed_at, now),
        withdrawn_on=_earlier(paper.withdrawn_on, today),
        restored_on=_earlier(paper.restored_on, today),
    )


def _earlier(value: _Time | None, limit: _Time) -> _Time | None:
    return None if value is None else min(value, limit)
