"""Feedback: what a reader says of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


class Verdict(StrEnum):
    """What a reader wants in future."""

    #: more like it
    LIKE = "like"
    #: less like it
    LESS = "less"
    #: more like it, and to find it again
    SAVE = "save"

    @property
    def is_liked(self) -> bool:
        """Whether more like the paper is wanted."""
        return self is not Verdict.LESS


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
