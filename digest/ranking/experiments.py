"""What chance adds to an issue, so that feedback says more: a rival's picks, and exploration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.ranking.chance import VARIANTS, Draws
from digest.ranking.compose import select_from
from digest.ranking.exploration import Exploration
from digest.ranking.interleaving import interleave

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.issue import Edition, Issue, Seen
    from digest.ranking.chance import Chance


class Experiments:
    """The experiments of an edition: they are the same whenever an issue is made again."""

    def __init__(self, edition: Edition, chance: Chance) -> None:
        """Try what the edition asks for, by the draws of its day."""
        self._chance = chance
        self._draws = [Draws(chance, variant) for variant in range(VARIANTS)]
        self._exploration = Exploration(edition) if edition.explore else None

    def add_to(
        self, issue: Issue, edition: Edition, wanted: Sequence[str], *, seen: Seen, reader: int
    ) -> Issue:
        """Return a reader's issue with a rival's picks and papers outside the topics, if drawn.

        Args:
            issue: the issue of our ranking.
            edition: the reader's own edition.
            wanted: the slugs of the reader's topics.
            seen: what the reader has seen.
            reader: the id of the subscriber.

        """
        draws = self._draws[self._chance.variant_of(reader)]
        if edition.rival:
            ranked = edition.rival_ranked
            if ranked.keys() != edition.ranked.keys():
                ranked = {**edition.ranked, **ranked}
            known = [slug for slug in wanted if slug in edition.topics]
            rival = select_from(ranked, edition, known, seen=seen)
            issue = interleave(issue, rival, edition, draws)
        if self._exploration:
            issue = self._exploration.add_to(issue, edition, wanted, seen=seen, draws=draws)
        return issue
