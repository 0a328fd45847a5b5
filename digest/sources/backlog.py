"""The backlog: earlier days for which a source is still to be read again.

Only a service that answers for past days has a backlog. Files do not, and neither do kinds whose
`whole_after` is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from digest.models.clock_times import midnight
from digest.models.days import window
from digest.models.source import Outlook, SourceState
from digest.sources import get_kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from datetime import date

    from digest.sources import Source
    from digest.storage.fetches import FetchLog


#: Less than a day, so that a run at the same hour of each day does not miss it by minutes.
_BETWEEN_RECOUNTS = timedelta(hours=20)


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Which earlier days each source owes, by the log of its fetches."""

    fetch_log: FetchLog
    #: how many earlier days are read again when they were missed
    catch_up: int

    def can_ask_again(self, source: Source) -> bool:
        """Whether earlier days of a source are read again."""
        return bool(self.catch_up) and source.path is None and _whole_after(source) is not None

    def due_days(self, day: date, source: Source, *, now: datetime) -> list[date]:
        """Return the days before `day` for which a source is to be read again, oldest first."""
        if not self.can_ask_again(source):
            return []
        days = window(day, self.catch_up)
        fetches = self.fetch_log.of(source.name, since=days[0], before=day)
        return days_owed(
            days,
            states={
                fetched: (record.state, record.at)
                for fetched, record in fetches.items()
                # When the clock was ahead, a list may have been read before it was complete.
                if record.at <= now
            },
            first=self.fetch_log.first(source.name),
            whole_after=_whole_after(source),
            quiet=[day for day in days if _outlook(source, day, now) is Outlook.NOTHING],
        )

    def unsettled_days(self, day: date, source: Source, *, now: datetime) -> list[date]:
        """Return the days before `day` whose votes are to be read again, the newest first.

        They were read completely, so they are not due. No list is asked for twice in a day.
        """
        settle = get_kind(source.kind).votes_settle
        if not settle or not self.can_ask_again(source):
            return []
        days = window(day, min(settle, self.catch_up))
        due = self.due_days(day, source, now=now)
        fetched = self.fetch_log.of(source.name, since=days[0], before=day)
        return [
            earlier
            for earlier, record in sorted(fetched.items(), reverse=True)
            if earlier not in due
            and record.parsed
            and now - max(record.at, record.recounted_at or record.at) >= _BETWEEN_RECOUNTS
        ]

    def expired_days(self, day: date, source: Source, *, now: datetime) -> list[date]:
        """Return the days since a source's last fetch that are too long ago to be read again."""
        if not self.can_ask_again(source):
            return []
        last = self.fetch_log.last(source.name, before=day)
        start = window(day, self.catch_up)[0]
        if last is None or last >= start:
            return []
        days = window(start, (start - last).days - 1)
        return [day for day in days if _outlook(source, day, now) is not Outlook.NOTHING]

    def overdue(
        self, day: date, sources: Sequence[Source], *, now: datetime
    ) -> tuple[tuple[str, date], ...]:
        """Return the names of sources with the earlier days that failed, and failed again.

        Days on which a source has few papers or none as a rule are left out.
        """
        days = window(day, self.catch_up)
        return tuple(
            (source.name, earlier)
            for source in sources
            if self.can_ask_again(source)
            for earlier, record in sorted(
                self.fetch_log.of(source.name, since=days[0], before=day).items()
            )
            if record.error is not None
            and _outlook(source, earlier, now) not in (Outlook.NOTHING, Outlook.LITTLE)
        )


def _outlook(source: Source, day: date, now: datetime) -> Outlook:
    return get_kind(source.kind).forecast(day, now).outlook


def _whole_after(source: Source) -> timedelta | None:
    return get_kind(source.kind).whole_after


def days_owed(
    days: Iterable[date],
    *,
    states: Mapping[date, tuple[SourceState, datetime]],
    first: date | None,
    whole_after: timedelta | None,
    quiet: Container[date],
) -> list[date]:
    """Return those of some past days for which a source is to be read again.

    These are days since the source's first fetch that were missed, that failed, or that were read
    before their list was complete.

    Args:
        days: the past days to choose from.
        states: how the last fetch of each day ended, and when that was.
        first: the day of the first fetch; None if there was none.
        whole_after: how long after the start of a day its list is complete; see `Kind`.
        quiet: days that have no papers as a rule. They are read again only after a failure.

    """
    if whole_after is None or first is None:
        return []
    missed = SourceState.FAILED, datetime.min.replace(tzinfo=UTC)
    owed = []
    for day in days:
        state, at = states.get(day, missed)
        if day in quiet:
            whole = day not in states or state.is_settled
        else:
            whole = state.is_settled and at >= midnight(day) + whole_after
        if day >= first and not whole:
            owed.append(day)
    return owed
