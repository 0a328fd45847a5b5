"""Who gets which issue at their own hour: daily, weekly, after a weekend, on a quiet day.

The service's list of a working day has its first paper at 06:00 UTC and its last at 20:00.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, evidence
from support.machine_clock import machine_in
from support.mail_server import text_of
from support.scripted_source import FRIDAY, MONDAY, TUESDAY

from digest.app import due, pipeline, previews, runs
from digest.models.clock_times import instant
from digest.models.delivery import DeliveryState
from subscribers.models import Event, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.installation import Installation
    from support.scripted_source import Service

    At = Callable[[date, int], runs.DayReport]

DAY = timedelta(days=1)
THURSDAY = FRIDAY - DAY
NEXT_MONDAY = MONDAY + 7 * DAY


def paper_of(day: date, hour: int) -> str:
    return f"{day:%y%m}.{day:%d}0{hour:02}"


def list_until(service: Service, now: datetime) -> None:
    for number in range(-14, 1):
        day = now.date() + DAY * number
        hours = [hour for hour in (6, 20) if now >= instant(day, time(hour), UTC)]
        if day.weekday() < 5 and hours:
            service.list(day, *(paper_of(day, hour) for hour in hours))


@pytest.fixture
def at(installation: Installation, service: Service) -> At:
    """Run at an hour of a day, in UTC, as cron does."""

    def run(day: date, hour: int) -> runs.DayReport:
        now = datetime.combine(day, time(hour), UTC)
        list_until(service, now)
        with machine_in("UTC", now=now):
            return runs.run(installation.app)

    return run


def wishes(installation: Installation, name: str, since: date = THURSDAY, **chosen: object) -> None:
    """Let a reader be subscribed who chose when mail comes."""
    subscriber = installation.subscribe(name)
    preferences = Preferences(**{"hour": 8, **chosen})  # type: ignore[arg-type]  # names of fields
    at = datetime.combine(since, time(), UTC)
    installation.book.choose(subscriber.id, ["agents"], preferences, at=at)


def days_of(installation: Installation, name: str) -> list[date]:
    """The days of a reader's mails that left, oldest first."""
    subscriber = installation.book.find(f"{name}@example.org")
    assert subscriber is not None
    records = installation.app.history.records(subscriber_id=subscriber.id)
    return sorted(one.day for one in records if one.state is DeliveryState.SENT)


def papers_of(installation: Installation, name: str, day: date) -> list[str]:
    return [one for one in installation.shown(name, day) if one]


def every_morning(at: At, first: date, last: date, hour: int = 8) -> None:
    for number in range((last - first).days + 1):
        at(first + DAY * number, hour)


def raw_mail(installation: Installation, name: str, day: date) -> bytes:
    """A reader's mail of a day, as it left."""
    (path,) = (installation.folder / "outbox" / str(day)).glob(f"{name}@*.eml")
    return path.read_bytes()


def mail_of(installation: Installation, name: str, day: date) -> str:
    """The text of a reader's mail of a day, as it left."""
    return text_of(raw_mail(installation, name, day))


def test_a_weekly_reader_gets_the_best_of_the_week_once(installation: Installation, at: At) -> None:
    wishes(installation, "weekly", frequency="weekly", days=("mon",))
    wishes(installation, "daily")

    every_morning(at, THURSDAY, NEXT_MONDAY)

    assert days_of(installation, "weekly") == [MONDAY, NEXT_MONDAY]
    week = papers_of(installation, "weekly", NEXT_MONDAY)
    listed = {paper_of(MONDAY + DAY * n, hour) for n in range(8) for hour in (6, 20)}
    assert len(week) == 5
    assert set(week) <= listed
    days = {installation.app.papers.paper(one).day for one in week}  # type: ignore[union-attr]
    assert len(days) > 1, "of several days, not of the last alone"
    assert not set(week) & set(papers_of(installation, "weekly", MONDAY))
    assert "2–9 February" in mail_of(installation, "weekly", NEXT_MONDAY)


def test_a_first_issue_gathers_the_papers_since_the_day_before_the_reader_came(
    installation: Installation, at: At
) -> None:
    wishes(installation, "daily")
    came = evidence(at=datetime.combine(FRIDAY, time(12), UTC))
    new = installation.book.add("new@example.org", ["agents"], confirmed=True, evidence=came)
    assert new is not None
    weekly = Preferences(hour=8, frequency="weekly", days=("mon",), papers=10)
    installation.book.choose(new.id, ["agents"], weekly, at=came.at)

    every_morning(at, THURSDAY, MONDAY)

    assert days_of(installation, "new") == [MONDAY]
    days = [(day, hour) for day in (THURSDAY, FRIDAY) for hour in (6, 20)]
    gathered = {paper_of(day, hour) for day, hour in (*days, (MONDAY, 6))}
    assert set(papers_of(installation, "new", MONDAY)) == gathered
    assert papers_of(installation, "daily", MONDAY) == [paper_of(MONDAY, 6)]


def test_a_morning_reader_gets_what_came_after_their_last_issue_and_nothing_twice(
    installation: Installation, at: At
) -> None:
    wishes(installation, "ada")
    wishes(installation, "evening", hour=21)

    for number in range(6):
        for hour in (8, 21):
            at(THURSDAY + DAY * number, hour)

    shown = [
        one for day in days_of(installation, "ada") for one in papers_of(installation, "ada", day)
    ]
    assert sorted(shown) == sorted(set(shown))
    tuesday = papers_of(installation, "ada", TUESDAY)
    assert set(tuesday) == {paper_of(MONDAY, 20), paper_of(TUESDAY, 6)}
    evening = papers_of(installation, "evening", TUESDAY)
    assert set(evening) == {paper_of(TUESDAY, 6), paper_of(TUESDAY, 20)}


def test_the_issue_after_a_weekend_says_so(installation: Installation, at: At) -> None:
    wishes(installation, "ada", frequency="weekdays")

    every_morning(at, THURSDAY, MONDAY)

    assert days_of(installation, "ada") == [THURSDAY, FRIDAY, MONDAY]
    text = mail_of(installation, "ada", MONDAY)
    assert "Fri 30 Jan – Mon 2 Feb" in text, "Friday's last paper came after Friday's issue"
    assert paper_of(FRIDAY, 20) in papers_of(installation, "ada", MONDAY)


def test_a_preview_of_a_weekly_issue_is_the_very_mail(
    installation: Installation, at: At, service: Service
) -> None:
    wishes(installation, "weekly", frequency="weekly", days=("mon",))
    wishes(installation, "daily")
    every_morning(at, THURSDAY, NEXT_MONDAY - DAY)
    weekly = installation.book.find("weekly@example.org")
    assert weekly is not None
    now = datetime.combine(NEXT_MONDAY, time(8), UTC)
    list_until(service, now)
    with machine_in("UTC", now=now):
        pipeline.fetch(installation.app)
        edition = pipeline.build_edition(installation.app, NEXT_MONDAY)
        windows = previews.windows_for(installation.app, NEXT_MONDAY, [weekly.id])
        builder = installation.app.message_builder(edition, windows=windows)
        previewed = builder.preview(weekly).message

    at(NEXT_MONDAY, 8)

    assert previewed is not None
    (path,) = (installation.folder / "outbox" / str(NEXT_MONDAY)).glob("weekly@*.eml")
    assert [pick.paper.id for pick in previewed.issue.picks] == papers_of(
        installation, "weekly", NEXT_MONDAY
    )
    assert text_of(path.read_bytes()) == text_of(previewed.outgoing.content)


def test_a_source_that_failed_is_no_quiet_day_and_the_issue_comes_when_it_is_back(
    installation: Installation, at: At, service: Service
) -> None:
    wishes(installation, "ada", hour=8, quiet_mail=True)
    at(THURSDAY, 8)
    service.down = True
    at(FRIDAY, 8)
    reason = installation.reasons(FRIDAY)["ada"]
    assert reason is not None
    assert "could not be read" in reason

    service.down = False
    at(FRIDAY, 11)

    assert days_of(installation, "ada") == [THURSDAY, FRIDAY]
    assert set(papers_of(installation, "ada", FRIDAY)) == {
        paper_of(THURSDAY, 20),
        paper_of(FRIDAY, 6),
    }


@pytest.mark.parametrize(("wants", "mails"), [(True, 1), (False, 0)])
def test_on_a_quiet_day_two_lines_come_to_whom_wants_them(
    installation: Installation, at: At, *, wants: bool, mails: int
) -> None:
    wishes(installation, "ada", hour=8, quiet_mail=wants)
    saturday, sunday = FRIDAY + DAY, FRIDAY + 2 * DAY
    for day in (FRIDAY, saturday):
        at(day, 8)

    at(sunday, 8)

    assert days_of(installation, "ada").count(sunday) == mails
    if wants:
        assert "Nothing new" in mail_of(installation, "ada", sunday)


def test_an_issue_that_is_very_late_comes_on_a_day_that_was_not_chosen(
    installation: Installation, at: At
) -> None:
    wishes(installation, "weekly", frequency="weekly", days=("mon",))
    at(FRIDAY, 8)
    wednesday, thursday = MONDAY + 2 * DAY, MONDAY + 3 * DAY

    at(thursday, 9)
    at(thursday, 10)
    at(NEXT_MONDAY, 8)

    assert days_of(installation, "weekly") == [thursday, NEXT_MONDAY]
    assert wednesday not in days_of(installation, "weekly")


def test_a_day_that_an_operator_names_is_for_those_who_want_that_weekday(
    installation: Installation, at: At
) -> None:
    wishes(installation, "ada", days=("mon",))
    wishes(installation, "bo", hour=23)
    at(THURSDAY, 7)

    with machine_in("UTC", now=datetime.combine(FRIDAY, time(9), UTC)):
        runs.run(installation.app, FRIDAY)

    assert installation.states(FRIDAY) == {"ada": "skipped", "bo": "sent"}
    assert installation.reasons(FRIDAY)["ada"] == "wants no mail on a Friday"


def test_hours_at_which_nobody_is_due_send_nothing(installation: Installation, at: At) -> None:
    wishes(installation, "ada", hour=8)
    at(THURSDAY, 8)

    sent = [at(FRIDAY, hour).deliveries.counts for hour in range(24)]

    assert [hour for hour, counts in enumerate(sent) if counts] == [8]
    assert days_of(installation, "ada") == [THURSDAY, FRIDAY]


def test_the_first_issue_of_who_waits_for_enough_names_the_days_it_gathers(
    installation: Installation, at: At
) -> None:
    ada = installation.book.find("ada@example.org")  # the service's own reader, of another hour
    assert ada is not None
    installation.book.record(ada.id, Event.PAUSE, evidence=evidence(at=NOON))
    wishes(installation, "enough", frequency="enough", hour=8)

    every_morning(at, THURSDAY, FRIDAY + DAY)

    assert days_of(installation, "enough") == [FRIDAY]
    assert "Thu 29 – Fri 30 Jan" in mail_of(installation, "enough", FRIDAY)


def test_a_mail_is_as_old_as_its_turn_and_not_as_the_edition(
    installation: Installation, at: At
) -> None:
    wishes(installation, "morning", hour=21)
    wishes(installation, "evening", hour=23)

    for hour in (21, 22, 23):
        at(THURSDAY, hour)

    texts = {name: raw_mail(installation, name, THURSDAY) for name in ("morning", "evening")}
    assert b"Date: Thu, 29 Jan 2026 21:00:00 +0000" in texts["morning"]
    assert b"Date: Thu, 29 Jan 2026 23:00:00 +0000" in texts["evening"]
    assert len(installation.app.editions.mailed_days(most=5)) == 1
    with machine_in("UTC", now=datetime.combine(FRIDAY, time(12), UTC)):
        for name, content in texts.items():
            reader = installation.book.find(f"{name}@example.org")
            assert reader is not None
            again = installation.preview(reader, day=THURSDAY).message
            assert again is not None
            assert again.outgoing.content == content


def next_of(installation: Installation, name: str, now: datetime) -> datetime | None:
    """When a reader is told that their next mail comes."""
    reader = installation.book.find(f"{name}@example.org")
    assert reader is not None
    with machine_in("UTC", now=now):
        return due.next_mail(installation.app, reader, at=now)


def test_the_next_mail_of_who_was_served_is_that_of_their_next_turn(
    installation: Installation, at: At
) -> None:
    wishes(installation, "ada", timezone="Asia/Kolkata")
    hour = datetime.combine(FRIDAY, time(2, 30), UTC)  # 08:00 in Kolkata
    at(THURSDAY, 4)

    assert next_of(installation, "ada", hour - DAY / 24) == hour
    assert next_of(installation, "ada", hour + DAY / 24) == hour, "the next run serves them"
    at(FRIDAY, 4)
    assert next_of(installation, "ada", hour + DAY / 24) == hour + DAY


def test_who_moves_west_after_their_issue_has_the_next_on_the_next_day_there(
    installation: Installation, at: At
) -> None:
    wishes(installation, "ada", timezone="Asia/Kolkata")
    at(FRIDAY, 4)

    wishes_now = Preferences(hour=8, timezone="Pacific/Honolulu")
    moved = datetime.combine(FRIDAY, time(5), UTC)  # Thursday evening in Honolulu
    reader = installation.book.find("ada@example.org")
    assert reader is not None
    installation.book.choose(reader.id, ["agents"], wishes_now, at=moved)

    saturday = datetime.combine(FRIDAY + DAY, time(18), UTC)
    assert next_of(installation, "ada", moved) == saturday
    with machine_in("UTC", now=moved):
        assert due.next_due(installation.app) == saturday
    at(FRIDAY, 19)
    assert days_of(installation, "ada") == [FRIDAY]


def test_who_chooses_days_on_which_the_site_never_sends_has_no_next_mail(
    installation: Installation, at: At
) -> None:
    wishes(installation, "ada", hour=None, days=("sat",))
    config = installation.app.config
    schedule = config.schedule.model_copy(update={"at": "18:00"})
    changed = config.model_copy(update={"schedule": schedule})
    object.__setattr__(installation.app, "config", changed)

    assert next_of(installation, "ada", datetime.combine(FRIDAY, time(20), UTC)) is None
