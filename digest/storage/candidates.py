"""The candidates of a day's edition: which stored papers it may hold.

An edition holds the papers of its own day, and papers of earlier days that came in too late for
theirs. It also names papers of earlier editions that have been withdrawn since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.models.days import days_before

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from digest.models.paper import Paper
    from digest.storage.editions import EditionStore
    from digest.storage.generation import Generation
    from digest.storage.papers import PaperStore

#: For how many days after an edition the withdrawal of one of its papers is reported to
#: subscribers.
REMEMBERED = 60
#: For how many days after an edition its papers come back if their votes take off.
RETURNING = 7


@dataclass(frozen=True, kw_only=True)
class EditionCandidates:
    """Selects the papers of an edition from what is stored."""

    store: PaperStore
    #: the editions that were planned before
    editions: EditionStore
    #: knows the days whose mails may have left before the database was restored from a backup
    generation: Generation
    #: for how many days after its own day a late paper still gets into an edition
    catch_up: int

    def papers(self, day: date) -> Sequence[Paper]:
        """Return the papers of a day's edition: the day's own, then the late ones."""
        of_day = self.store.papers(day)
        known = {paper.id for paper in of_day}
        return [*of_day, *(paper for paper in self.late(day) if paper.id not in known)]

    def papers_since(self, day: date, since: date) -> Sequence[Paper]:
        """Return the papers of an edition for readers whose last issue was of another day.

        These are those of all days since then, and the late ones. That day's own are among them,
        since its list may have grown after the issue; what that was chosen from is left out when
        the next is composed.
        """
        found = {paper.id: paper for paper in self.papers(day)}
        between = self.store.papers_between(since, days_before(day, 1))
        found |= {paper.id: paper for paper in between if paper.id not in found}
        return list(found.values())

    def late(self, day: date) -> Sequence[Paper]:
        """Return the papers that came in too late for the editions of their own days.

        These are papers of the last `catch_up` days that were offered to no subscriber, or not to
        all; a subscriber who was sent one does not get it again. Before the first edition was
        planned no paper is late. If the database was restored from a backup, no paper is late of a
        day that may have been mailed before that.
        """
        first = self.editions.first_planned()
        if first is None or not self.catch_up:
            return []
        since = max(first, days_before(day, self.catch_up))
        papers = self.store.papers_between(since, days_before(day, 1))
        uncertain = self.generation.uncertain({paper.day for paper in papers})
        papers = [paper for paper in papers if paper.day not in uncertain]
        offered = self.editions.offered_to_all(
            {paper.id for paper in papers}, since=since, before=day
        )
        return [paper for paper in papers if paper.id not in offered]

    def earlier(self, day: date, *, days: int, most: int) -> Sequence[Paper]:
        """Return the texts of the newest papers of some days before `day`, at most `most`."""
        return self.store.texts_between(days_before(day, days), days_before(day, 1), most=most)

    def passed_over(self, day: date, papers: Sequence[Paper]) -> dict[str, datetime]:
        """Return which of some papers an edition of the last days had, and when it was stored.

        Days that may have been mailed before the database was restored from a backup are left out,
        since nobody knows who was sent what.
        """
        uncertain = self.generation.uncertain({paper.day for paper in papers})
        ids = [paper.id for paper in papers if paper.day not in uncertain]
        return self.editions.last_held(ids, since=days_before(day, RETURNING), before=day)

    def withdrawn(self, day: date) -> Sequence[Paper]:
        """Return the papers of editions before `day` that have been withdrawn since."""
        papers = self.store.withdrawn(since=days_before(day, REMEMBERED))
        included = self.editions.included_before([paper.id for paper in papers], before=day)
        return [paper for paper in papers if paper.id in included]
