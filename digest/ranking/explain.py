"""Why a paper was picked, in words a reader understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Reason
from digest.text.wording import count, stands_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.ranking.relevance import Match
    from digest.ranking.trend import Standing

#: At most so many words are quoted.
WORDS = 3
#: A place by votes is a reason in this best part of the day; below it is none.
_TOP_SHARE = 0.25


def explain(match: Match, standing: Standing) -> tuple[Reason, ...]:
    """Return the reasons for a pick, the strongest first."""
    reasons: list[Reason] = []
    if match.authors:
        reasons.append(
            Reason(kind="author", text=f"by {_listed(match.authors)}, whom this topic follows")
        )
    if match.title_words:
        reasons.append(Reason(kind="word", text=f"{_quoted(match.title_words)} in the title"))
    if match.abstract_words and len(match.title_words) < WORDS:
        reasons.append(
            Reason(kind="word", text=f"the abstract speaks of {_quoted(match.abstract_words)}")
        )
    if match.categories:
        reasons.append(Reason(kind="category", text=f"filed under {_listed(match.categories)}"))
    if trend := _trend(standing, always=match.trending):
        reasons.append(Reason(kind="trend", text=trend))
    if match.trending and not reasons:
        reasons.append(Reason(kind="trend", text="on the day’s list"))
    return tuple(reasons)


def similar_reason(number: int) -> Reason:
    """Return the reason of a pick that stands for so many near-duplicates."""
    return Reason(kind="similar", text=stands_for(number))


def _trend(standing: Standing, *, always: bool) -> str | None:
    if standing.place is None or standing.cohort < 2:
        return None
    # Where several are tied each has the last of their places, so that a tie praises nobody.
    place = standing.place + standing.tied - 1
    if place > standing.cohort * _TOP_SHARE and not ((always and standing.tied == 1) or place == 1):
        return None
    of_all = f"most voted of the {count(standing.cohort, 'paper')} with votes"
    if standing.tied > 1:
        return f"among the {place} {of_all}"
    return of_all if place == 1 else f"{ordinal(place)} {of_all}"


def ordinal(number: int) -> str:
    """Write 1 as 1st, 2 as 2nd, 11 as 11th."""
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def _quoted(words: Sequence[str]) -> str:
    return _listed([f"“{word}”" for word in words[:WORDS]])


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
