"""How papers stand with readers elsewhere: by votes, or by what is expected before these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rise:
    """The votes of a paper now, and when its edition was made."""

    votes: int
    before: int


@dataclass(frozen=True, kw_only=True)
class WellReceived:
    """An author whose earlier papers were often among the most voted of their day."""

    author: str
    #: how many earlier papers are known
    papers: int
    #: how many of them were among the most voted
    top: int


@dataclass(frozen=True, kw_only=True)
class Trend:
    """How a paper compares with the other papers of its day."""

    #: 0..1; one half for a paper of which as much is known or expected as is usual
    score: float
    #: its rank by votes among the papers of its day, from 1; None without votes
    rank: int | None
    #: how many papers have that many votes, itself included
    tied: int
    #: how many papers of its day have a known number of votes
    cohort: int
    #: why votes are expected of it, while it has none
    well_received: WellReceived | None = None
    #: how many authors it has, if votes are expected of it mostly for their number
    many_authors: int | None = None
    #: how its votes took off after an earlier edition had it
    rise: Rise | None = None


#: The trend of a paper of which nothing is known.
UNKNOWN = Trend(score=0.5, rank=None, tied=0, cohort=0)
