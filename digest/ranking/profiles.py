"""What a reader's feedback teaches: one or several interests, each a few weighted terms.

An interest is the mean TF-IDF vector of papers that the reader likes, minus half the mean of those
of which they want less, both without what all papers have and of length one (Rocchio's method;
Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, §9.1.1). So one paper
of which less is wanted does not outweigh many that are liked, and takes from papers like it, not
from all. Papers that are unlike each other make several interests, so that a small one is not
averaged away. With sentence vectors an interest has the mean of these too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.cluster.hierarchy import fcluster, linkage

from digest.models.paper import Paper
from digest.models.profile import Interest, Profile
from digest.ranking.index import PaperIndex
from digest.ranking.quotes import first_quotes, quote
from digest.ranking.term_vectors import (
    PAIR,
    TITLE_WEIGHT,
    counts_of,
    stems_of,
    term_weights,
    unit_rows,
)
from digest.ranking.terms import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from digest.models.feedback import Feedback
    from digest.models.issue import WordCounts
    from digest.ranking.semantic import SemanticVectors

    Floats = NDArray[np.float64]

#: The most terms of the only interest or of the whole, and of one of several interests. Fewer are
#: quicker to compare with papers, and say less.
MOST_TERMS, FEW_TERMS = 1_000, 100
#: The most papers that a profile is learned from, and as many of which less is wanted.
MOST_PAPERS = 500
#: How much a paper of which less is wanted counts beside one that is liked.
LESS = 0.5
#: So many likes make a further interest, up to so many. Each is drawn to the mean of all likes as
#: by so many papers, since a mean of few is chance.
_LIKES_OF_AN_INTEREST, MOST_INTERESTS, _DRAWN = 5, 5, 5
#: So many words describe an interest, of so many terms. A term that more papers than this share
#: have describes it if it is in so many titles.
_MOST_WORDS, _LOOKED_AT, _COMMON, _TITLES = 6, 60, 0.1, 2
#: It does if it is at least this part of the best.
_LEAST = 0.35
#: More papers than this that share a term say no more of an interest.
_SHARED = 3
#: Letters of the shortest word that does.
_SHORTEST = 2


class ProfileLearner:
    """Learns the profiles of readers with one set of word counts."""

    def __init__(self, counts: WordCounts, vectors: SemanticVectors | None = None) -> None:
        """Learn with counts of how common terms are, and what papers have in the mean.

        With sentence vectors of the papers that readers judged, interests have one too.
        """
        self._counts = counts
        self._vectors = vectors

    def learn(self, given: Sequence[Feedback]) -> Profile:
        """Return the profile of a reader.

        The order of feedback does not matter; of more than `MOST_PAPERS` papers the newest count.
        Papers without any text teach nothing.
        """
        newest = _newest_first(given)
        liked = _papers(one for one in newest if one.verdict.is_liked)
        unwanted = _papers(one for one in newest if not one.verdict.is_liked)
        if not (liked or unwanted):
            return Profile(interests=(), likes=0)
        read = _Read([*liked, *unwanted], self._counts)
        meant = _Meant([*liked, *unwanted], len(liked), self._vectors)
        of_unwanted = _mean(read.rows[len(liked) :])
        pushed = LESS * _unit(of_unwanted - read.usual if unwanted else of_unwanted)
        if not liked:
            against = _interest(read, [], -pushed, meant.of([]))
            return Profile(interests=(against,), likes=0, less=len(unwanted))
        groups = _groups(read.rows[: len(liked)])
        of_all = _mean(read.rows[: len(liked)])
        everything = range(len(liked))
        of_whole = _unit(of_all - read.usual) - pushed
        if len(groups) == 1:
            only = _interest(read, everything, of_whole, meant.of(everything))
            return Profile(interests=(only,), likes=len(liked), less=len(unwanted))
        # It is told by the words of its parts, and needs none.
        whole = Interest(
            terms=_heaviest(read, of_whole), likes=len(liked), vector=meant.of(everything)
        )
        interests = []
        for group in groups:
            weight = len(group) / (len(group) + _DRAWN)
            mean = weight * _mean(read.rows[group]) + (1 - weight) * of_all - read.usual
            vector = meant.of(group, weight)
            interests.append(_interest(read, group, _unit(mean) - pushed, vector, most=FEW_TERMS))
        ordered = sorted(interests, key=lambda it: (-it.likes, [*it.terms.items()]))
        return Profile(interests=tuple(ordered), whole=whole, likes=len(liked), less=len(unwanted))


def judged_papers(given: Sequence[Feedback]) -> list[Paper]:
    """Return the papers that a profile is learned from."""
    newest = _newest_first(given)
    return [
        *_papers(one for one in newest if one.verdict.is_liked),
        *_papers(one for one in newest if not one.verdict.is_liked),
    ]


def _newest_first(given: Sequence[Feedback]) -> list[Feedback]:
    return sorted(given, key=lambda one: (one.at, one.paper_id), reverse=True)


def _papers(given: Iterable[Feedback]) -> list[Paper]:
    """Return the papers of the first feedback, by id, as far as their texts are known."""
    papers = [
        Paper(id=one.paper_id, title=one.title, abstract=one.abstract, day=one.at.date())
        for one in given
        if one.title
    ]
    return sorted(papers[:MOST_PAPERS], key=lambda paper: paper.id)


class _Read:
    """The vectors of a reader's papers."""

    def __init__(self, papers: Sequence[Paper], counts: WordCounts) -> None:
        self.index = PaperIndex(papers)
        row, number, count = counts_of(self.index)
        numbers, column = np.unique(number, return_inverse=True)
        all_stems = self.index.vocabulary.stems
        own = [stems_of(each, all_stems) for each in numbers.tolist()]
        #: the stems of each column's term: those of the papers, then others that papers often have
        usual = map(tuple, map(str.split, counts.means))
        self.terms = [*own, *sorted(set(usual).difference(own))]
        weights = term_weights(self.terms, counts)
        self.names = names = [" ".join(term) for term in self.terms]
        self.is_pair = np.array([len(term) > 1 for term in self.terms], np.bool_)
        #: which share of all papers has each term
        with_term = np.array([counts.papers_with.get(name, 0) for name in names])
        self.share = with_term / max(counts.papers, 1)
        kept = weights[column] > 0
        row, column, count = row[kept], column[kept], count[kept]
        shape = len(papers), len(weights)
        #: how often each paper has each term, and the papers' vectors
        self.counts: sp.csr_array = sp.csr_array((count, (row, column)), shape=shape)
        self.rows: sp.csr_array = unit_rows(row, column, count, weights, len(papers))
        #: what papers have in the mean
        self.usual = np.array([counts.means.get(name, 0.0) for name in names])


class _Meant:
    """The sentence vectors of a reader's papers, those that are liked first."""

    def __init__(
        self, papers: Sequence[Paper], liked: int, vectors: SemanticVectors | None
    ) -> None:
        ids = [paper.id for paper in papers]
        has = vectors.has(ids) if vectors else np.zeros(len(ids), np.bool_)
        self._rows = vectors.directions(ids).astype(np.float64) if vectors else np.empty(0)
        self._liked = np.flatnonzero(has[:liked])
        self._unwanted = liked + np.flatnonzero(has[liked:])

    def of(self, group: Sequence[int], weight: float = 1.0) -> tuple[float, ...]:
        """Return the vector of an interest, made of terms and vectors alike; () if none is known.

        Its length is one. `weight` is what the group counts beside the mean of all likes.
        """
        if not (len(self._liked) or len(self._unwanted)):
            return ()
        known = np.intersect1d(group, self._liked).astype(np.intp)
        weight = weight if len(known) else 0.0
        mean = weight * self._mean(known) + (1 - weight) * self._mean(self._liked)
        mean -= LESS * self._mean(self._unwanted)
        length = float(np.linalg.norm(mean))
        return tuple(np.round(mean / length, 4).tolist()) if length else ()

    def _mean(self, rows: NDArray[np.intp]) -> Floats:
        if not len(rows):
            return np.zeros(self._rows.shape[1])
        return np.asarray(self._rows[rows].mean(axis=0))


def _mean(rows: sp.csr_array) -> Floats:
    if not rows.shape[0]:
        return np.zeros(rows.shape[1])
    return np.asarray(rows.mean(axis=0)).ravel()


def _groups(rows: sp.csr_array) -> list[list[int]]:
    """Return rows of length one in groups that are like each other (Ward's method)."""
    papers = rows.shape[0]
    most = min(papers // _LIKES_OF_AN_INTEREST, MOST_INTERESTS)
    if most < 2:
        return [list(range(papers))]
    cosines = (rows @ rows.T).toarray()
    above = np.triu_indices(papers, 1)
    distances = np.sqrt(np.clip(2 - 2 * cosines[above], 0, None))
    labels = fcluster(linkage(distances, "ward"), most, criterion="maxclust")
    groups: dict[int, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        groups.setdefault(label, []).append(row)
    return list(groups.values())


def _unit(vector: Floats) -> Floats:
    """Return a vector of length one; of nothing it is nothing."""
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _interest(
    read: _Read,
    group: Sequence[int],
    vector: Floats,
    meant: tuple[float, ...],
    *,
    most: int = MOST_TERMS,
) -> Interest:
    """Return the interest of the papers in some rows, which these vectors describe."""
    return Interest(
        terms=_heaviest(read, vector, most),
        words=_words(read, group, vector),
        likes=len(group),
        vector=meant,
    )


def _heaviest(read: _Read, vector: Floats, most: int = MOST_TERMS) -> dict[str, float]:
    """Return the terms with the greatest weights, for and against, and these."""
    names = read.names
    # By name on a tie, since columns are numbered in the order of the papers' words.
    order = sorted(np.flatnonzero(vector).tolist(), key=lambda at: (-abs(vector[at]), names[at]))
    return {names[at]: round(float(vector[at]), 4) for at in order[:most]}


def _words(read: _Read, group: Sequence[int], vector: Floats) -> tuple[str, ...]:
    """Quote the terms that describe an interest best, each from the first paper of a group with it.

    A term that several papers share says more than one of a single paper, and a pair more than each
    of its stems. What no paper says in its title or twice comes last, and a common term describes
    an interest only if it is in several titles.
    """
    if not len(group):
        return ()
    counts = read.counts[group]
    with_term = np.asarray((counts > 0).sum(axis=0)).ravel()
    is_said = np.asarray((counts > 1).sum(axis=0)).ravel() > 0
    in_titles = np.asarray((counts >= TITLE_WEIGHT).sum(axis=0)).ravel()
    value = np.where(read.is_pair, vector / PAIR, vector) * (1 + np.minimum(with_term, _SHARED))
    if len(group) > 2:
        value[(with_term == 1) & ~read.is_pair] /= 2  # a name that a paper made up, often
    value[(read.share > _COMMON) & (in_titles < _TITLES)] = 0
    columns = np.flatnonzero(value > _LEAST * value.max(initial=0))
    ordered = sorted(columns.tolist(), key=lambda at: (not is_said[at], -value[at], read.names[at]))
    wanted = set(group)
    terms = (
        (term, row)
        for term in (read.terms[column] for column in ordered[:_LOOKED_AT])
        if min(map(len, term)) >= _SHORTEST and not any(map(str.isdigit, term))
        for row in read.index.find(Phrase(term, term)).rows.tolist()
        if row in wanted
    )
    return first_quotes(terms, partial(quote, read.index), most=_MOST_WORDS)
