"""Which of the ranked papers are a topic's examples, and which example each is most like."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from digest.ranking.index import PaperIndex
from digest.ranking.query import examples_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from digest.models.paper import Paper
    from digest.ranking.background import Background
    from subscribers.models import Topic

#: An example is named if a paper is closer to it than the day's papers are in the mean, by so much
#: (a cosine), and if it makes most of what brings the paper close to all examples.
_NEARER, _MOST = 0.05, 0.5


def named_in(entries: Iterable[str], known: Mapping[str, Paper]) -> list[Paper]:
    """Return the papers that entries name as examples, each once, as far as they are known."""
    papers = {known[id_].id: known[id_] for id_ in examples_of(entries) if id_ in known}
    return list(papers.values())


class Examples:
    """The examples of all topics beside the papers that are ranked."""

    def __init__(
        self,
        background: Background,
        papers: Sequence[Paper],
        vectors: Callable[[], sp.csr_array],
    ) -> None:
        """Take the papers; their vectors, shape (papers, terms), are asked for if needed."""
        self._background = background
        self._papers = papers
        self._vectors = vectors

    def are(self, topic: Topic) -> NDArray[np.bool_]:
        """Return which papers are examples of a topic, and so no news; shape (papers,)."""
        known = named_in(topic.words_in, self._background.examples)
        ids = {*examples_of(topic.words_in), *(paper.id for paper in known)}
        return np.array(
            [bool(ids) and not ids.isdisjoint((it.id, *it.aliases)) for it in self._papers],
            np.bool_,
        )

    def most_like(self, topic: Topic, row: int) -> str:
        """Return the title of the example that brings a paper close to the topic, if one does."""
        papers = named_in(topic.words_in, self._background.examples)
        if not papers or not len(self._background.terms):
            return ""
        cosines = self._cosines[[self._row_of[paper.id] for paper in papers]]
        nearer = np.maximum(cosines[:, row] - cosines.mean(axis=1), 0)
        best = int(nearer.argmax())
        is_clear = nearer[best] >= max(_NEARER, _MOST * float(nearer.sum()))
        return papers[best].title if is_clear else ""

    @cached_property
    def _known(self) -> Mapping[str, Paper]:
        """All examples whose texts are known by their ids, each once."""
        return {paper.id: paper for paper in self._background.examples.values()}

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {id_: row for row, id_ in enumerate(self._known)}

    @cached_property
    def _cosines(self) -> NDArray[np.float64]:
        """The cosines of all examples and the papers, shape (examples, papers)."""
        index = PaperIndex([*self._known.values()], self._background.vocabulary)
        found: NDArray[np.float64] = (self._background.vectors(index) @ self._vectors().T).toarray()
        return found
