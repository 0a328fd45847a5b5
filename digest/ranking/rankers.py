"""The rankers that `digest backtest` compares, by name: this build's, and simple ones beside it.

A ranker is written as its name, or with parameters: `digest`, `digest:trend_weight=1`,
`bm25:k1=0.9,b=0.4`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.models.clock_times import midnight
from digest.models.picks import Pick
from digest.ranking.diversity import diversify
from digest.ranking.evaluation.baselines import K1, B, summed_bm25
from digest.ranking.query import without_examples
from digest.ranking.tfidf import Vectors
from digest.text.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digest.models.issue import Edition
    from digest.models.paper import Paper

#: Every topic's picks by its slug, best first.
Ranked = Mapping[str, Sequence[Pick]]
#: Ranks the papers of an edition for its topics. The edition holds this build's own ranking.
Ranker = Callable[["Edition"], Ranked]


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """A ranker's function, with the parameters that it takes and the bounds of each."""

    rank: Callable[[Edition, Mapping[str, float]], Ranked]
    parameters: Mapping[str, tuple[float, float]]


def read_ranker(text: str) -> Ranker:
    """Return the ranker that a text names.

    Raises:
        ConfigError: no ranker has that name, or it does not take a parameter or its value.

    """
    name, _, given = text.partition(":")
    if name not in _KINDS:
        raise ConfigError(
            f"there is no ranker {name!r}; there are: {', '.join(_KINDS)}"
            f"{suggestion(name, list(_KINDS))}"
        )
    kind = _KINDS[name]
    values = dict(_values(text, kind, given.split(",") if given else ()))
    return lambda edition: kind.rank(edition, values)


def _values(text: str, kind: _Kind, given: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Yield the parameters of a ranker's text."""
    for part in given:
        name, _, written = part.partition("=")
        if name not in kind.parameters:
            takes = ", ".join(kind.parameters) or "no parameters"
            raise ConfigError(f"ranker {text!r}: there is no {name!r}; it takes {takes}")
        least, most = kind.parameters[name]
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ConfigError(
                f"ranker {text!r}: {name} must be a number from {least:g} to {most:g}"
            )
        yield name, value


def _digest(edition: Edition, values: Mapping[str, float]) -> Ranked:
    """Rank as a run does, or as it would with another weight of votes (see `Pick`)."""
    if "trend_weight" not in values:
        return edition.ranked
    weight = values["trend_weight"]
    scored = {
        slug: _best_first(
            pick._replace(score=pick.relevance * (1 + weight * pick.trend))
            for pick in sorted(picks, key=lambda pick: pick.paper.id, reverse=True)
        )
        for slug, picks in edition.ranked.items()
    }
    trending = [slug for slug, topic in edition.topics.items() if topic.trending]
    return diversify(scored, Vectors.of(edition.papers), last=trending)


def _bm25(edition: Edition, values: Mapping[str, float]) -> Ranked:
    """Rank as arXivDigest's sample system does; a topic without words has no papers."""
    papers = sorted(edition.papers, key=lambda paper: paper.id, reverse=True)
    ranked = {}
    for slug, topic in edition.topics.items():
        words = without_examples(topic.words_in)
        scores = summed_bm25(papers, words, k1=values.get("k1", K1), b=values.get("b", B))
        ranked[slug] = _best_first(
            Pick(paper=paper, topic=slug, relevance=score / (1 + score), trend=0, score=score)
            for paper, score in zip(papers, scores.tolist(), strict=True)
            if score > 0
        )
    return ranked


def _votes(edition: Edition, _values: Mapping[str, float]) -> Ranked:
    """Order by votes; papers without a known number come last."""
    return _ordered(
        edition, lambda paper: -1 if paper.signals.upvotes is None else paper.signals.upvotes
    )


def _newest(edition: Edition, _values: Mapping[str, float]) -> Ranked:
    """Order by time: when a paper was published, else featured, else the start of its day."""
    return _ordered(
        edition,
        lambda paper: (paper.published_at or paper.featured_at or midnight(paper.day)).timestamp(),
    )


def _random(edition: Edition, values: Mapping[str, float]) -> Ranked:
    """Order by chance: by a hash of the seed and the id, so the same in every run."""
    seed = values.get("seed", 0)

    def drawn(paper: Paper) -> float:
        digest = hashlib.sha256(f"{seed:g} {paper.id}".encode()).digest()
        return float(int.from_bytes(digest[:6], "big"))

    return _ordered(edition, drawn)


def _ordered(edition: Edition, key: Callable[[Paper], float]) -> Ranked:
    """Return the papers that a run finds for each topic in another order: the largest key first.

    Of equal keys the larger id comes first. The score only keeps the order: it falls from 1.
    """
    ranked = {}
    for slug, picks in edition.ranked.items():
        ordered = sorted(picks, key=lambda pick: (key(pick.paper), pick.paper.id), reverse=True)
        ranked[slug] = tuple(
            pick._replace(score=1 - place / len(ordered)) for place, pick in enumerate(ordered)
        )
    return ranked


def _best_first(picks: Iterable[Pick]) -> tuple[Pick, ...]:
    """Order by score; ties stay as they are."""
    return tuple(sorted(picks, key=lambda pick: -pick.score))


#: This build's own ranker.
OWN_RANKER = "digest"
_KINDS: Mapping[str, _Kind] = {
    OWN_RANKER: _Kind(rank=_digest, parameters={"trend_weight": (0, 100)}),
    "bm25": _Kind(rank=_bm25, parameters={"k1": (0, 100), "b": (0, 1)}),
    "votes": _Kind(rank=_votes, parameters={}),
    "newest": _Kind(rank=_newest, parameters={}),
    "random": _Kind(rank=_random, parameters={"seed": (0, 1_000_000)}),
}
#: The names of all rankers.
NAMES = tuple(_KINDS)
