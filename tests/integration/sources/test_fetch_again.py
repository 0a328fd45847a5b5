"""Fetching a service: how a fetch is assessed, and what mails say about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from support.builders import ids
from support.scripted_source import (
    MONDAY,
    ONE,
    SATURDAY,
    TUESDAY,
    TWO,
    WEDNESDAY,
    Service,
    evening,
    states,
)

from digest.mail.coverage import statement
from digest.models.source import SourceState

if TYPE_CHECKING:
    from support.installation import Installation


def test_a_list_of_yesterday_served_today_is_stale_and_not_mailed(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE, TWO)
    evening(installation, MONDAY)
    service.list(TUESDAY, ONE, TWO, day=TUESDAY.isoformat())

    evening(installation, TUESDAY)

    assert states(installation, TUESDAY) == {"service": SourceState.STALE}
    assert installation.app.papers.papers(TUESDAY) == []
    assert installation.reasons(TUESDAY) == {
        "ada": "no new papers for 2026-02-03: service still shows those of another day"
    }


def test_an_empty_saturday_is_no_error_and_its_reason_is_told(
    installation: Installation, service: Service
) -> None:
    evening(installation, SATURDAY)

    (reading,) = installation.app.fetch_log.on(SATURDAY)
    assert (reading.state, reading.error) == (SourceState.EMPTY, None)
    assert installation.reasons(SATURDAY) == {
        "ada": "no papers for 2026-01-31: the service lists nothing on Saturdays"
    }


def test_an_empty_tuesday_is_an_error(installation: Installation, service: Service) -> None:
    evening(installation, TUESDAY)

    (reading,) = installation.app.fetch_log.on(TUESDAY)
    assert reading.state is SourceState.FAILED
    assert reading.error == "it shows no papers, though Tuesday 3 February is no holiday"
    assert installation.reasons(TUESDAY) == {
        "ada": "no papers for 2026-02-03: service could not be read"
    }


def test_an_empty_early_morning_is_only_early(installation: Installation, service: Service) -> None:
    installation.now = datetime(2026, 2, 3, 2, tzinfo=UTC)

    (report,) = installation.fetch(TUESDAY, only_day=False)

    assert (report.state, report.error) == (SourceState.EARLY, None)
    assert report.reason == "the service's list of today has only begun"


def test_the_first_papers_of_an_early_morning_are_kept(
    installation: Installation, service: Service
) -> None:
    installation.now = datetime(2026, 2, 3, 2, tzinfo=UTC)
    service.list(TUESDAY, ONE)

    (report,) = installation.fetch(TUESDAY, only_day=False)

    assert report.state is SourceState.EARLY
    assert report.reason == ("the service's list of today has only begun; so far it has 1 paper")
    assert ids(installation.app.papers.papers(TUESDAY)) == [ONE]


def test_a_reading_that_failed_takes_nothing_from_a_good_one(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    service.down = True
    (report,) = installation.fetch(MONDAY, only_day=True)

    (reading,) = installation.app.fetch_log.on(MONDAY)

    assert report.error == "the service is down"
    assert (reading.state, reading.parsed) == (SourceState.OK, 1)
    assert reading.reason == "could not be read again: the service is down"
    assert statement(installation.edition(MONDAY).coverage) == [
        "Chosen from 1 paper for Monday 2 February 2026: service (1 paper so far)."
    ]


def test_a_failure_where_nothing_comes_is_none(
    installation: Installation, service: Service
) -> None:
    service.down = True

    evening(installation, SATURDAY)

    assert states(installation, SATURDAY) == {"service": SourceState.EMPTY}


def test_an_early_list_is_told_as_one_that_goes_on(
    installation: Installation, service: Service
) -> None:
    installation.now = datetime(2026, 2, 3, 2, tzinfo=UTC)
    service.list(TUESDAY, ONE)

    installation.fetch(TUESDAY, only_day=False)

    assert statement(installation.edition(TUESDAY).coverage)[0].endswith(
        "service (1 paper so far)."
    )


def test_a_mailing_that_was_put_off_is_not_taken_for_an_old_one(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    service.list(TUESDAY, *(f"2602.1000{number}" for number in range(6)))
    installation.fetch(TUESDAY, only_day=True)
    service.list(WEDNESDAY, *(f"2602.1000{number}" for number in range(10)))

    evening(installation, WEDNESDAY)

    assert states(installation, WEDNESDAY) == {"service": SourceState.OK}
    assert len(installation.edition(WEDNESDAY).papers) == 10
