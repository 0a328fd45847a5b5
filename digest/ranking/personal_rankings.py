"""Topics ranked for readers who gave feedback, for many readers at once.

What is known of a topic's papers is known for all readers; a reader adds how close each paper is to
their profile. It is added as log-odds, like all evidence (see `relevance`), and counts the more the
more papers they judged: n / (n + 5) for n verdicts. Papers close to a profile that none of the
reader's topics has make a topic of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digest.models.picks import Pick, Ranking
from digest.ranking.relevance import FLOOR, FLOOR_WITHOUT_WORDS
from subscribers.models import LIKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.models.issue import Edition
    from digest.models.paper import Paper

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]
    Rows = NDArray[np.intp]

#: Log-odds of a paper that is as close to a profile as papers that the reader likes are; and, for
#: papers of no topic, of one without any evidence. Both are those of topics, see `relevance`.
SLOPE, INTERCEPT = 3.7, -4.2
#: A profile of so many verdicts counts one half.
HALF_TRUSTED = 5.0
#: How close a paper is says less after few verdicts: of one it says three quarters (measured: the
#: log-odds that a reader likes a paper grow by 1.3 after one like, and by 1.7 after ten).
_HALF_KNOWN = 1 / 3
#: So many picks of no topic are made for a reader, for each that an issue may show of a topic.
SPARE = 3
#: Within a topic no paper counts as closer than this, as with the papers of topics.
CLOSEST = 2.0
#: The closeness of a paper that is not to be brought.
_NOT_FOR_THEM = np.float32(-1e4)
#: From here on a relevance is 1 in single precision; below, the closer paper is more relevant.
_NEARLY_CERTAIN = 4.0
_LEAST, _MOST = 1e-6, 1 - 1e-6


class Best(NamedTuple):
    """The best papers of one topic for some readers; all shapes are (readers, papers)."""

    #: the papers' rows, best first
    rows: Rows
    relevance: Floats
    #: 0 where there is no further paper
    score: Floats


class _Table(NamedTuple):
    """A topic's picks as arrays, in their order."""

    rows: Rows
    log_odds: Floats
    #: what the order says: the score, and never more than that of the pick before
    score: Floats


class PersonalRankings:
    """Ranks the topics of an edition for readers with profiles."""

    def __init__(self, edition: Edition, papers: Sequence[Paper]) -> None:
        """Read the edition's rankings; `papers` are its papers in the order of their rows."""
        self._papers = papers
        self._most = SPARE * edition.per_topic
        row_of = {paper.id: row for row, paper in enumerate(papers)}
        trends = [edition.trends.get(paper.id) for paper in papers]
        self._trend = np.array([trend.score if trend else 0.0 for trend in trends], np.float32)
        self._boost: Floats = np.float32(1) + np.float32(edition.trend_weight) * self._trend
        self._tables = {
            slug: self._table([row_of[pick.paper.id] for pick in picks], picks)
            for slug, picks in edition.ranked.items()
            if not edition.topics[slug].trending
        }

    @property
    def slugs(self) -> frozenset[str]:
        """The topics whose order a profile can change: all but those that votes alone rank."""
        return frozenset(self._tables)

    def of_topic(
        self, slug: str, closeness: Floats, verdicts: Numbers, most: int | None = None
    ) -> Best:
        """Return a topic's best papers for readers, given how close all papers are to them.

        `closeness` has the shape (readers, papers), and `verdicts`, how many each gave, (readers,).
        There are at most `most`; all without a number, since which of them other topics take, or
        the reader had or excludes, is not known here.
        """
        table = self._tables[slug]
        near = np.minimum(closeness[:, table.rows], np.float32(CLOSEST))
        added = np.float32(SLOPE) * _share(verdicts, HALF_TRUSTED) * near
        relevance = _logistic(table.log_odds + added)
        before = _logistic(table.log_odds)
        score = np.where(relevance >= FLOOR, table.score * (relevance / before), 0)
        return _best(table.rows, relevance, score, most or len(table.rows))

    def of_none(self, closeness: Floats, verdicts: Numbers, most: int | None = None) -> Best:
        """Return the papers that are closest to readers, whatever their topics.

        There are at most `most`, or `SPARE` times as many as an issue shows of a topic.
        """
        near = _share(verdicts, _HALF_KNOWN) * closeness
        near = np.minimum(near, np.float32(_NEARLY_CERTAIN), out=near)
        relevance = _logistic(np.float32(INTERCEPT) + np.float32(SLOPE) * near)
        score = np.where(relevance >= FLOOR_WITHOUT_WORDS, relevance * self._boost, 0)
        return _best(np.arange(closeness.shape[1]), relevance, score, most or self._most)

    def ranking(self, slug: str, found: Best, reader: int) -> Ranking:
        """Return what `of_topic` or `of_none` found for one reader as picks."""
        some = int(np.count_nonzero(found.score[reader]))
        return Ranking(
            Pick(
                paper=self._papers[row],
                topic=slug,
                relevance=relevance,
                trend=float(self._trend[row]),
                score=score,
                is_personal=True,
            )
            for row, relevance, score in zip(
                found.rows[reader, :some].tolist(),
                found.relevance[reader, :some].tolist(),
                found.score[reader, :some].tolist(),
                strict=True,
            )
        )

    def rank(
        self,
        wanted: Sequence[Iterable[str]],
        closeness: Floats,
        verdicts: Sequence[int],
        barred: Sequence[Sequence[int]] = (),
    ) -> list[Mapping[str, Ranking]]:
        """Return the rankings of each reader's topics, and of papers that only a profile wants.

        `wanted` has the slugs of each reader's topics, `verdicts` how many they gave, and `barred`
        the rows of the papers that a profile alone must not bring. Topics that votes alone rank are
        left out.
        """
        readers_of: dict[str, list[int]] = {}
        for reader, slugs in enumerate(wanted):
            for slug in slugs:
                if slug in self._tables:
                    readers_of.setdefault(slug, []).append(reader)
        found: list[dict[str, Ranking]] = [{} for _ in wanted]
        given = np.array(verdicts, np.int64)
        is_left = np.ones(closeness.shape, np.bool_)
        for reader, rows in enumerate(barred):
            is_left[reader, rows] = False
        for slug, readers in readers_of.items():
            best = self.of_topic(slug, closeness[readers], given[readers])
            for place, reader in enumerate(readers):
                ranking = found[reader][slug] = self.ranking(slug, best, place)
                is_left[reader, best.rows[place, : len(ranking)]] = False
        best = self.of_none(np.where(is_left, closeness, _NOT_FOR_THEM), given)
        for reader, rankings in enumerate(found):
            rankings[LIKED] = self.ranking(LIKED, best, reader)
        return list(found)

    def _table(self, rows: Sequence[int], picks: Sequence[Pick]) -> _Table:
        relevance = np.clip([pick.relevance for pick in picks] or np.empty(0), _LEAST, _MOST)
        score = np.array([pick.score for pick in picks], np.float32)
        return _Table(
            rows=np.array(rows, np.intp),
            log_odds=np.log(relevance / (1 - relevance)).astype(np.float32),
            score=np.minimum.accumulate(score) if len(score) else score,
        )


def _share(verdicts: Numbers, half: float) -> Floats:
    """Return how much so many verdicts count, in 0..1; `half` of them count one half.

    The shape is (readers, 1).
    """
    numbers = verdicts.astype(np.float32)[:, None]
    found: Floats = numbers / (numbers + np.float32(half))
    return found


def _best(rows: Rows, relevance: Floats, score: Floats, most: int) -> Best:
    """Return the columns with the highest scores for each reader; of equals the first stays so."""
    columns = score.shape[1]
    if columns > most:
        # A partition does not keep the order of equals: columns in order, then sorted stably.
        top = np.sort(np.argpartition(-score, most - 1, axis=1)[:, :most], axis=1)
    else:
        top = np.broadcast_to(np.arange(columns), score.shape)
    scores = np.take_along_axis(score, top, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    top = np.take_along_axis(top, order, axis=1)
    return Best(
        rows=rows[top],
        relevance=np.take_along_axis(relevance, top, axis=1),
        score=np.take_along_axis(scores, order, axis=1),
    )


def _logistic(log_odds: Floats) -> Floats:
    found: Floats = np.reciprocal(1 + np.exp(-np.clip(log_odds, -30, 30)))
    return found
