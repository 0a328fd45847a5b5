"""What readers' own words find in an edition, for many readers at once.

Every word is looked up once in the one index of the edition, and every reader is a row of a sparse
matrix that says which words they have. Its product with the words' table is how strongly each
reader's words speak for each paper. The order is the one that `digest.ranking.rank` gives a topic
of the same words.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import scipy.sparse as sp

from digest.models.picks import Pick, Ranking
from digest.models.trend import UNKNOWN
from digest.ranking.evidence import shares
from digest.ranking.explain import explain
from digest.ranking.rank import MOST_PICKS
from digest.ranking.relevance import names_of, of_words_alone
from digest.ranking.terms import folded_name
from subscribers.models import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from digest.models.issue import Edition
    from digest.models.picks import Reason
    from digest.ranking.relevance import Relevance
    from subscribers.models import Preferences, Topic

    Floats = NDArray[np.float64]

Key = TypeVar("Key")

#: So many scores are in memory at once, 8 bytes each; more are no faster.
_BLOCK = 250_000


class OwnWords:
    """Looks up readers' own words and names, and the words that they exclude, in one edition."""

    def __init__(self, edition: Edition, relevance: Relevance) -> None:
        """Use the texts of the edition's papers."""
        self._relevance = relevance
        self._papers = self._relevance.papers
        self._row_of = {paper.id: row for row, paper in enumerate(self._papers)}
        self._trend_of = [edition.trends.get(paper.id, UNKNOWN) for paper in self._papers]
        self._trend = [trend.score for trend in self._trend_of]
        self._boost = 1 + edition.trend_weight * np.array(self._trend)

    def rank(self, readers: Sequence[Preferences]) -> Iterator[Ranking]:
        """Return each reader's picks, best first, in the order of the readers.

        They have no reasons: most of them are never shown. See `reasons`.
        """
        size = max(_BLOCK // max(len(self._papers), 1), 1)
        for start in range(0, len(readers), size):
            yield from self._rank_block(readers[start : start + size])

    def reasons(self, own: Topic, pick: Pick) -> tuple[Reason, ...]:
        """Return why a paper is a pick of a reader's own topic."""
        row = self._row_of[pick.paper.id]
        return explain(self._relevance.match(own, row, pick.relevance), self._trend_of[row])

    def excluded(self, words_out: Sequence[str]) -> frozenset[str]:
        """Return the ids of the papers that hold one of these words, in whatever form."""
        excludes = self._relevance.evidence.excludes(words_out)
        return frozenset(self._papers[row].id for row in np.flatnonzero(excludes).tolist())

    def by_authors(self, names: Sequence[str]) -> frozenset[str]:
        """Return the ids of the papers of these people or institutions."""
        rows = {row for name in names for row in self._rows_of_name.get(folded_name(name), ())}
        return frozenset(self._papers[row].id for row in rows)

    def _rank_block(self, readers: Sequence[Preferences]) -> Iterator[Ranking]:
        evidence = self._relevance.evidence
        words_of = [one.words_in for one in readers]
        strength = self._sums([shares(words) for words in words_of], evidence.of_share)
        followed = [tuple(map(folded_name, one.authors)) for one in readers]
        by_name = self._sums(followed, self._has_name) > 0
        mentions = (evidence.mentions(words) for words in words_of)
        in_title, lone = np.array([*mentions]).swapaxes(0, 1)
        is_out = np.array([evidence.excludes(one.words_out) for one in readers])
        relevance, is_match = of_words_alone(
            strength, in_title, lone, by_name=by_name, is_out=is_out
        )
        scores = relevance * self._boost
        for row_relevance, row_scores, row_is_match in zip(
            relevance, scores, is_match, strict=True
        ):
            rows = np.flatnonzero(row_is_match)
            # Papers stand with the larger id first, and the order of equals is kept.
            best = rows[np.argsort(-row_scores[rows], kind="stable")][:MOST_PICKS]
            yield Ranking(
                Pick(
                    paper=self._papers[row],
                    topic=OWN,
                    relevance=relevance,
                    trend=self._trend[row],
                    score=score,
                    is_personal=True,
                )
                for row, relevance, score in zip(
                    best.tolist(),
                    row_relevance[best].tolist(),
                    row_scores[best].tolist(),
                    strict=True,
                )
            )

    def _sums(self, keys_of: Sequence[Sequence[Key]], look_up: Callable[[Key], Floats]) -> Floats:
        """Return the sum of each reader's looked-up rows, shape (readers, papers)."""
        numbers: dict[Key, int] = {}
        columns = [numbers.setdefault(key, len(numbers)) for keys in keys_of for key in keys]
        table = np.zeros((len(numbers), len(self._papers)))
        for key, number in numbers.items():
            table[number] = look_up(key)
        ends = np.cumsum([0, *map(len, keys_of)])
        wants = sp.csr_array(
            (np.ones(len(columns)), columns, ends), shape=(len(keys_of), len(numbers))
        )
        found: Floats = wants @ table
        return found

    def _has_name(self, name: str) -> Floats:
        found = np.zeros(len(self._papers))
        found[self._rows_of_name.get(name, [])] = 1.0
        return found

    @cached_property
    def _rows_of_name(self) -> dict[str, list[int]]:
        """The papers' positions by the folded names of their people and institutions."""
        found: dict[str, list[int]] = {}
        for row, paper in enumerate(self._papers):
            for name in names_of(paper):
                found.setdefault(folded_name(name), []).append(row)
        return found
