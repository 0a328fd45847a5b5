"""The library: the papers there are, how they were come by, and the way to more of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.verdict import back

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from digest.delivery.desks import Desks
    from digest.models import Paper
    from digest.readings import Readings
    from digest.sources import Location
    from digest.sources.web import Web
    from digest.store import Store

#: For how many days readers are told of the withdrawal of a paper they were sent.
REMEMBERED = 60


@dataclass(frozen=True, kw_only=True)
class Library:
    """Where papers are kept, and what it takes to get more."""

    store: Store
    readings: Readings
    #: what lay on the desks of days before
    desks: Desks
    clock: Callable[[], datetime]
    #: HTTP that keeps to the hosts of a source
    web: Callable[[Location], Web]
    #: how many earlier days are read again when they were missed, and wait for an edition
    catch_up: int

    def papers(self, day: date) -> Sequence[Paper]:
        """Return the papers of a day's edition: its own, and those that came late."""
        of_day = self.store.papers(day)
        known = {paper.id for paper in of_day}
        return [*of_day, *(paper for paper in self.late(day) if paper.id not in known)]

    def late(self, day: date) -> Sequence[Paper]:
        """Return the papers that came in too late for the editions of their own days.

        Those are papers of the last days that lay on no desk; before the first edition nothing
        was late.
        """
        first = self.desks.first_day()
        if first is None or not self.catch_up:
            return []
        since = max(first, back(day, self.catch_up))
        papers = self.store.papers_between(since, back(day, 1))
        laid = self.desks.laid([paper.id for paper in papers], before=day)
        return [paper for paper in papers if paper.id not in laid]

    def withdrawn(self, day: date) -> Sequence[Paper]:
        """Return the papers of earlier editions whose withdrawal is known by a day."""
        papers = self.store.withdrawn(since=back(day, REMEMBERED))
        laid = self.desks.laid([paper.id for paper in papers], before=day)
        return [paper for paper in papers if paper.id in laid]
