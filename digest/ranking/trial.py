"""What a topic would have brought on a day, and what it just missed, with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digest.models.issue import NOTHING_SEEN, Issue
from digest.models.picks import Pick
from digest.ranking.compose import compose
from digest.ranking.query import FUNCTION_WORDS
from digest.ranking.relevance import has_words, names_of
from digest.ranking.terms import folded_name, words
from digest.text.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from digest.models.issue import Edition
    from digest.models.paper import Paper
    from digest.ranking.relevance import Match, Relevance
    from subscribers.models import Topic

#: So many papers that were just missed are named.
MISSED = 3


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A paper that stood next in line, and why it is not shown."""

    paper: Paper
    #: how much it is about the topic, in 0..1
    relevance: float
    why: str


@dataclass(frozen=True, kw_only=True)
class TrialDay:
    """A topic's papers of one day."""

    day: date
    #: papers of the day
    considered: int
    #: papers that are about the topic
    matched: int
    picks: Sequence[Pick]
    missed: Sequence[Miss]


def try_topic(edition: Edition, topic: Topic, relevance: Relevance) -> TrialDay:
    """Return what a reader of this topic alone would get who has seen nothing.

    The edition must hold the topic, and `relevance` must be that of its papers.
    """
    made = compose(edition, [topic.slug], seen=NOTHING_SEEN)
    picks = made.picks if isinstance(made, Issue) else ()
    ranked = edition.ranked[topic.slug]
    missed = [
        *_not_shown(
            topic, ranked, picks, is_full=len(picks) >= min(edition.per_topic, edition.max_papers)
        ),
        *_too_little(topic, relevance, ranked),
    ]
    return TrialDay(
        day=edition.coverage.day,
        considered=edition.coverage.considered,
        matched=len(ranked),
        picks=picks,
        missed=missed[:MISSED],
    )


def notes(topic: Topic, papers: Sequence[Paper]) -> list[str]:
    """Return what of a topic can bring none of some papers, each in a sentence."""
    found = [
        f"“{entry}” has only words such as “the” and “paper”, which hardly tell papers apart"
        for entry in topic.words_in
        if FUNCTION_WORDS.issuperset(words(entry))
    ]
    categories = {category for paper in papers for category in paper.categories}
    if topic.categories and not categories:
        found.append("no paper of these days has categories")
    else:
        found += [
            f"no paper of these days has the category {category}"
            for category in topic.categories
            if category not in categories
        ]
    names = {folded_name(name) for paper in papers for name in names_of(paper)}
    found += [
        f"no paper of these days has an author or an institution named {name}"
        for name in topic.authors
        if folded_name(name) not in names
    ]
    return found


def _not_shown(
    topic: Topic, ranked: Sequence[Pick], shown: Sequence[Pick], *, is_full: bool
) -> Iterator[Miss]:
    """Yield the papers about the topic that are not shown, best first."""
    by_id = {pick.paper.id for pick in shown}
    behind = {paper.id: pick.paper.title for pick in shown for paper in pick.similar}
    for pick in ranked:
        if pick.paper.id in by_id:
            continue
        places = {reason.place for reason in pick.reasons if reason.kind == "word"}
        if title := behind.get(pick.paper.id):
            why = f"nearly the same as “{title}”"
        elif is_full:
            full = f"the list is full, its last paper scores {shown[-1].score:.2f}"
            why = f"{_weakness(topic, places)}{full} and this one {pick.score:.2f}"
        else:
            why = f"{_weakness(topic, places)}too little to be about the topic"
        yield Miss(paper=pick.paper, relevance=pick.relevance, why=why)


def _too_little(topic: Topic, relevance: Relevance, ranked: Sequence[Pick]) -> Iterator[Miss]:
    """Yield the papers that are not about the topic, by the relevance that they have.

    A topic without words is missed only by papers with something that it names.
    """
    values, is_match = relevance.of(topic)
    known = {pick.paper.id for pick in ranked}
    excluded = relevance.evidence.excludes(topic.words_out)
    for row in np.argsort(-values, kind="stable").tolist():
        paper = relevance.papers[row]
        if is_match[row] or paper.id in known:
            continue
        found = relevance.match(topic, row, float(values[row]))
        if not (topic.words_in or topic.trending or found.categories or found.authors):
            continue
        if excluded[row]:
            why = "has an excluded word"
        else:
            why = f"{_weakness(topic, _places(found))}too little to be about the topic"
        yield Miss(paper=paper, relevance=float(values[row]), why=why)


def _places(found: Match) -> set[str]:
    """Return where in a paper the topic's words stand."""
    places = {
        "title": found.title_words,
        "keywords": found.keywords,
        "abstract": found.abstract_words,
        "summary": found.summary_words,
    }
    return {place for place, quoted in places.items() if quoted}


def _weakness(topic: Topic, places: set[str]) -> str:
    """Say what a paper lacks whose words of the topic stand in these places."""
    if not has_words(topic):
        return ""
    if not places:
        return "has none of the words: "
    if places <= {"abstract", "summary"}:
        return f"has the words only in the {join_words(sorted(places))}: "
    return ""
