"""The figures of an installation at a moment, as the database has them: for monitoring.

Nothing here names a reader, a paper or a token. What there is one of for each source, state, status
or class is bounded by the configuration and the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app.pipeline import run_day
from digest.models.delivery import DeliveryState, TransactionalState
from digest.storage.arrivals import ArrivalState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from digest.app.services import App
    from digest.storage.delivery_sums import WaitingMails
    from digest.storage.fetches import FetchRecord
    from digest.storage.file_space import FileSpace
    from digest.storage.run_log import RunRecord
    from subscribers.models import Status

#: What came back is counted over this span.
BOUNCE_SPAN = timedelta(days=7)
#: A source that was read for no day of these has no figures.
_FETCHED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What there is to know at a moment."""

    at: datetime
    #: the day whose mails a run dealt with last; before the first, that of a run that began now
    day: date
    #: mails of that day
    mails: Mapping[DeliveryState, int]
    #: of all days
    waiting: WaitingMails
    planned_total: int
    sent_total: int
    runs_total: int
    #: the last run or retry that ended, and the last that left nothing to do
    last_run: RunRecord | None
    last_complete_run: RunRecord | None
    #: papers of the day of a run that would begin now, by source
    papers: Mapping[str, int]
    #: the last fetch of each source that is configured
    fetches: Mapping[str, FetchRecord]
    readers: Mapping[Status, int]
    inbound_total: int
    inbound_waiting: int
    inbound_kept: int
    #: mails of which something came back lately, by class
    bounces: Mapping[str, int]
    letters_waiting: int
    oldest_letter: datetime | None
    #: None where the database is on a server
    file_space: FileSpace | None

    @property
    def is_silent(self) -> bool:
        """Whether the last run found that nobody was mailed, and no calendar explains it."""
        result = self.last_run.result if self.last_run else None
        return result is not None and result.silence is not None


def figures_of(app: App, *, now: datetime) -> Figures:
    """Read the figures from the database.

    Raises:
        StoreError: it cannot be read.

    """
    lists_of = run_day(app).day
    day = app.run_log.last_day() or lists_of
    names = {source.name for source in app.sources}
    fetched = app.fetch_log.newest_of_each(since=(now - _FETCHED_WITHIN).date())
    arrivals = app.arrivals.counts()
    return Figures(
        at=now,
        day=day,
        mails=app.history.day_totals(day).states,
        waiting=app.delivery_sums.waiting(now=now),
        planned_total=app.delivery_sums.planned(),
        sent_total=app.delivery_sums.sent(),
        runs_total=app.run_log.number(),
        last_run=app.run_log.last_ended(),
        last_complete_run=app.run_log.last_ended(complete=True),
        papers={
            name: number for name, number in app.papers.counts(lists_of).items() if name in names
        },
        fetches={name: record for name, record in fetched.items() if name in names},
        readers=app.book.numbers(),
        inbound_total=app.arrivals.total(),
        inbound_waiting=arrivals.get(ArrivalState.WAITING, 0),
        inbound_kept=arrivals.get(ArrivalState.KEPT, 0),
        bounces=app.bounces.classes_since(now - BOUNCE_SPAN),
        letters_waiting=app.transactional_queue.counts().get(TransactionalState.WAITING, 0),
        oldest_letter=app.transactional_queue.oldest_waiting(),
        file_space=app.file_space(),
    )
