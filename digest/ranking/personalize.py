"""A desk made to one reader's measure: words and people of their own, fewer papers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from subscribers.models import OWN, own_topic

if TYPE_CHECKING:
    from digest.models.issue import Edition
    from subscribers.models import Subscriber


def personalize(desk: Edition, reader: Subscriber) -> tuple[Edition, list[str]]:
    """Return the desk for this reader, and the topics they want in the order of the mail.

    Words and authors of their own make a topic of its own, which comes first; their words out
    keep papers out of every topic.
    """
    choice = reader.preferences
    if choice.words_in or choice.words_out or choice.authors:
        # Few readers have words of their own, and the matrices take a third of the memory.
        from digest.ranking.rank import rank
        from digest.ranking.relevance import excluded
    wanted = list(reader.topics)
    if choice.papers is not None:
        desk = replace(desk, max_papers=min(choice.papers, desk.max_papers))
    if choice.words_out:
        gone = excluded(desk.papers, choice.words_out)
        ranked = {
            slug: tuple(pick for pick in picks if pick.paper.id not in gone)
            for slug, picks in desk.ranked.items()
        }
        papers = [paper for paper in desk.papers if paper.id not in gone]
        desk = replace(desk, ranked=ranked, papers=papers)
    own = own_topic(reader)
    if own:
        picks = rank(desk.papers, [own], trend_weight=desk.trend_weight)
        desk = replace(desk, topics={**desk.topics, OWN: own}, ranked={**desk.ranked, **picks})
        wanted = [OWN, *wanted]
    return desk, wanted
