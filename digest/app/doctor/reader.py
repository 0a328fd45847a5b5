"""Why one reader got, or did not get, an issue of a day: each condition in order.

A mail needs all of them: consent, a turn, a run, papers, and a server that takes it. The first one
that fails is the reason. Everything is read from the address book, the ledger and the log of runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from digest.app.clock import newest_day, now
from digest.app.doctor.finding import Finding, Level, fail, not_checked, ok, warn
from digest.app.doctor.reader_mail import came_back, in_words, mail
from digest.app.doctor.reader_words import change_of, remedy_of, remedy_of_days
from digest.app.due import lists_day, next_mail, turn_clock
from digest.app.trouble import troubles_of
from digest.models.clock_times import instant, midnight
from digest.models.delivery import UNSETTLED
from digest.storage.run_log import RUN
from digest.text.wording import count, join_words
from subscribers.models import WEEK, Status
from subscribers.schedules import wish_of
from subscribers.timestamps import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime, tzinfo

    from digest.app.services import App
    from digest.models.clock_times import WeeklyTime
    from digest.models.due import TurnClock
    from digest.storage.history import DeliveryRecord
    from digest.storage.run_log import RunRecord
    from subscribers.book import ConsentRecord
    from subscribers.models import Subscriber
    from subscribers.schedules import Wish

_MOMENT = timedelta(microseconds=1)
_TO_COME = ", which is to come"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a reader got an issue of a day or not."""

    address: str
    day: date
    #: the conditions in order, up to the one that decides
    findings: Sequence[Finding]
    #: the answer in one sentence
    answer: str


def today_of(app: App, subscriber: Subscriber) -> date:
    """Return the day that has begun for a reader: in the zone of their hour, else the site's."""
    wish = wish_of(subscriber.preferences)
    if wish.hour is None:
        return newest_day(app.config.schedule.timezone)
    return now().astimezone(turn_clock(app).zone(wish.timezone)).date()


def explain(app: App, subscriber: Subscriber, day: date) -> Explanation:
    """Return why a reader got, or did not get, an issue of a day."""
    case = _Case(app, subscriber, day, app.history.record(day, subscriber.id))
    findings: list[Finding] = []
    for step in (_consent, _turn, _run):
        findings += step(case)
        if findings[-1].level is Level.FAIL:
            break
    if case.record is not None:
        findings += (*_papers(case), mail(case.record, subscriber))
        findings += came_back(case.app.bounces.for_subscriber(subscriber.id), case.record)
    return Explanation(
        address=subscriber.address,
        day=day,
        findings=findings,
        answer=_answer(case, findings),
    )


@dataclass(frozen=True)
class _Case:
    """One reader and one day."""

    app: App
    subscriber: Subscriber
    day: date
    #: the row of the ledger
    record: DeliveryRecord | None

    @cached_property
    def history(self) -> list[ConsentRecord]:
        """The changes of consent, oldest first."""
        return self.app.book.history(self.subscriber.id)

    @cached_property
    def clock(self) -> TurnClock:
        return turn_clock(self.app)

    @property
    def wish(self) -> Wish:
        return wish_of(self.subscriber.preferences)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the reader's day: their own, or the site's."""
        wish = self.wish
        return self.clock.site.zone if wish.hour is None else self.clock.zone(wish.timezone)

    @property
    def times(self) -> WeeklyTime | None:
        """When they are due; None if any run may be it."""
        if self.wish.hour is None and self.clock.site.at is None:
            return None
        return self.clock.times_of(self.wish)

    @property
    def begin(self) -> datetime:
        """When they are due on the day, or when it begins if any run may be it."""
        times = self.times
        return instant(self.day, times.at, self.zone) if times else midnight(self.day, self.zone)

    @property
    def day_end(self) -> datetime:
        return midnight(self.day + timedelta(days=1), self.zone)

    @property
    def end(self) -> datetime:
        """When their next turn begins."""
        times = self.times
        return times.next(self.begin + _MOMENT).at if times else self.day_end

    def lacks(self, check: str, text: str, remedy: str) -> Finding:
        """Return that a condition was not met: the reason for no mail, unless there is one."""
        return fail(check, text, remedy) if self.record is None else ok(check, text)


def _consent(case: _Case) -> Iterator[Finding]:
    """Whether the reader may be written to, and could be in their turn."""
    before = [one for one in case.history if one.evidence.at < case.day_end]
    if not before:
        yield case.lacks(
            "consent",
            f"signed up at {timestamp(case.subscriber.since)}, after the day",
            "nothing is to be done: issues begin on the day they confirm",
        )
        return
    then, present = before[-1], case.subscriber.status
    # Whoever confirms or resumes later on the day has their turn still.
    known = sum(one.evidence.at <= case.begin for one in before)
    since_due = before[max(0, known - 1) :]
    if then.status is Status.CONFIRMED:
        said = change_of(before)
        if present is Status.CONFIRMED:
            yield ok("consent", f"is confirmed: {said}")
        else:
            text = f"was confirmed on that day, and is {present} now: {change_of(case.history)}"
            yield warn("consent", text, remedy_of(case.subscriber))
    elif any(one.status is Status.CONFIRMED for one in since_due):
        text = f"was confirmed, and {then.status} later on that day: {change_of(before)}"
        yield warn("consent", text, remedy_of(case.subscriber))
    else:
        remedy = remedy_of(case.subscriber)
        if present is Status.CONFIRMED:
            remedy = f"nothing is to be done: {change_of(case.history)}"
        status = "had left" if then.status is Status.LEFT else f"was {then.status} on that day"
        yield case.lacks("consent", f"{status}: {change_of(before)}", remedy)


def _turn(case: _Case) -> Iterator[Finding]:
    """Whether the reader was due on the day."""
    subscriber, weekday = case.subscriber, WEEK[case.day.weekday()]
    preferences, begin = subscriber.preferences, case.begin
    following = next_mail(case.app, case.subscriber, at=now())
    then = f"; the next mail is due at {following:%Y-%m-%d %H:%M %Z}" if following else ""
    site, local = case.clock.site, f"{begin.astimezone(case.zone):%H:%M %Z}"
    if weekday not in preferences.mail_days:
        wanted = f"{preferences.frequency} mail on {join_words(preferences.mail_days)}"
        text = f"wants {wanted}, and {case.day} is a {case.day:%A}{_chosen_later(case)}"
        remedy = f"nothing is to be done{then}; {remedy_of_days(subscriber, weekday)}"
        yield case.lacks("due", text, remedy)
    elif case.wish.hour is None and site.at and case.day.weekday() not in site.weekdays:
        days = join_words([WEEK[number] for number in sorted(site.weekdays)])
        text = f"goes by the site's hours, on {days}, and {case.day} is a {case.day:%A}"
        yield case.lacks("due", text, f"nothing is to be done{then}; see [schedule] weekdays")
    elif begin > now() and case.record is not None:
        yield ok("due", f"was due by what they chose before{_chosen_later(case)}")
    elif begin > now():
        text = f"is due at {timestamp(begin)}, {local}{_TO_COME}"
        yield case.lacks("due", text, "nothing is to be done but to wait")
    elif case.times is None:
        yield ok("due", f"chose no hour: any run of the day is theirs{_chosen_later(case)}")
    else:
        yield ok("due", f"was due at {timestamp(begin)}, {local}{_chosen_later(case)}")


def _chosen_later(case: _Case) -> str:
    """Say that the reader chose their days and hour after the day, if they did."""
    standing = case.app.reader_schedules.standing(case.subscriber.id)
    since = standing and standing.since
    if since is None or since < case.day_end:
        return ""
    if since in {one.evidence.at for one in case.history}:  # they confirmed or resumed then
        return ""
    return f", by what they chose at {timestamp(since)}: what they had chosen before is not kept"


def _run(case: _Case) -> Iterator[Finding]:
    """Whether a run came when the reader was due."""
    runs = _runs(case)
    theirs = [one for one in runs if case.wish.hour is not None or one.day == case.day]
    if case.record is not None:
        yield _planned(case.record, theirs)
        return
    totals = case.app.history.day_totals(case.day)
    command = f"`digest run --day {case.day} --only {case.subscriber.address}` sends it"
    if case.day > newest_day(case.app.config.schedule.timezone):
        command = "`digest run` sends it: the day has begun for them, and nowhere else"
    if totals.pruned_at:
        text = f"the deliveries of the day were pruned at {timestamp(totals.pruned_at)}"
        yield fail("run", text, "nothing is to be done: who got it is not known any more")
    elif theirs:
        last = theirs[-1]
        number = "one run" if len(theirs) == 1 else f"the last of {len(theirs)} runs"
        text = f"{number}, at {timestamp(last.started_at)}, planned no mail for them: {_end(last)}"
        yield fail("run", text, command)
    elif runs:
        last = runs[-1]
        text = f"no run was of this day; that of {timestamp(last.started_at)} was of {last.day}"
        again = f"`digest doctor {case.subscriber.address} --day {last.day}` says what it did"
        yield fail("run", text, again)
    else:
        yield fail("run", _no_run(case), f"see that cron or `digest daemon` runs; {command}")


def _runs(case: _Case) -> list[RunRecord]:
    """Return the runs of the reader's turn, or of the day if any run of it may be theirs."""
    begin, end = case.begin, case.end
    return [
        one
        for one in case.app.run_log.around(case.day, begin=begin, end=end)
        if one.what == RUN and (case.times is None or begin <= one.started_at < end)
    ]


def _planned(record: DeliveryRecord, runs: Sequence[RunRecord]) -> Finding:
    text = f"planned at {timestamp(record.planned_at)}" if record.planned_at else "planned by a run"
    stopped = [one for one in runs if one.result is None or one.result.stopped]
    if record.state in UNSETTLED and stopped:
        last = stopped[-1]
        text += f"; the run of {timestamp(last.started_at)} did not end well: {_end(last)}"
        return warn("run", text, "mend what is named; the next run goes on where it stopped")
    return ok("run", text)


def _no_run(case: _Case) -> str:
    """Say in which time no run began."""
    begin, end, at = case.begin, case.end, now()
    span = f"since {timestamp(begin)}"
    if end <= at:
        span = f"from {timestamp(begin)} to {timestamp(end)}, when the next turn began"
        if case.times is None:
            span = f"of the day, from {timestamp(begin)} to {timestamp(end)}"
    first = case.app.run_log.begins_at()
    if first is not None and begin < first:
        return f"no run is known {span}: the log of runs begins at {timestamp(first)}"
    return f"no run began {span}"


def _end(run: RunRecord) -> str:
    if run.result is None:
        return "it goes on, or was killed, as `digest runs` says"
    if why := run.result.error or run.result.stopped:
        return why
    if run.result.is_complete:
        return "it went well"
    found = [trouble.text for trouble in troubles_of(run.result)]
    return f"it was incomplete: {'; '.join(found) or 'a mail waits or was refused'}"


def _papers(case: _Case) -> Iterator[Finding]:
    """Whether the sources brought papers of the day whose lists were out."""
    planned_at = case.record.planned_at if case.record else None
    day = lists_day(case.app, case.day, at=planned_at or case.begin)
    fetched, papers = case.app.fetch_log.on(day), case.app.papers.count(day)
    of_day = "of the day" if day == case.day else f"of {day}, whose lists were out then"
    failed = [one.source for one in fetched if one.error is not None]
    if failed:
        yield warn(
            "papers",
            f"{count(papers, 'paper')} {of_day}; {join_words(failed)} could not be read in full",
            f"`digest fetch --day {day}` reads again; late papers come with the next issue",
        )
    elif not fetched and not papers:
        which = "this day" if day == case.day else str(day)
        yield not_checked("papers", f"no source was read for {which}")
    else:
        yield ok("papers", f"{count(papers, 'paper')} {of_day}")


def _answer(case: _Case, findings: Sequence[Finding]) -> str:
    """Say in a sentence what decided."""
    if case.record is None:
        yet = " yet" if findings[-1].text.endswith(_TO_COME) else ""
        return f"no issue of {case.day}{yet}: {findings[-1].text}"
    return in_words(case.record, findings)
