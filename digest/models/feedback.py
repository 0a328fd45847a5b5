"""Feedback: what a reader says of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from subscribers.models import Verdict

if TYPE_CHECKING:
    from datetime import date, datetime


__all__ = ["Feedback", "Verdict"]


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """One reader's verdict on a paper."""

    #: canonical; the store may not know the paper
    paper_id: str
    verdict: Verdict
    at: datetime
    #: how it came in: mail, web, import or cli
    channel: str
    #: the day of the mail that it answers
    day: date | None = None
    title: str = ""
    abstract: str = ""
