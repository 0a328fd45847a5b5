"""Two rankers in one section, so that readers' verdicts say which of them they like better.

Team-draft interleaving (Radlinski, Kurup and Joachims, "How does clickthrough data reflect
retrieval quality?", 2008): as two captains choose teams, a coin says who chooses first in each
round, and each ranker adds its best paper that is not there yet. A verdict on a paper counts for
the ranker that chose it. A paper that both would choose next is of neither team, since it does not
tell them apart; so a ranker that equals ours never wins.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from digest.models.picks import OURS, Pick, Ranking, Rankings
from digest.ranking.select import with_similar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from digest.models.issue import Edition, Issue, Section
    from digest.ranking.chance import Draws


class Side(StrEnum):
    """Which of two rankings a pick is from."""

    A = "a"
    B = "b"
    #: both would have chosen it next
    NEITHER = ""


class Taken:
    """The papers that are chosen already, and those that are nearly the same as one of them."""

    def __init__(self, similar: Mapping[str, frozenset[str]]) -> None:
        """Start with none; `similar` has the near-duplicates of papers, by id."""
        self._similar = similar
        self._ids: set[str] = set()

    def add(self, pick: Pick) -> None:
        """Choose a pick."""
        self._ids.add(pick.paper.id)
        self._ids |= self._similar.get(pick.paper.id, frozenset())

    def first_left(self, picks: Iterable[Pick]) -> Pick | None:
        """Return the first of some picks that is not taken."""
        return next((pick for pick in picks if pick.paper.id not in self._ids), None)


def team_draft(
    a: Sequence[Pick],
    b: Sequence[Pick],
    *,
    coin: Callable[[int], bool],
    length: int,
    taken: Taken,
) -> list[tuple[Pick, Side]]:
    """Return what two rankings choose in turn, until one has none left or `length` is reached.

    `coin` says of each round, from 0, whether `a` chooses first. After each round the teams differ
    by one paper at most. What is chosen is added to `taken`.
    """
    drafted: list[tuple[Pick, Side]] = []
    sides = {Side.A: a, Side.B: b}
    turn = 0

    def choose(pick: Pick, side: Side) -> None:
        taken.add(pick)
        drafted.append((pick, side))

    while len(drafted) < length:
        next_a, next_b = taken.first_left(a), taken.first_left(b)
        if next_a is None or next_b is None:
            break
        if next_a.paper.id == next_b.paper.id:
            choose(next_a, Side.NEITHER)
            continue
        order = (Side.A, Side.B) if coin(turn) else (Side.B, Side.A)
        turn += 1
        for side in order:
            pick = taken.first_left(sides[side])
            if pick is None or len(drafted) == length:
                break
            choose(pick, side)
    return drafted


def interleave(
    issue: Issue, rival: Mapping[str, Sequence[Pick]], edition: Edition, draws: Draws
) -> Issue:
    """Return an issue whose sections are drafted from its own picks and a rival's.

    Every section stays as long as it was, and no paper is shown twice. Where the rival has no
    papers left, ours fill the section up, for neither team.

    Args:
        issue: an issue of our ranking.
        rival: what the rival shows the same reader, by the topic's slug.
        edition: where both are from.
        draws: the reader's draws of the day.

    """
    taken = Taken(edition.similar)
    drafted: dict[str, Section] = {}
    # What trending topics show is left out elsewhere for no reader; they come last, as in `select`.
    for section in sorted(issue.sections, key=lambda it: it.trending):
        others = rival.get(section.slug, ())
        slug, length = section.slug, len(section.picks)
        chosen = team_draft(
            section.picks,
            others,
            coin=partial(_coin, draws, slug),
            length=length,
            taken=taken,
        )
        picks = [pick._replace(team=_team(edition, side)) for pick, side in chosen]
        while len(picks) < length and (pick := taken.first_left(section.picks)):
            taken.add(pick)
            picks.append(pick)
        drafted[slug] = replace(section, picks=tuple(picks))
    sections = (drafted[section.slug] for section in issue.sections)
    return _listed_once(replace(issue, sections=tuple(it for it in sections if it.picks)))


def _listed_once(issue: Issue) -> Issue:
    """Return an issue where a near-duplicate of two picks is listed behind the first only."""
    listed: set[str] = set()

    def kept(pick: Pick) -> Pick:
        similar = tuple(paper for paper in pick.similar if paper.id not in listed)
        listed.update(paper.id for paper in similar)
        if similar == pick.similar:
            return pick
        reasons = tuple(reason for reason in pick.reasons if reason.kind != "similar")
        return with_similar(pick._replace(similar=(), reasons=reasons), similar)

    sections = (replace(it, picks=tuple(map(kept, it.picks))) for it in issue.sections)
    return replace(issue, sections=tuple(sections))


def _coin(draws: Draws, slug: str, turn: int) -> bool:
    """Return who chooses first in a round of a topic's draft."""
    return draws.coin(f"{slug} {turn}")


def on_our_scale(
    ours: Mapping[str, Sequence[Pick]], rival: Mapping[str, Sequence[Pick]]
) -> Rankings:
    """Return a rival's picks with the relevance and score that ours have at the same places.

    A rival says in which order papers come. How many of a topic are shown, and how they stand
    beside other topics, is then the same for both, whatever the rival's scores mean.
    """
    return Rankings(
        (
            slug,
            Ranking(
                pick._replace(relevance=of.relevance, score=of.score)
                for pick, of in zip(rival.get(slug, ()), picks, strict=False)
            ),
        )
        for slug, picks in ours.items()
    )


def _team(edition: Edition, side: Side) -> str:
    return {Side.A: OURS, Side.B: edition.rival, Side.NEITHER: ""}[side]
