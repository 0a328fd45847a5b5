"""The steps of a day, in a row; the only place where they stand together.

    sources ──Raw──▶ parse ──Paper──▶ store                                        fetch()
                                        │
    subscribers ──Subscriber────────────┤
                                        ▼
           ranking ──Pick──▶ compose ──Issue──▶ rendering ──mail──▶ delivery ──▶   send()

Everything before `delivery` can be repeated without harm. Nothing here decides: what is chosen is
decided in ranking, what an error means in delivery.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest import sources
from digest.compose import Desk, compose
from digest.delivery.ledger import Ledger
from digest.delivery.sender import deliver
from digest.delivery.transports import Transport
from digest.errors import MailServerError, RenderError, SourceError
from digest.models import (
    Edition,
    Paper,
    Rejected,
    SendReport,
    Silence,
    SourceReport,
    SourceState,
    State,
)
from digest.press import Mail, Press
from digest.ranking import near_duplicates, rank
from digest.sources import Location
from digest.tailor import tailor
from subscribers.errors import AddressError
from subscribers.models import WEEK

if TYPE_CHECKING:
    from digest.store import Fetched, Store
    from subscribers.models import Subscriber, Topic

log = logging.getLogger(__name__)

#: So many mails in a row that did not leave are nobody's own fault: the run stops.
TROUBLES = 5

Item = TypeVar("Item")
Clock = Callable[[], datetime]


class Track(Protocol):
    """Follows a long walk, to show how far it is; a program without a screen passes `quietly`."""

    def __call__(self, items: Sequence[Item], what: str) -> Iterable[Item]:
        """Return the items, one by one."""


def quietly(items: Sequence[Item], what: str) -> Iterable[Item]:  # noqa: ARG001 (Track's shape)
    """Walk without showing anything."""
    return items


# -- fetch ------------------------------------------------------------------------------------


def fetch(
    day: date,
    places: Sequence[Location],
    *,
    only_day: bool,
    store: Store,
    clock: Clock,
    track: Track = quietly,
) -> list[SourceReport]:
    """Read every source for a day and merge its papers into the store.

    A source that fails is reported as failed, not as empty, and stops no other. With `only_day`
    papers of other days are left alone; without it a file may bring in several.
    """
    reports = []
    for place in track(places, "sources"):
        report = _fetch_one(day, place, only_day=only_day, store=store, clock=clock)
        store.record(report, at=clock())
        _log_fetch(report)
        reports.append(report)
    return reports


def _fetch_one(
    day: date, place: Location, *, only_day: bool, store: Store, clock: Clock
) -> SourceReport:
    started = time.monotonic()
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    declared = 0
    try:
        for raw in sources.read(place, day):
            batch = sources.parse(place, raw, day=day, now=clock())
            papers += batch.papers
            rejected += batch.rejected
            declared += batch.declared
    except SourceError as error:
        return SourceReport(
            source=place.name,
            day=day,
            state=SourceState.FAILED,
            error=str(error),
            seconds=time.monotonic() - started,
        )
    of_day = [paper for paper in papers if paper.day == day]
    kept = of_day if only_day else papers
    new = store.save(kept, source=place.name, kind=place.kind)
    unusable = not papers and bool(rejected)
    return SourceReport(
        source=place.name,
        day=day,
        state=SourceState.FAILED if unusable else SourceState.OK,
        declared=declared,
        parsed=len(kept),
        new=new,
        other_days=len(papers) - len(of_day),
        rejected=tuple(rejected),
        error=f"nothing in it could be used: {rejected[0].reason}" if unusable else None,
        seconds=time.monotonic() - started,
    )


def _log_fetch(report: SourceReport) -> None:
    if report.state is SourceState.FAILED:
        log.error("source failed", extra={"source": report.source, "error": report.error})
    for record in report.rejected:
        extra = {"source": report.source, "where": record.where, "reason": record.reason}
        log.warning("record rejected", extra=extra)
    log.info(
        "source fetched",
        extra={
            "source": report.source,
            "day": str(report.day),
            "state": str(report.state),
            "declared": report.declared,
            "parsed": report.parsed,
            "rejected": len(report.rejected),
            "new": report.new,
            "other_days": report.other_days,
            "ms": round(report.seconds * 1000),
        },
    )


# -- rank ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """How much goes into an issue, and how much votes count."""

    per_topic: int
    max_papers: int
    trend_weight: float


def edition(day: date, places: Sequence[str], *, store: Store, considered: int) -> Edition:
    """Say which sources a day's issues cover and which are unknown."""
    numbers = store.counts(day)
    fetched = {found.source: found for found in store.fetched(day) if found.source in places}
    failed = [name for name in places if name in fetched and _failed(fetched[name])]
    read = [name for name in places if name in fetched and not _failed(fetched[name])]
    order = [*places, *sorted(set(numbers) - set(places))]
    return Edition(
        day=day,
        covered=tuple((name, numbers[name]) for name in order if name in numbers),
        missing=tuple(name for name in failed if name not in numbers),
        cut_off=tuple(name for name in failed if name in numbers),
        stale=tuple(n for n in read if n not in numbers and _has_papers(fetched[n])),
        considered=considered,
    )


def _has_papers(fetched: Fetched) -> bool:
    """Whether a source held papers that could be of the day."""
    return fetched.declared > fetched.rejected + fetched.other_days


def _failed(fetched: Fetched) -> bool:
    return fetched.state is SourceState.FAILED


def lay_out(
    day: date, topics: Sequence[Topic], places: Sequence[str], *, store: Store, quotas: Quotas
) -> Desk:
    """Rank the day's papers for every topic: what all subscribers share, once per run."""
    papers = store.papers(day)
    return Desk(
        edition=edition(day, places, store=store, considered=len(papers)),
        papers=papers,
        topics={topic.slug: topic for topic in topics},
        ranked=rank(papers, topics, trend_weight=quotas.trend_weight),
        similar=near_duplicates(papers),
        per_topic=quotas.per_topic,
        max_papers=quotas.max_papers,
        trend_weight=quotas.trend_weight,
    )


# -- send -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one subscriber."""

    reader: Subscriber
    state: State
    reason: str | None = None
    mail: Mail | None = None


def send(
    readers: Sequence[Subscriber],
    desk: Desk,
    *,
    press: Press,
    ledger: Ledger,
    transport: Transport,
    clock: Clock,
    track: Track = quietly,
) -> SendReport:
    """Send every reader the day's issue who has not had it; one bad recipient stops nobody.

    Raises:
        RunInProgressError: another process is sending.

    """
    day = desk.edition.day
    counts: Counter[State] = Counter()
    stopped: str | None = None
    with ledger.sending(now=clock()) as stale, closing(transport):
        if stale:
            # Somebody may have to be asked whether the mail came, so the run is not complete.
            counts[State.UNKNOWN] += stale
            log.warning("claims of a dead run are unknown", extra={"deliveries": stale})
        settled = ledger.settled(day)
        waiting = [reader for reader in readers if reader.id not in settled]
        mailbag = _Mailbag(desk, press=press, ledger=ledger, clock=clock)
        troubles = 0
        for reader in track(waiting, "mails"):
            try:
                state, reason = _send_one(mailbag.fill(reader), day, ledger, transport, clock)
            except MailServerError as error:
                state, reason, troubles = State.DEFERRED, str(error), TROUBLES
            if state is None:
                continue
            counts[state] += 1
            if state is not State.SKIPPED:
                troubles = troubles + 1 if state in (State.DEFERRED, State.UNKNOWN) else 0
            if troubles >= TROUBLES:
                stopped = reason
                log.error("run stopped", extra={"day": str(day), "error": stopped})
                break
    report = SendReport(
        day=day, counts=dict(counts), already=len(readers) - len(waiting), stopped=stopped
    )
    numbers = {str(state): counts[state] for state in State if counts[state]}
    log.info("run finished", extra={"day": str(day), "already": report.already, **numbers})
    return report


def rehearse(
    readers: Sequence[Subscriber],
    desk: Desk,
    *,
    press: Press,
    ledger: Ledger,
    clock: Clock,
    track: Track = quietly,
) -> list[Outcome]:
    """Say what `send` would do now for each reader, writing and sending nothing."""
    settled = ledger.settled(desk.edition.day)
    waiting = [reader for reader in readers if reader.id not in settled]
    mailbag = _Mailbag(desk, press=press, ledger=ledger, clock=clock)
    return [mailbag.fill(reader) for reader in track(waiting, "mails")]


def preview(
    reader: Subscriber, desk: Desk, *, press: Press, ledger: Ledger, clock: Clock
) -> Outcome:
    """Make the mail that `send` makes for this reader and day, byte for byte."""
    return _Mailbag(desk, press=press, ledger=ledger, clock=clock).fill(reader)


class _Mailbag:
    """Makes the mails of a run; the questions to the database are asked once for everybody."""

    def __init__(self, desk: Desk, *, press: Press, ledger: Ledger, clock: Clock) -> None:
        self._desk, self._printer = desk, press.printer(desk, at=clock())
        self._seen = ledger.seen((paper.id for paper in desk.papers), apart_from=desk.edition.day)
        self._planned = ledger.planned(desk.edition.day)

    def fill(self, reader: Subscriber) -> Outcome:
        """Return the reader's mail, or why there is none."""
        weekday = WEEK[self._desk.edition.day.weekday()]
        if weekday not in reader.preferences.days:
            reason = f"wants no mail on a {self._desk.edition.day:%A}"
            return Outcome(reader=reader, state=State.SKIPPED, reason=reason)
        desk, wanted = tailor(self._desk, reader)
        issue = compose(desk, wanted, seen=self._seen.get(reader.id, ()))
        if isinstance(issue, Silence):
            return Outcome(reader=reader, state=State.SKIPPED, reason=issue.reason)
        planned = self._planned.get(reader.id)
        printer = self._printer.dated(planned) if planned else self._printer
        try:
            mail = printer.print(issue, reader)
        except RenderError as error:
            # To be tried again once the template is mended: never a silent "nothing new".
            return Outcome(reader=reader, state=State.DEFERRED, reason=str(error))
        except AddressError as error:
            return Outcome(reader=reader, state=State.FAILED, reason=str(error))
        return Outcome(reader=reader, state=State.SENT, mail=mail)


def _send_one(
    outcome: Outcome, day: date, ledger: Ledger, transport: Transport, clock: Clock
) -> tuple[State | None, str | None]:
    """Carry out one outcome, return its state and reason; None when another was quicker."""
    reader, mail = outcome.reader, outcome.mail
    if mail is None:
        ledger.close(day, reader.id, outcome.state, reason=outcome.reason or "", now=clock())
        _log_delivery(reader, day, outcome.state, outcome.reason)
        return outcome.state, outcome.reason
    claim = ledger.claim(
        day,
        reader.id,
        mail.issue,
        subject=mail.subject,
        message_id=mail.message_id,
        planned_at=mail.at,
    )
    if claim is None:
        return None, None
    state, reason = deliver(claim, mail.parcel, ledger=ledger, transport=transport, clock=clock)
    _log_delivery(reader, day, state, reason, papers=len(mail.issue.picks))
    return state, reason


def _log_delivery(
    reader: Subscriber, day: date, state: State, reason: str | None, papers: int = 0
) -> None:
    extra = {"day": str(day), "subscriber": reader.id, "state": str(state)}
    if state is State.SENT:
        log.info("digest sent", extra={**extra, "papers": papers})
    elif state is State.SKIPPED:
        log.info("digest skipped", extra={**extra, "reason": reason})
    else:
        log.warning("digest not sent", extra={**extra, "reason": reason})
