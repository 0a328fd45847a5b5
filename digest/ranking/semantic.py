"""What papers and topics mean, by sentence vectors: the part of the ranking that needs no words.

The vectors come as arguments; `digest.app.encoder` makes them, if the extra `semantic` is
installed. Papers on one field are all alike, so vectors are centred: the mean of many papers, the
*corpus*, is taken off. What a paper says to a topic is its cosine to the topic minus its
mean cosine to all topics, in standard deviations of the corpus, so that topics can be compared.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.query import FUNCTION_WORDS, Example, Not, Text, parse_leniently

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from subscribers.models import Topic

    Floats = NDArray[np.float32]
    #: of relevance
    Scores = NDArray[np.float64]

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
#: The length of a vector.
DIMENSIONS = 384
#: A mean of fewer vectors than this is chance.
FEWEST = 100
#: A topic's contrast cannot say more than this, in standard deviations.
_MOST = 4.0
#: Of an answer to free text so much is its vector's part; the rest is its words'.
_PART = 2 / 3
#: A standard deviation of words counts so much at least: where words say little, vectors still do.
_LEAST_DEVIATION = 0.15
#: The vectors of so many best papers are added to that of free text, with this weight.
_BEST, _ADDED = 5, 0.5


def text_of(paper: Paper) -> str:
    """Return the text whose vector is a paper's: its title, and what the abstract adds.

    The model reads the first words only, and takes longer for more of them. With each word once
    and without function words 72 tokens say nearly as much as 128 of the abstract itself.
    """
    return f"{paper.title}. {_condensed(paper.abstract, paper.title)}"


def _condensed(text: str, besides: str = "") -> str:
    """Return each word of a text once, without function words and those of another text."""
    known = {*FUNCTION_WORDS, *(word.lower() for word in _WORD.findall(besides))}
    kept: dict[str, str] = {}
    for word in _WORD.findall(text):
        if word.lower() not in known:
            kept.setdefault(word.lower(), word)
    return " ".join(kept.values())


def text_key(text: str) -> str:
    """Return a hash by which it is known whether a text has changed."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def pack(vectors: Floats) -> list[bytes]:
    """Return each vector as one byte a component; its length is not kept.

    The cosine of what `unpack` returns to the vector is above 0.9998.
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rounded = np.rint(127 * vectors / np.where(largest > 0, largest, 1)).astype(np.int8)
    return [row.tobytes() for row in rounded]


def unpack(packed: Sequence[bytes]) -> Floats:
    """Return vectors of length one, shape (vectors, DIMENSIONS)."""
    rows = np.frombuffer(b"".join(packed), np.int8).reshape(len(packed), DIMENSIONS)
    return _units(rows.astype(np.float32))


class SemanticVectors:
    """The vectors of papers by id, and the mean that is taken off."""

    def __init__(self, packed: Mapping[str, bytes], corpus: Iterable[str] = ()) -> None:
        """Unpack vectors; those of the corpus make the mean, or all if there are too few."""
        self._packed = packed
        self._row_of = {paper_id: row for row, paper_id in enumerate(packed)}
        self._rows = unpack(list(packed.values()))
        within = [self._row_of[paper_id] for paper_id in corpus if paper_id in self._row_of]
        of_corpus = self._rows[within] if len(within) >= FEWEST else self._rows
        self.mean = of_corpus.mean(axis=0) if len(of_corpus) else np.zeros(DIMENSIONS, np.float32)
        #: the vectors of the corpus, less the mean
        self.corpus = of_corpus - self.mean

    def __len__(self) -> int:
        """Return how many papers have a vector."""
        return len(self._row_of)

    def packed(self, paper_ids: Iterable[str]) -> dict[str, bytes]:
        """Return the vectors of some papers as they came, by id."""
        return {it: self._packed[it] for it in paper_ids if it in self._packed}

    def has(self, paper_ids: Iterable[str]) -> NDArray[np.bool_]:
        """Return which papers have a vector."""
        return np.array([paper_id in self._row_of for paper_id in paper_ids], np.bool_)

    def of(self, paper_ids: Iterable[str]) -> Floats:
        """Return papers' vectors less the mean, shape (papers, DIMENSIONS); 0 for unknown ones."""
        rows = np.array([self._row_of.get(paper_id, -1) for paper_id in paper_ids], np.intp)
        found = np.zeros((len(rows), DIMENSIONS), np.float32)
        found[rows >= 0] = self._rows[rows[rows >= 0]] - self.mean
        return found

    def directions(self, paper_ids: Iterable[str]) -> Floats:
        """Return where papers' vectors point from the mean, with length one; 0 for unknown ones."""
        return _units(self.of(paper_ids))


def said_by(entry: str) -> str:
    """Return the text that says what an entry of a topic means; "" if it only excludes.

    That is the entry without operators, and without what it excludes; of free text, its words.
    """
    query = parse_leniently(entry)
    if isinstance(query, Text):
        return _condensed(entry) or entry
    if isinstance(query, Not | Example):
        return ""
    words = entry.partition(" NOT ")[0].replace("(", " ").replace(")", " ").split()
    return " ".join(word for word in words if word not in ("AND", "OR"))


@dataclass(frozen=True, kw_only=True)
class Semantics:
    """Vectors of papers, and of the texts of topics."""

    vectors: SemanticVectors
    #: by text, of length one
    texts: Mapping[str, Floats]
    #: all topics of the installation, which a topic is compared with
    topics: Sequence[Topic] = ()
    #: by the topic's slug
    of_topics: dict[str, Floats] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Find out what each topic means: the mean of its phrases.

        Free text is judged by itself, see `SemanticIndex.answers`.
        """
        for topic in self.topics:
            phrases = (it for it in topic.words_in if not isinstance(parse_leniently(it), Text))
            said = map(said_by, phrases)
            if known := [self.texts[text] for text in said if text in self.texts]:
                self.of_topics[topic.slug] = self.direction(np.mean(known, axis=0))

    def direction(self, vector: Floats) -> Floats:
        """Return where a vector points from the mean, with length one."""
        found: Floats = _units(_units(vector[None]) - self.vectors.mean)[0]
        return found

    def of(self, papers: Sequence[Paper]) -> SemanticIndex:
        """Return what these papers mean."""
        return SemanticIndex(self, [paper.id for paper in papers])


class SemanticIndex:
    """How close the papers of an index are to topics and texts."""

    def __init__(self, semantics: Semantics, paper_ids: Sequence[str]) -> None:
        """Look up the papers' vectors."""
        self._semantics = semantics
        self._has = semantics.vectors.has(paper_ids)
        self._rows = semantics.vectors.directions(paper_ids)
        self._corpus = _units(semantics.vectors.corpus)
        of_topics = semantics.of_topics
        self._number_of = {slug: number for number, slug in enumerate(of_topics)}
        every = np.array(list(of_topics.values())).reshape(-1, DIMENSIONS)
        corpus, rows = self._corpus @ every.T, self._rows @ every.T
        self._contrast = self._standard(_contrast(corpus), _contrast(rows))

    def contrast(self, slug: str) -> Scores | None:
        """Return how much more each paper is about a topic than about all topics.

        In standard deviations of the corpus, shape (papers,); 0 for a paper without a vector. None
        if nothing is known of the topic.
        """
        number = self._number_of.get(slug)
        return None if number is None else np.clip(self._contrast[:, number], -_MOST, _MOST)

    def answers(self, entry: str, by_words: Scores) -> Scores:
        """Return how well each paper answers an entry of free text, by its words and by its vector.

        Both are compared in standard deviations (z-scores), and the result is in the units of
        `by_words`. The vectors of the best papers are added to that of the text, like their words
        to its words (Rocchio's feedback). A paper with none of the words is no answer.
        """
        vector = self._semantics.texts.get(said_by(entry))
        if vector is None or not by_words.any():
            return by_words
        deviation = max(float(by_words.std()), _LEAST_DEVIATION)
        asked = self._semantics.direction(vector)
        found = self._mixed(asked, by_words, deviation)
        best = np.lexsort((np.arange(len(found)), -found))[:_BEST]
        best = best[found[best] > 0]
        if len(best):
            mean = _units(self._rows[best].mean(axis=0)[None])[0]
            asked = _units((asked + _ADDED * mean)[None])[0]
            found = self._mixed(asked, by_words, deviation)
        return found

    def _mixed(self, asked: Floats, by_words: Scores, deviation: float) -> Scores:
        closeness = self._standard((self._corpus @ asked)[:, None], (self._rows @ asked)[:, None])
        by_vector = by_words.mean() + deviation * closeness[:, 0]
        mixed = (1 - _PART) * by_words + _PART * np.where(self._has, by_vector, by_words)
        return np.where(by_words > 0, np.maximum(mixed, 0), 0)

    def _standard(self, corpus: Floats, values: Floats) -> Scores:
        """Return values in standard deviations of the corpus, column by column."""
        deviation = corpus.std(axis=0)
        scaled = (values - corpus.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
        known: Scores = np.where(self._has[:, None], scaled, 0).astype(np.float64)
        return known


def _contrast(cosines: Floats) -> Floats:
    """Return cosines, shape (papers, topics), less each paper's mean."""
    return cosines - cosines.mean(axis=1, keepdims=True) if cosines.shape[1] > 1 else cosines


def _units(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    units: Floats = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return units
