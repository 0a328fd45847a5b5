"""What is expected of a paper before votes exist, from what earlier days teach.

Four things say something of later votes: what the earlier papers of its authors got, what earlier
papers with the words of its title got, how many authors it has, and whether it is one of the newer
papers of its day. They are added with coefficients that `digest.ranking.training` fits. A record is
the mean deviation of earlier papers from what was usual for their day, shrunk towards 0.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from digest.models.identity import arxiv_id
from digest.ranking.rates import deviations
from digest.ranking.terms import folded_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from digest.models.paper import Paper

#: For so many earlier papers of usual votes every author counts, and every word.
AUTHOR_SHRINK, WORD_SHRINK = 3.0, 20.0
#: A day with fewer papers teaches nothing.
SMALLEST_DAY = 3
#: The most voted papers of a day are so much of it, from the top.
TOP_SHARE = 0.25
#: The number of authors that is usual, as the logarithm of one more.
_USUAL_AUTHORS = math.log1p(6)
#: So many authors and more are called many.
_MANY_AUTHORS = 20


@dataclass(slots=True)
class Record:
    """What the earlier papers of an author, or with a word in the title, got."""

    #: the sum of their deviations
    total: float = 0.0
    papers: int = 0
    #: how many were among the most voted of their day
    top: int = 0

    def add(self, deviation: float, *, is_top: bool) -> None:
        """Add a paper."""
        self.total += deviation
        self.papers += 1
        self.top += is_top


class Features(NamedTuple):
    """What is known of a paper before it has votes; 0 is usual for each."""

    authors_record: float
    words_record: float
    author_count: float
    newness: float


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """By how much each feature changes the expected deviation.

    The defaults were fitted on the votes of 249 days, from December 2023 to December 2024
    (`benchmarks/votes.py`).
    """

    #: of the sum of the authors' shrunk means, divided by the square root of their number
    authors_record: float = 0.69
    #: of the sum of the shrunk means of the title's words
    words_record: float = 0.36
    #: of the logarithm of one more than the number of authors
    author_count: float = 0.26
    #: of the place of its id among the arXiv ids of the day, from -1/2 to 1/2
    newness: float = 0.25


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is expected of papers; without records, what can be said of a paper by itself."""

    coefficients: Coefficients = Coefficients()
    #: by the author's name as `folded_name` has it
    authors: Mapping[str, Record] = field(default_factory=dict)
    #: by word
    words: Mapping[str, Record] = field(default_factory=dict)

    def expected(self, papers: Sequence[Paper]) -> list[float]:
        """Return the expected deviation of each paper of a day, in natural logarithms."""
        return [math.fsum(self._parts(found)) for found in self.features(papers)]

    def _parts(self, features: Features) -> Features:
        """Return what each feature adds to the expected deviation."""
        weights = self.coefficients
        return Features(
            authors_record=weights.authors_record * features.authors_record,
            words_record=weights.words_record * features.words_record,
            author_count=weights.author_count * features.author_count,
            newness=weights.newness * features.newness,
        )

    def features(self, papers: Sequence[Paper]) -> list[Features]:
        """Return the features of the papers of one day."""
        newness = _newness(papers)
        return [
            Features(
                authors_record=_authors_record(paper, self.authors),
                words_record=math.fsum(
                    _shrunk(self.words[word], WORD_SHRINK)
                    for word in set(words(paper.title))
                    if word in self.words
                ),
                author_count=math.log1p(author_count) - _USUAL_AUTHORS
                if (author_count := paper.author_count or len(paper.authors))
                else 0.0,
                newness=newness.get(paper.id, 0.0),
            )
            for paper in papers
        ]

    def many_authors(self, papers: Sequence[Paper]) -> dict[str, int]:
        """Return how many authors those papers of a day have that this number puts first, by id.

        They are among those of which most is expected, and this is the largest part of it.
        """
        parts_of = [self._parts(features) for features in self.features(papers)]
        least = _top([math.fsum(parts) for parts in parts_of])
        found = {}
        for paper, parts in zip(papers, parts_of, strict=True):
            authors = paper.author_count or len(paper.authors)
            is_first = math.fsum(parts) >= least and parts.author_count == max(parts)
            if is_first and authors >= _MANY_AUTHORS:
                found[paper.id] = authors
        return found

    def much_voted(self, paper: Paper) -> tuple[str, Record] | None:
        """Return the author whose earlier papers were most often among the most voted, if any.

        Three earlier papers are the least that count, and half of them were among the most voted.
        """
        known = ((name, self.authors.get(folded_name(name), Record())) for name in paper.authors)
        found = [(name, it) for name, it in known if it.papers >= 3 and 2 * it.top >= it.papers]
        # On a tie the author who is named first.
        return max(found, key=lambda each: (each[1].top, each[1].total), default=None)


#: What is expected where nothing was learned.
NOTHING_LEARNED = Prior()


def learn(papers: Iterable[Paper], coefficients: Coefficients = Coefficients()) -> Prior:
    """Return the prior that the known votes of earlier papers teach.

    The papers of a day are compared with each other, so that days of many and of few votes teach
    alike. Papers without votes, and days of fewer than three papers, teach nothing.
    """
    records = Records()
    for of_day in by_day(papers).values():
        records.add(of_day)
    return records.prior(coefficients)


class Records:
    """The records of authors and words, as days are added to them."""

    def __init__(self) -> None:
        """Start without any."""
        self._authors: defaultdict[str, Record] = defaultdict(Record)
        self._words: defaultdict[str, Record] = defaultdict(Record)

    def add(self, papers: Sequence[Paper]) -> None:
        """Add the papers of a day; all have votes."""
        if len(papers) < SMALLEST_DAY:
            return
        votes = [paper.signals.upvotes or 0 for paper in papers]
        top = _top(votes)
        # Earlier days have settled: their papers are as old as each other.
        for paper, deviation, count in zip(
            papers, deviations(votes, [24.0] * len(votes)), votes, strict=True
        ):
            for key in {folded_name(name) for name in paper.authors}:
                self._authors[key].add(deviation, is_top=count >= top)
            for word in set(words(paper.title)):
                self._words[word].add(deviation, is_top=count >= top)

    def prior(self, coefficients: Coefficients) -> Prior:
        """Return the prior of these records; it changes when days are added."""
        return Prior(coefficients=coefficients, authors=self._authors, words=self._words)


def by_day(papers: Iterable[Paper]) -> dict[date, list[Paper]]:
    """Return the papers that have votes by their day, the first day first, each day by id."""
    days: defaultdict[date, list[Paper]] = defaultdict(list)
    for paper in sorted(papers, key=lambda paper: (paper.day, paper.id)):
        if paper.signals.upvotes is not None:
            days[paper.day].append(paper)
    return dict(days)


def _authors_record(paper: Paper, authors: Mapping[str, Record]) -> float:
    if not paper.authors:
        return 0.0
    keys = {folded_name(name) for name in paper.authors}
    total = math.fsum(_shrunk(authors[key], AUTHOR_SHRINK) for key in keys if key in authors)
    return total / math.sqrt(len(keys))


def _shrunk(record: Record, by: float) -> float:
    return record.total / (record.papers + by)


def _top(values: Sequence[float]) -> float:
    """Return how many votes, or how much, the first papers of a day have at least."""
    number = int(len(values) * TOP_SHARE)
    return sorted(values, reverse=True)[number - 1] if number else math.inf


def _newness(papers: Sequence[Paper]) -> dict[str, float]:
    """Return the place of each arXiv id among those of the day, from -1/2 to 1/2."""
    ids = sorted({paper.id for paper in papers if arxiv_id(paper.id)})
    return {id_: (place + 0.5) / len(ids) - 0.5 for place, id_ in enumerate(ids)}
