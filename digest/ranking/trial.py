"""What a topic would have brought on a day, and what it just missed, with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.models.issue import NOTHING_SEEN, Issue
from digest.ranking.compose import compose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.models.issue import Edition, Pick

#: So many papers that were just missed are shown.
MISSED = 3


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A paper that a topic found and did not show."""

    pick: Pick
    why: str


@dataclass(frozen=True, kw_only=True)
class TrialDay:
    """A topic's papers of one day."""

    day: date
    #: papers of the day
    considered: int
    #: papers that the topic found
    matched: int
    picks: Sequence[Pick]
    missed: Sequence[Miss]


def try_topic(edition: Edition, slug: str) -> TrialDay:
    """Return what a reader of this topic alone would get who has seen nothing."""
    made = compose(edition, [slug], seen=NOTHING_SEEN)
    picks = made.picks if isinstance(made, Issue) else ()
    ranked = edition.ranked[slug]
    shown = {pick.paper.id for pick in picks}
    left = [pick for pick in ranked if pick.paper.id not in shown]
    return TrialDay(
        day=edition.coverage.day,
        considered=edition.coverage.considered,
        matched=len(ranked),
        picks=picks,
        missed=[Miss(pick=pick, why=_why(pick, picks)) for pick in left[:MISSED]],
    )


def _why(pick: Pick, shown: Sequence[Pick]) -> str:
    """Return why a paper was not shown, and what it lacks beside those that were."""
    for other in shown:
        if pick.paper.id in {paper.id for paper in other.similar}:
            return f"nearly the same as “{other.paper.title}”"
    places = {reason.place for reason in pick.reasons if reason.kind == "word"}
    lacks = {
        frozenset(): "none of the words is in it; ",
        frozenset({"abstract"}): "the words are only in its abstract; ",
    }.get(frozenset(places), "")
    if not shown:
        return f"{lacks}scores {pick.score:.2f}"
    return f"{lacks}scores {pick.score:.2f}, and the last one shown {shown[-1].score:.2f}"
