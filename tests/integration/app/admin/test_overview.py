"""The figures of an installation, as the operator's page shows them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from support.builders import DAY, NOON, enrolled, evidence

from digest.app.admin.overview import DAYS, overview
from digest.models.delivery import WorkerHost
from digest.models.source import SourceReport, SourceState
from digest.storage.bounces import Bounce
from digest.storage.run_log import RunResult
from subscribers.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    import pytest
    import sqlalchemy as sa
    from support.installation import Installation

    from subscribers.overview import Overview, SourceHealth

HOST = WorkerHost(host="", boot="", pid=1)
WEEK = timedelta(days=7)


def seen(installation: Installation, *, at: datetime = NOON) -> Overview:
    return overview(installation.app, now=at)


def test_the_readers_of_each_day_are_those_of_its_end(installation: Installation) -> None:
    ada = installation.subscribe("ada")
    installation.subscribe("bo")
    installation.app.book.record(ada.id, Event.PAUSE, evidence=evidence(at=NOON + WEEK))

    found = seen(installation, at=NOON + WEEK).readers

    assert [one.of for one in found] == [DAY + timedelta(days=passed) for passed in range(8)]
    assert [one.numbers["confirmed"] for one in found] == [2] * 7 + [1]
    assert found[-1].numbers["paused"] == 1


def test_readers_of_before_the_days_that_are_shown_count(installation: Installation) -> None:
    installation.subscribe("ada")

    found = seen(installation, at=NOON + 52 * WEEK).readers

    assert len(found) == DAYS
    assert {one.numbers["confirmed"] for one in found} == {1}


def bounce(installation: Installation, address: str, kind: str, day: date = DAY) -> None:
    reader = enrolled(installation.book, address, Event.CONFIRM)
    with installation.app.engine.begin() as db:
        found = Bounce(subscriber_id=reader.id, day=day, bounce_class=kind, at=NOON)
        installation.app.bounces.record(db, [found])


def test_what_came_back_is_counted_by_provider(installation: Installation) -> None:
    bounce(installation, "a@gmail.com", "hard")
    bounce(installation, "b@googlemail.com", "soft")
    bounce(installation, "c@hotmail.co.uk", "policy")
    bounce(installation, "d@uni.example.org", "hard")
    bounce(installation, "e@gmail.com", "hard", day=DAY - timedelta(days=DAYS))

    assert [(one.of, dict(one.numbers)) for one in seen(installation).bounces] == [
        ("gmail", {"hard": 1, "soft": 1}),
        ("outlook", {"policy": 1}),
        ("uni.example.org", {"hard": 1}),
    ]


def test_the_providers_with_the_least_are_counted_together(installation: Installation) -> None:
    for number in range(15):
        bounce(installation, f"reader@host{number}.example.org", "hard")

    found = seen(installation).bounces

    assert len(found) == 13
    assert (found[-1].of, found[-1].total) == ("others", 3)


def read(
    installation: Installation, day: date, state: SourceState, *, hours: float = 20, papers: int = 0
) -> None:
    """Let the first source be read so many hours after a day began."""
    name = installation.app.sources[0].name
    report = SourceReport(source=name, day=day, state=state, parsed=papers)
    begin = NOON + (day - DAY) - timedelta(hours=12)
    installation.app.fetch_log.record(report, at=begin + timedelta(hours=hours))


def first_source(installation: Installation, *, at: datetime = NOON) -> SourceHealth:
    return seen(installation, at=at).sources[0]


def test_a_source_has_its_last_days_and_how_late_it_mostly_is(installation: Installation) -> None:
    for passed, hours in enumerate((18.0, 20.0, 30.0)):
        read(installation, DAY + timedelta(days=passed), SourceState.OK, hours=hours, papers=4)

    found = first_source(installation, at=NOON + timedelta(days=3))

    assert [one.state for one in found.days][-4:] == ["ok", "ok", "ok", ""]
    assert len(found.days) == 30
    assert (found.papers, found.last and found.last.day) == (12, DAY + timedelta(days=2))
    assert (found.usual, found.longest) == (timedelta(hours=20), timedelta(hours=30))
    assert found.late == [DAY + timedelta(days=2)]


def test_a_day_that_is_not_read_in_full_is_late_once_it_is_over(
    installation: Installation,
) -> None:
    read(installation, DAY, SourceState.FAILED)

    assert first_source(installation).late == []
    assert first_source(installation, at=NOON + timedelta(days=1)).late == [DAY]


def test_a_day_without_a_list_is_never_late(installation: Installation) -> None:
    read(installation, DAY, SourceState.EMPTY, hours=40)

    assert first_source(installation, at=NOON + WEEK).late == []


def test_a_source_that_is_not_configured_any_more_is_shown_after_the_others(
    installation: Installation,
) -> None:
    report = SourceReport(source="gone", day=DAY, state=SourceState.OK)
    installation.app.fetch_log.record(report, at=NOON)

    assert [one.name for one in seen(installation).sources][-1] == "gone"


def test_topics_have_their_confirmed_readers(installation: Installation) -> None:
    ada = installation.subscribe("ada", "agents", "robots")
    installation.subscribe("bo", "agents", "gone")
    cy = installation.subscribe("cy", "agents")
    installation.app.book.record(cy.id, Event.LEAVE, evidence=evidence())
    installation.app.book.record(ada.id, Event.PAUSE, evidence=evidence())

    found = {one.slug: (one.name, one.readers) for one in seen(installation).topics}

    assert found == {
        "agents": ("Agents", 1),
        "gone": ("", 1),
        "robots": ("Robots", 0),
        "whales": ("Whales", 0),
    }


def test_where_very_many_have_left_the_last_run_has_counted_the_readers_of_topics(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.app.admin.overview._MOST_INACTIVE", 0)
    ada = installation.subscribe("ada", "agents")
    installation.app.book.record(ada.id, Event.LEAVE, evidence=evidence())
    without = seen(installation)
    run(installation, {})
    log = installation.app.run_log
    log.count_topics(log.last(1)[0].id, {"agents": 7})

    found = seen(installation)

    assert without.topics_counted_at is None
    assert found.topics_counted_at == NOON
    assert {one.slug: one.readers for one in found.topics}["agents"] == 7


def run(installation: Installation, steps: dict[str, float], *, at: datetime = NOON) -> None:
    log = installation.app.run_log
    number = log.begin("run", DAY, HOST, now=at)
    log.end(number, RunResult(steps=steps), day=DAY, now=at)


def test_steps_come_with_the_slowest_first(installation: Installation) -> None:
    run(installation, {"rank": 9.0}, at=NOON - 6 * WEEK)
    run(installation, {"rank": 2.0, "send": 1.0}, at=NOON - WEEK)
    run(installation, {"rank": 1.0, "send": 4.0}, at=NOON - timedelta(days=1))

    found = seen(installation)

    assert [(one.name, one.longest, one.median, one.runs) for one in found.steps] == [
        ("send", 4.0, 2.5, 2),
        ("rank", 2.0, 1.5, 2),
    ]
    assert found.steps[1].longest_at == NOON - WEEK
    assert [one.steps["rank"] for one in found.runs] == [2.0, 1.0]


def test_a_database_without_rows_has_no_figures(
    engine: sa.Engine, installation: Installation
) -> None:
    found = seen(installation)

    assert (found.readers, found.issues, found.bounces, found.steps) == ([], [], [], [])
