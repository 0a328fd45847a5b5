"""The papers that topics name as examples, and whether their texts are known.

An example counts from when a source has listed it, or a fetch has looked it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from digest.ranking.query import examples_of
from digest.text.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.app.services import App
    from digest.models.paper import Paper
    from subscribers.models import Topic


class Example(NamedTuple):
    """A paper that a topic names."""

    #: canonical
    paper_id: str
    #: None while its text is not known
    title: str | None


def known_examples(app: App, topics: Iterable[Topic]) -> dict[str, Paper]:
    """Return the papers that topics name as examples, by these ids, as far as they are stored."""
    return app.papers.named(id_ for topic in topics for id_ in examples_of(topic.words_in))


def examples_by_topic(app: App, topics: Sequence[Topic]) -> dict[str, list[Example]]:
    """Return the examples of topics by slug, in the order of the configuration."""
    known = known_examples(app, topics)
    return {
        topic.slug: [
            Example(id_, known[id_].title if id_ in known else None)
            for id_ in examples_of(topic.words_in)
        ]
        for topic in topics
    }


def note_of_unknown(examples: Iterable[Example], *, is_looked_up: bool = True) -> str:
    """Return which examples cannot be compared with yet, in a sentence; empty if there are none."""
    unknown = [example.paper_id for example in examples if example.title is None]
    if not unknown:
        return ""
    of, it = ("its example", "it") if len(unknown) == 1 else ("its examples", "them")
    remedy = (
        f"`digest fetch` asks arXiv for {it}"
        if is_looked_up
        else "all sources are files, so nobody is asked; add a source of arXiv, or its papers to a"
        " file"
    )
    return f"the text of {of} {join_words(unknown)} is not known yet; {remedy}"
