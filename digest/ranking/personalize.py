"""Issues of one edition for subscribers: own words and authors, excluded words, fewer papers."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from digest.models.issue import Issue
from digest.ranking.compose import compose
from digest.ranking.trials import Trials
from subscribers.models import OWN, own_topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.models.issue import Edition, NoIssue, Seen
    from digest.models.picks import Pick
    from digest.ranking.chance import Chance
    from digest.ranking.own_words import OwnWords
    from subscribers.models import Subscriber, Topic

    #: a subscriber and what they have seen
    Reader = tuple[Subscriber, Seen]


class Personalizer:
    """Adapts an edition to its subscribers, and composes their issues.

    Own words and authors make a topic of their own, which comes first. Papers that hold an excluded
    word are left out of every topic.
    """

    def __init__(self, edition: Edition, chance: Chance | None = None) -> None:
        """Read nothing yet; papers are read when a subscriber has words of their own.

        Without a `chance`, nothing is drawn: no paper outside the topics, and no rival's.
        """
        self._edition = edition
        self._trials = Trials(edition, chance) if chance else None

    def compose(self, readers: Sequence[Reader]) -> Iterator[Issue | NoIssue]:
        """Return each reader's issue, or why there is none, in their order.

        The words of all of them are looked up together.
        """
        own_topics = [own_topic(subscriber) for subscriber, _ in readers]
        with_own = [
            subscriber.preferences
            for (subscriber, _), own in zip(readers, own_topics, strict=True)
            if own
        ]
        picks = self._own_words.rank(with_own) if with_own else iter(())
        for (subscriber, seen), own in zip(readers, own_topics, strict=True):
            yield self._compose(subscriber, seen, own, next(picks) if own else ())

    def _compose(
        self, subscriber: Subscriber, seen: Seen, own: Topic | None, picks: Sequence[Pick]
    ) -> Issue | NoIssue:
        edition, preferences = self._edition, subscriber.preferences
        changes: dict[str, Any] = {}
        wanted = subscriber.topics
        if preferences.papers is not None:
            changes["max_papers"] = min(preferences.papers, edition.max_papers)
        if preferences.words_out:
            changes["excluded"] = self._own_words.excluded(preferences.words_out)
        if own is not None:
            changes["topics"] = {**edition.topics, OWN: own}
            changes["ranked"] = {**edition.ranked, OWN: picks}
            wanted = (OWN, *wanted)
        edition = replace(edition, **changes) if changes else edition
        issue = compose(edition, wanted, seen=seen)
        if self._trials and isinstance(issue, Issue):
            issue = self._trials.add_to(issue, edition, wanted, seen=seen, reader=subscriber.id)
        return self._explained(issue, own) if own and isinstance(issue, Issue) else issue

    def _explained(self, issue: Issue, own: Topic) -> Issue:
        """Give the picks for a subscriber's own words their reasons, before those they have."""
        sections = tuple(
            replace(
                section,
                picks=tuple(
                    replace(pick, reasons=(*self._own_words.reasons(own, pick), *pick.reasons))
                    for pick in section.picks
                ),
            )
            if section.slug == OWN
            else section
            for section in issue.sections
        )
        return replace(issue, sections=sections)

    @cached_property
    def _own_words(self) -> OwnWords:
        # Imported here because few subscribers have own words, and numpy and scipy take a third of
        # a worker's memory.
        from digest.ranking.own_words import OwnWords

        return OwnWords(self._edition)
