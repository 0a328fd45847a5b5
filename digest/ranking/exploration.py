"""One pick in ten from outside a reader's topics, drawn with a chance that is kept.

What a reader says of papers that a ranking chose tells only of such papers. A draw from a known
pool with a known chance, the *propensity*, can be weighed by its inverse, and so tells of all
papers of the pool (Schnabel et al., "Recommendations as treatments", 2016).

An issue of k papers gets k / 10 of them in the mean: one with that probability while k is less than
10. An issue of one paper gets none. They stand in a section of their own at the end, and in a full
issue take the place of the weakest papers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from digest.models.issue import Section
from digest.models.picks import Pick, Ranking, Reason
from digest.ranking.select import CLEAR
from digest.text.wording import count
from subscribers.models import EXPLORE, EXPLORE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.models.issue import Edition, Issue, Seen
    from digest.models.trend import Trend
    from digest.ranking.chance import Draws

#: A paper is drawn from so many at most.
POOL = 20
#: Papers that no topic has are drawn from this share of the day's papers with votes, from the top.
_TOP_SHARE = 0.25


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """A paper that readers of other topics may be shown, and what it is among the best of."""

    pick: Pick
    #: a topic's name; empty for the votes of the day
    topic: str


class Exploration:
    """Adds papers of one edition to the issues that are made from it."""

    def __init__(self, edition: Edition) -> None:
        """Use an edition that all readers share."""
        self._edition = edition

    def add_to(
        self, issue: Issue, edition: Edition, wanted: Sequence[str], *, seen: Seen, draws: Draws
    ) -> Issue:
        """Return the issue with papers outside the reader's topics, if any are drawn for it.

        Args:
            issue: the issue without them.
            edition: the reader's own edition: what they exclude, and their own topics.
            wanted: the slugs of the reader's topics.
            seen: what the reader has seen.
            draws: the reader's draws of the day.

        """
        expected = self._edition.explore * len(issue.picks)
        number, rest = divmod(expected, 1)
        number += draws.number("explore") < rest
        if len(issue.picks) < 2 or not number:
            return issue
        pool = self._pool(issue, edition, wanted, seen)
        drawn = _spread(pool, int(number), draws.number("explore whom"))
        if not drawn:
            return issue
        propensity = _propensity(expected, len(pool))
        picks = tuple(_drawn(one, propensity, len(pool)) for one in drawn)
        sections = issue.sections
        for _ in range(len(issue.picks) + len(picks) - edition.max_papers):
            sections = _without_weakest(sections)
        section = Section(slug=EXPLORE, name=EXPLORE_NAME, picks=picks)
        return replace(issue, sections=(*sections, section))

    def _pool(
        self, issue: Issue, edition: Edition, wanted: Sequence[str], seen: Seen
    ) -> list[_Candidate]:
        """Return the best papers that this reader's issue could not have, no two of them alike."""
        similar = edition.similar
        known = {*seen.known, *(pick.paper.id for pick in issue.picks)}
        # What a profile moved out of a topic is still about it.
        own = (
            Ranking.of(ranked[slug]).relevances
            for ranked in (edition.ranked, self._edition.ranked)
            for slug in wanted
            if slug in ranked and not edition.topics[slug].trending
        )
        alike = (similar[one] for one in known if one in similar)
        barred = known.union(edition.excluded, *alike, *own)
        pool: list[_Candidate] = []
        for candidate in self._candidates:
            paper_id = candidate.pick.paper.id
            if paper_id in barred:
                continue
            pool.append(candidate)
            if len(pool) == POOL:
                break
            barred |= similar.get(paper_id, frozenset())
        return pool

    @cached_property
    def _candidates(self) -> Sequence[_Candidate]:
        """The day's papers by their score for any topic, and by votes, in turn; each once."""
        in_turn = chain.from_iterable(zip_longest(self._by_topic(), self._by_votes()))
        found: dict[str, _Candidate] = {}
        for candidate in in_turn:
            if candidate is not None:
                found.setdefault(candidate.pick.paper.id, candidate)
        return tuple(found.values())

    def _by_topic(self) -> Iterator[_Candidate]:
        picks = [
            pick
            for slug, topic in self._edition.topics.items()
            if not topic.trending
            for pick in self._edition.ranked.get(slug, ())
            if pick.relevance >= CLEAR
        ]
        for pick in sorted(picks, key=lambda one: (one.score, one.paper.id), reverse=True):
            yield _Candidate(pick=pick, topic=self._edition.topics[pick.topic].name)

    def _by_votes(self) -> Iterator[_Candidate]:
        trends = self._edition.trends
        voted = [it for it in self._edition.papers if _is_most_voted(trends.get(it.id))]
        voted.sort(key=lambda paper: (trends[paper.id].score, paper.id), reverse=True)
        for paper in voted:
            trend = trends[paper.id].score
            pick = Pick(paper=paper, topic=EXPLORE, relevance=0.0, trend=trend, score=trend)
            yield _Candidate(pick=pick, topic="")


def _is_most_voted(trend: Trend | None) -> bool:
    """Whether a paper is in the first quarter by votes, with all that tie with it."""
    if trend is None or trend.rank is None:
        return False
    return trend.rank + trend.tied - 1 <= trend.cohort * _TOP_SHARE


def _spread(pool: Sequence[_Candidate], number: int, start: float) -> list[_Candidate]:
    """Return so many of a pool, evenly spread from a start in [0, 1): all are equally likely.

    This is systematic sampling (Madow and Madow, 1944): one draw for any number of papers.
    """
    size = len(pool)
    number = min(number, size)
    first = int(start * size)
    return [pool[(first + step * size // number) % size] for step in range(number)]


def _propensity(expected: float, pool: int) -> float:
    """Return the chance of each paper of a pool to be drawn, of which so many are in the mean."""
    number, rest = divmod(expected, 1)
    return ((1 - rest) * min(number, pool) + rest * min(number + 1, pool)) / pool


def _drawn(candidate: _Candidate, propensity: float, pool: int) -> Pick:
    best = (
        f"one of the day’s best for {candidate.topic}"
        if candidate.topic
        else ("one of the most voted of the day")
    )
    reason = Reason(
        kind="explore",
        text=f"{best}, drawn by chance from {count(pool, 'paper')} outside your topics",
        values=(candidate.topic,) if candidate.topic else (),
        of=pool,
    )
    return candidate.pick._replace(topic=EXPLORE, reasons=(reason,), propensity=propensity)


def _without_weakest(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return sections without the last pick of the longest one; of these, with the least score."""
    weakest = max(sections, key=lambda it: (len(it.picks), -it.picks[-1].score))
    shorter = (replace(it, picks=it.picks[:-1]) if it is weakest else it for it in sections)
    return tuple(it for it in shorter if it.picks)
