"""Silence: a day on which nobody was mailed, though somebody should have been.

"No papers today" is what an outage, a changed page and a wrong topic all look like from afar. So a
day without a single mail is an alarm, unless the calendars of the sources explain it. A source that
could not be read explains nothing: such a day is never a quiet one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.models.days import days_before
from digest.models.delivery import SHOWN, UNSETTLED, DeliveryState
from digest.models.source import Outlook
from digest.sources import get_kind
from digest.storage.reader_schedules import LONGEST_WINDOW
from digest.text.wording import count, join_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.source import Forecast
    from digest.sources import Kind
    from digest.storage.history import DayTotals
    from digest.storage.reasons import ReasonGroup

#: How the reasons begin of readers who were not due, since they chose so.
NOT_DUE = (
    "wants no mail on", "waits until", "the reader is ", "the database was restored",
)  # fmt: skip
#: How the reasons begin where papers came, and none of them was for the reader.
NOTHING_FOR_THEM = ("none of the day’s", "every paper about", "the reader excludes")
#: With fewer readers, a day on which no paper is for any of them is an ordinary one.
FEW_READERS = 10


@dataclass(frozen=True, kw_only=True)
class DayAccount:
    """What is known of a day after a run."""

    day: date
    #: how many readers should have been mailed, if there was anything for them
    due: int
    #: all mails of the day by state
    states: Mapping[DeliveryState, int] = field(default_factory=dict)
    #: what the calendar of each service says of the day; none if only files are read
    forecasts: Sequence[Forecast] = ()
    #: the sources that could not be read in full
    failed_sources: Sequence[str] = ()
    #: how many papers of the day came
    papers: int = 0
    #: whether all of them were mailed with an earlier day, and no newer ones should have come
    is_repeated: bool = False
    #: why readers got none, with how many each reason is true of
    skipped: Mapping[str, int] = field(default_factory=dict)


def alarm(account: DayAccount) -> str | None:
    """Return a sentence that says that nobody was mailed, unless somebody was or need not be."""
    if account.due <= 0 or any(account.states.get(state) for state in SHOWN):
        return None
    what = f"nothing was sent for {account.day} to {count(account.due, 'reader')}"
    if account.failed_sources:
        return f"{what}: {join_words(account.failed_sources)} could not be read"
    if stuck := _stuck(account.states):
        return f"{what}: {join_words(stuck)}"
    if _is_explained(account):
        return None
    if not account.papers:
        return f"{what}: no papers came, and no calendar says why"
    if most := max(account.skipped, key=account.skipped.__getitem__, default=""):
        return f"{what}, though {count(account.papers, 'paper')} came: {most}"
    return f"{what}, though {count(account.papers, 'paper')} came"


def _stuck(states: Mapping[DeliveryState, int]) -> list[str]:
    """Return the mails that were to leave and have not, as words."""
    words = {DeliveryState.FAILED: "refused", DeliveryState.EXPIRED: "too late"}
    found = [f"{states[state]} {word}" for state, word in words.items() if states.get(state)]
    waiting = sum(states.get(state, 0) for state in UNSETTLED)
    return [f"{waiting} waiting", *found] if waiting else found


def _is_explained(account: DayAccount) -> bool:
    """Whether the calendars, or the choices of a few readers, explain that nobody got a mail."""
    outlooks = {forecast.outlook for forecast in account.forecasts}
    if outlooks and Outlook.DUE not in outlooks:
        return True
    if account.is_repeated:
        return True
    if not (outlooks or account.papers):
        return True  # nobody knows when files have papers
    is_few = account.due < FEW_READERS and account.papers > 0
    return is_few and all(reason.startswith(NOTHING_FOR_THEM) for reason in account.skipped)


def silence_of(
    app: App, day: date, *, failed_sources: Collection[str], lists_of: date | None = None
) -> str | None:
    """Return the alarm of a day, by the ledger and the calendars; see `alarm`.

    Sources that only add to known papers are no reason for silence, so their failures do not count.

    Args:
        app: the installation.
        day: the day of the mails, which begins before that of the lists where the sun rises first.
        failed_sources: the sources that could not be read in full.
        lists_of: the day whose lists were used, if they are not those of the day.

    """
    if any(app.history.day_totals(day).states[state] for state in SHOWN):
        return None
    totals, groups = app.history.summary(day)
    bringing = [source for source in app.sources if not get_kind(source.kind).enriches]
    services = [get_kind(source.kind) for source in bringing if source.path is None]
    at, lists_day = now(), min(day, lists_of or day)
    skipped = {
        group.reason or "": group.number
        for group in groups
        if group.state is DeliveryState.SKIPPED and not (group.reason or "").startswith(NOT_DUE)
    }
    return alarm(
        DayAccount(
            day=day,
            due=_due(totals, groups),
            states=totals.states,
            # Services count in UTC: no list is out yet of a day that has not begun there.
            forecasts=[kind.forecast(min(day, at.date()), at) for kind in services],
            failed_sources=[one.name for one in bringing if one.name in failed_sources],
            papers=app.papers.count(lists_day),
            is_repeated=_is_repeated(app, lists_day, day=day, at=at, services=services),
            skipped=skipped,
        )
    )


def _is_repeated(
    app: App, lists_day: date, *, day: date, at: datetime, services: Sequence[Kind]
) -> bool:
    """Whether a day's lists were mailed with an earlier day, and are the newest that can be out.

    So it is for readers whose day begins, or whose hour comes, when the day's issues have left
    elsewhere.
    """
    papers = {paper.id for paper in app.papers.papers_between(lists_day, lists_day)}
    since = days_before(day, LONGEST_WINDOW)
    offered = app.editions.offered_to_all(papers, since=since, before=day)
    if not papers or papers - offered:
        return False
    later = [days_before(at.date(), n) for n in range((at.date() - lists_day).days)]
    outlooks = {kind.forecast(one, at).outlook for kind in services for one in later}
    return Outlook.DUE not in outlooks


def readers_due(app: App, day: date) -> int:
    """Return how many readers should have been mailed for a day, by the ledger."""
    return _due(*app.history.summary(day))


def _due(totals: DayTotals, groups: Iterable[ReasonGroup]) -> int:
    chose = sum(group.number for group in groups if (group.reason or "").startswith(NOT_DUE))
    return totals.planned - chose


def is_unmailed(app: App, day: date) -> bool:
    """Whether readers were due on a day, and no mail of it has left yet."""
    totals, groups = app.history.summary(day)
    return _due(totals, groups) > 0 and not any(totals.states[state] for state in SHOWN)
