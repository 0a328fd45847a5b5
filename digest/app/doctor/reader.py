"""Why one reader got, or did not get, an issue of a day: each condition in order.

A mail needs all of them: consent, a turn, a run, papers, and a server that takes it. The first one
that fails is the reason. Everything is read from the address book, the ledger and the log of runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.app.doctor.finding import Finding, Level, fail, not_checked, ok, warn
from digest.app.due import next_mail, turn_clock
from digest.models.clock_times import instant, midnight
from digest.models.delivery import DeliveryState
from digest.text.wording import count, join_words
from subscribers.models import WEEK, Event, Status
from subscribers.schedules import wish_of
from subscribers.timestamps import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime, tzinfo

    from digest.app.services import App
    from digest.storage.history import DeliveryRecord
    from digest.storage.run_log import RunRecord
    from subscribers.book import ConsentRecord
    from subscribers.models import Subscriber

#: Runs are looked for so many back.
_MOST_RUNS = 1000


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a reader got an issue of a day or not."""

    day: date
    #: the conditions in order, up to the one that decides
    findings: Sequence[Finding]
    #: the answer in one sentence
    answer: str


def explain(app: App, subscriber: Subscriber, day: date) -> Explanation:
    """Return why a reader got, or did not get, an issue of a day."""
    record = app.history.record(day, subscriber.id)
    findings: list[Finding] = []
    steps = (_consent, _turn, _runs, _sources, _delivery, _came_back)
    for step in steps:
        findings += step(_Case(app, subscriber, day, record))
        if findings[-1].level is Level.FAIL and record is None:
            break
    return Explanation(day=day, findings=findings, answer=_answer(findings, record, day))


@dataclass(frozen=True)
class _Case:
    """One reader and one day."""

    app: App
    subscriber: Subscriber
    day: date
    #: the row of the ledger
    record: DeliveryRecord | None

    @property
    def zone(self) -> tzinfo:
        """The time zone of the reader's day: their own, or the site's."""
        clock, wish = turn_clock(self.app), wish_of(self.subscriber.preferences)
        return clock.site.zone if wish.hour is None else clock.zone(wish.timezone)

    @property
    def due_at(self) -> datetime | None:
        """When they are due on the day; None if any run may be it."""
        clock, wish = turn_clock(self.app), wish_of(self.subscriber.preferences)
        if wish.hour is None and clock.site.at is None:
            return None
        return instant(self.day, clock.times_of(wish).at, self.zone)


def _consent(case: _Case) -> Iterator[Finding]:
    """Whether the reader may be written to, and could be at the time."""
    status, history = case.subscriber.status, case.app.book.history(case.subscriber.id)
    end = midnight(case.day + timedelta(days=1), case.zone)
    then = next((one for one in reversed(history) if one.evidence.at < end), None)
    said = _last_change(history)
    if then is None:
        yield fail(
            "consent",
            f"signed up at {timestamp(case.subscriber.since)}, after the day",
            "nothing is to be done: issues begin on the day they confirm",
        )
    elif then.status is not Status.CONFIRMED:
        yield fail("consent", f"was {then.status} on that day: {said}", _REMEDIES[then.status])
    elif status is not Status.CONFIRMED:
        yield warn("consent", f"confirmed then, {status} now: {said}", _REMEDIES[status])
    else:
        yield ok("consent", f"confirmed: {said}")


_REMEDIES = {
    Status.PENDING: "they confirm with the link of the letter they were sent; `digest inbound list`"
    " has what came back of it",
    Status.PAUSED: "they resume on their page, or `digest subscribers resume EMAIL`",
    Status.LEFT: "only they can sign up again",
    Status.SUPPRESSED: "mail to this address is never sent again: it does not exist, or its owner"
    " complained; they can sign up with another address",
    Status.CONFIRMED: "",
}


def _last_change(history: Sequence[ConsentRecord]) -> str:
    """Name the event that brought the present status, when, and how it came in."""
    last = history[-1]
    for one in reversed(history):
        if one.status is not last.status:
            break
        last = one
    words = {Event.BOUNCE: "a mail server said that the address takes no mail"}
    what = words.get(last.event, str(last.event))
    note = f" ({last.evidence.note})" if last.evidence.note else ""
    return f"{what} at {timestamp(last.evidence.at)} by {last.evidence.channel}{note}"


def _turn(case: _Case) -> Iterator[Finding]:
    """Whether the reader was due on the day."""
    preferences, weekday = case.subscriber.preferences, WEEK[case.day.weekday()]
    due_at, following = case.due_at, next_mail(case.app, preferences)
    then = f"; the next mail is due at {following:%Y-%m-%d %H:%M %Z}" if following else ""
    if weekday not in preferences.mail_days:
        days = join_words(preferences.mail_days)
        yield fail(
            "due",
            f"wants mail {preferences.frequency} on {days}, and {case.day} is a {case.day:%A}",
            f"nothing is to be done{then}; they choose other days on their page",
        )
    elif due_at is None:
        yield ok("due", "goes by the site's hours: any run of the day is theirs")
    elif due_at > now():
        yield fail("due", f"is due at {timestamp(due_at)}, which is to come", "wait until then")
    else:
        yield ok("due", f"was due at {timestamp(due_at)}, {due_at.astimezone(case.zone):%H:%M %Z}")


def _runs(case: _Case) -> Iterator[Finding]:
    """Whether a run came when the reader was due."""
    begin = case.due_at or midnight(case.day, case.zone)
    runs = [one for one in case.app.run_log.last(_MOST_RUNS) if one.started_at >= begin]
    if case.record is not None:
        planned = case.record.planned_at
        yield ok("run", f"planned at {timestamp(planned)}" if planned else "planned by a run")
        return
    if not runs:
        yield fail(
            "run",
            f"no run has begun since {timestamp(begin)}",
            f"`digest run --day {case.day}` sends it to everybody who has not had it; see that cron"
            " or `digest daemon` runs",
        )
        return
    first = min(runs, key=lambda run: run.started_at)
    yield warn(
        "run",
        f"the first run since began at {timestamp(first.started_at)} and planned none for them:"
        f" {_end(first)}",
        f"`digest run --day {case.day} --only {case.subscriber.address}` sends it",
    )


def _end(run: RunRecord) -> str:
    if run.result is None:
        return "it has no end: it goes on, or was killed"
    return run.result.error or run.result.stopped or "it went well"


def _sources(case: _Case) -> Iterator[Finding]:
    """Whether the sources brought papers of the day."""
    fetched, papers = case.app.fetch_log.on(case.day), case.app.papers.count(case.day)
    failed = [one.source for one in fetched if one.error is not None]
    if failed:
        yield warn(
            "papers",
            f"{count(papers, 'paper')} of the day; {join_words(failed)} could not be read in full",
            f"`digest fetch --day {case.day}` reads again; late papers come with the next issue",
        )
    elif not fetched and not papers:
        yield not_checked("papers", "no source was read for this day")
    else:
        yield ok("papers", f"{count(papers, 'paper')} of the day")


def _delivery(case: _Case) -> Iterator[Finding]:
    """What the ledger says of the mail."""
    record = case.record
    if record is None:
        yield fail(
            "mail",
            "the ledger has none",
            f"`digest run --day {case.day} --only {case.subscriber.address}` sends it",
        )
        return
    said = " ".join(str(it) for it in (record.code, record.status) if it)
    reason = ": ".join(filter(None, (said, record.reason)))
    at = f" at {timestamp(record.settled_at)}" if record.settled_at else ""
    papers, tried = count(record.papers, "paper"), count(record.attempts or 0, "attempt")
    again = f"; it is tried again at {timestamp(record.next_at)}" if record.next_at else ""
    command = f"`digest retry --day {case.day} --only {case.subscriber.address}"
    finding = partial(Finding, check="mail")
    match record.state:
        case DeliveryState.SENT:
            yield ok("mail", f"sent{at}, {papers}, after {tried}: “{record.subject}”")
        case DeliveryState.SKIPPED:
            yield finding(level=Level.OK, text=f"nothing was to be sent{at}: {reason}")
        case DeliveryState.DEFERRED:
            text = f"deferred after {tried}: {reason}{again}"
            yield warn("mail", text, f"{command}` tries at once")
        case DeliveryState.UNKNOWN:
            text = f"the answer was lost{at}; it may or may not have arrived"
            yield warn("mail", text, f"{command} --state unknown` sends it again")
        case DeliveryState.FAILED | DeliveryState.EXPIRED:
            text = f"{record.state}{at}, after {tried}: {reason}"
            yield fail("mail", text, f"{command} --state {record.state}` tries once more")
        case _:
            yield warn("mail", f"{record.state}, not sent yet", "wait for the run, or for the next")


def _came_back(case: _Case) -> Iterator[Finding]:
    """What came back of the mail."""
    found = [
        one for one in case.app.bounces.for_subscriber(case.subscriber.id) if one.day == case.day
    ]
    for one in found:
        text = f"{one.bounce_class} at {timestamp(one.at)}: {one.status} {one.diagnostic}".rstrip()
        yield warn("came back", text, "`digest inbound list` has the message")


def _answer(findings: Sequence[Finding], record: DeliveryRecord | None, day: date) -> str:
    """Say in a sentence what decided."""
    if record is not None:
        mail = next(one for one in findings if one.check == "mail")
        got = record.state is DeliveryState.SENT
        return f"got the issue of {day}" if got else f"no issue of {day}: {mail.text}"
    decided = next((one for one in findings if one.level is Level.FAIL), findings[-1])
    return f"no issue of {day}: {decided.check}: {decided.text}"
