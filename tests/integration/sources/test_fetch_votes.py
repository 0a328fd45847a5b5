"""Votes of complete lists are read again while they rise, and nothing else of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support import scripted_source
from support.scripted_source import (
    MONDAY,
    ONE,
    THURSDAY,
    TUESDAY,
    TWO,
    WEDNESDAY,
    Service,
    evening,
    serve,
    states,
)

from digest.models.source import SourceState
from digest.sources import huggingface

if TYPE_CHECKING:
    from support.installation import Installation

FRIDAY = THURSDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def settling(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = replace(scripted_source.KIND, votes_settle=3)
    monkeypatch.setattr(scripted_source, "KIND", kind)


@pytest.fixture
def two_days(installation: Installation, service: Service) -> Installation:
    """Monday was read, and on Tuesday again, when its list was complete."""
    service.list(MONDAY, ONE, signals={"upvotes": 3})
    for day in (TUESDAY, WEDNESDAY, THURSDAY, FRIDAY):
        service.list(day, f"2602.001{day.day:02}")
    evening(installation, MONDAY)
    evening(installation, TUESDAY)
    service.asked.clear()
    return installation


def votes(installation: Installation) -> list[int | None]:
    return [it.signals.upvotes for it in installation.app.papers.observations(ONE)]


def test_the_votes_of_a_complete_day_are_read_again(
    two_days: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE, signals={"upvotes": 90})

    evening(two_days, WEDNESDAY)

    assert service.asked == [WEDNESDAY, TUESDAY, MONDAY]
    assert votes(two_days) == [3, 90]


def test_no_list_is_asked_for_votes_twice_in_a_day(
    two_days: Installation, service: Service
) -> None:
    evening(two_days, WEDNESDAY)
    service.asked.clear()
    two_days.wait(hours=4)

    two_days.fetch(WEDNESDAY, only_day=False)

    assert MONDAY not in service.asked


def test_after_three_days_votes_have_settled(two_days: Installation, service: Service) -> None:
    evening(two_days, WEDNESDAY)
    evening(two_days, THURSDAY)
    assert MONDAY in service.asked
    service.asked.clear()

    evening(two_days, FRIDAY)

    assert MONDAY not in service.asked


def test_a_named_day_is_read_alone(two_days: Installation, service: Service) -> None:
    two_days.wait(hours=24)

    two_days.fetch(WEDNESDAY)

    assert service.asked == [WEDNESDAY]


def test_a_failure_changes_nothing_of_the_day(
    two_days: Installation, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.gone = {MONDAY}
    before = two_days.app.fetch_log.on(MONDAY)

    reports = two_days.fetch(WEDNESDAY, only_day=False)
    two_days.wait(hours=24)
    reports = two_days.fetch(WEDNESDAY, only_day=False)

    after = two_days.app.fetch_log.on(MONDAY)
    assert MONDAY in service.asked
    assert [replace(it, recounted_at=None) for it in after] == before
    assert states(two_days, MONDAY) == {"service": SourceState.OK}
    assert not any(report.error for report in reports)
    assert not two_days.edition(WEDNESDAY).coverage.overdue
    assert "votes not read again" in caplog.messages


def test_a_service_in_trouble_is_not_asked_for_votes(
    two_days: Installation, service: Service
) -> None:
    service.gone = {WEDNESDAY}

    evening(two_days, WEDNESDAY)

    assert MONDAY not in service.asked


def test_another_source_in_trouble_is_no_reason_not_to_ask(
    two_days: Installation, service: Service
) -> None:
    serve(two_days, Service(name="other", down=True), service)

    evening(two_days, WEDNESDAY)

    assert MONDAY in service.asked


def test_what_a_list_gained_long_after_its_day_is_not_read(
    two_days: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE, TWO, signals={"upvotes": 90})

    evening(two_days, WEDNESDAY)

    assert two_days.app.papers.paper(TWO) is None


def test_without_catching_up_no_earlier_day_is_asked_for(
    two_days: Installation, service: Service
) -> None:
    fetcher = two_days.app.fetcher
    two_days.app.__dict__["fetcher"] = replace(
        fetcher, backlog=replace(fetcher.backlog, catch_up=0)
    )

    evening(two_days, WEDNESDAY)

    assert service.asked == [WEDNESDAY]


def test_hugging_faces_votes_rise_for_days() -> None:
    assert huggingface.KIND.votes_settle == 3
