"""Days that were missed or failed are read again, and their papers come "from Monday"."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from support.mail_server import text_of
from support.scripted_source import (
    FOUR,
    FRIDAY,
    MONDAY,
    ONE,
    THREE,
    TUESDAY,
    TWO,
    WEDNESDAY,
    Service,
    evening,
    serve,
    states,
)

from digest.models.clock_times import midnight
from digest.models.delivery import DeliveryState
from digest.models.source import SourceReport, SourceState

if TYPE_CHECKING:
    import pytest
    from support.installation import Installation


def test_the_papers_of_a_day_that_failed_come_with_the_next_edition(
    installation: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    service.list(MONDAY, TWO)
    service.down = True
    evening(installation, MONDAY)
    service.list(TUESDAY, THREE)
    service.down = False

    mail = evening(installation, TUESDAY)

    assert sorted(installation.shown("ada", TUESDAY)) == [TWO, THREE]
    assert "2 papers for Sat 31 Jan – Tue 3 Feb 2026" in text_of(mail.messages[0].content)
    assert b"from Monday\r\n" in mail.messages[0].content
    assert states(installation, MONDAY) == {"service": SourceState.OK}


def test_a_mail_says_that_what_could_not_be_read_will_come_later(
    installation: Installation, service: Service
) -> None:
    other = Service(name="other")
    serve(installation, service, other)
    service.list(FRIDAY, ONE)
    other.down = True

    mail = evening(installation, FRIDAY)

    assert b"Could not be read today: other. It will be read again for" in mail.messages[0].content


def test_a_day_on_which_nothing_ran_is_caught_up(
    installation: Installation, service: Service
) -> None:
    for day, paper_id in ((FRIDAY, ONE), (MONDAY, TWO), (TUESDAY, THREE)):
        service.list(day, paper_id)
    evening(installation, FRIDAY)

    evening(installation, TUESDAY)

    assert sorted(installation.shown("ada", TUESDAY)) == [TWO, THREE]


def test_what_a_list_gained_after_the_run_comes_with_the_next_edition(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    service.list(MONDAY, ONE, TWO)
    service.list(TUESDAY, THREE)

    evening(installation, TUESDAY)

    assert sorted(installation.shown("ada", TUESDAY)) == [TWO, THREE]


def test_votes_that_rose_after_the_run_are_a_second_observation(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE, signals={"upvotes": 3})
    evening(installation, MONDAY)
    service.list(MONDAY, ONE, signals={"upvotes": 40})

    evening(installation, TUESDAY)

    seen = installation.app.papers.observations(ONE)
    assert [(it.at.date(), it.signals.upvotes) for it in seen] == [(MONDAY, 3), (TUESDAY, 40)]


def test_a_day_that_is_whole_is_not_asked_for_again(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    evening(installation, TUESDAY)
    service.asked.clear()

    evening(installation, WEDNESDAY)

    assert service.asked == [WEDNESDAY, TUESDAY]


def test_weekends_are_not_asked_for(installation: Installation, service: Service) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    service.asked.clear()

    evening(installation, MONDAY)

    assert service.asked == [MONDAY, FRIDAY]


def test_days_before_the_first_reading_are_nobody_s_concern(
    installation: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    service.list(MONDAY, TWO)

    evening(installation, MONDAY)

    assert service.asked == [MONDAY]
    assert installation.shown("ada", MONDAY) == [TWO]


def test_no_more_days_are_caught_up_than_is_set(
    installation: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    service.asked.clear()

    evening(installation, FRIDAY + timedelta(days=28))

    assert min(service.asked) == FRIDAY + timedelta(days=21)


def test_a_day_that_is_named_is_read_by_itself(
    installation: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    service.asked.clear()

    installation.fetch(TUESDAY, only_day=True)

    assert service.asked == [TUESDAY]


def test_a_day_that_still_fails_is_named_to_readers(
    installation: Installation, service: Service
) -> None:
    other = Service(name="other")
    serve(installation, service, other)
    other.list(FRIDAY, FOUR)
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    other.down = True
    service.list(MONDAY, TWO)
    evening(installation, MONDAY)
    service.list(TUESDAY, THREE)

    evening(installation, TUESDAY)

    # Friday was read that evening, if not to its end.
    assert installation.edition(TUESDAY).coverage.overdue == (("other", MONDAY),)


def test_a_first_day_that_failed_is_caught_up(installation: Installation, service: Service) -> None:
    service.list(MONDAY, ONE)
    service.down = True
    evening(installation, MONDAY)
    service.down = False
    service.list(TUESDAY, TWO)

    evening(installation, TUESDAY)

    assert sorted(installation.shown("ada", TUESDAY)) == [ONE, TWO]


def test_what_is_wrong_with_the_past_does_not_cost_the_present(
    installation: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    service.list(TUESDAY, TWO)
    service.gone = {MONDAY}

    evening(installation, TUESDAY)

    assert installation.shown("ada", TUESDAY) == [TWO]
    assert installation.edition(TUESDAY).coverage.overdue == (("service", MONDAY),)


def test_a_past_day_that_stays_empty_is_settled(
    installation: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)
    evening(installation, MONDAY)
    service.list(TUESDAY, TWO)
    service.list(WEDNESDAY, THREE)

    evening(installation, TUESDAY)
    service.asked.clear()
    evening(installation, WEDNESDAY)

    assert states(installation, MONDAY) == {"service": SourceState.EMPTY}
    assert service.asked == [WEDNESDAY, TUESDAY]
    assert installation.edition(WEDNESDAY).coverage.overdue == ()


def test_days_that_are_too_long_ago_are_given_up_and_told(
    installation: Installation, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.list(FRIDAY, ONE)
    evening(installation, FRIDAY)

    evening(installation, FRIDAY + timedelta(days=14))

    (told,) = [it for it in caplog.records if it.message == "days given up"]
    assert (told.source, told.first, told.last) == ("service", "2026-02-02", "2026-02-05")  # type: ignore[attr-defined]


def test_a_failure_in_mid_week_does_not_repeat_what_was_mailed(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    service.down = True

    mail = evening(installation, TUESDAY)

    assert mail.messages == []
    assert installation.totals(TUESDAY) == {str(DeliveryState.SKIPPED): 1}


def test_a_day_that_was_read_when_the_clock_was_ahead_is_read_again(
    installation: Installation, service: Service
) -> None:
    source, log = installation.app.sources[0], installation.app.fetch_log
    report = SourceReport(source=source.name, day=MONDAY, state=SourceState.OK)
    backlog = installation.app.backlog
    noon = midnight(TUESDAY) + timedelta(hours=12)

    log.record(report, at=noon)
    assert MONDAY not in backlog.due_days(TUESDAY, source, now=noon)
    log.record(report, at=noon + timedelta(days=400))
    assert MONDAY in backlog.due_days(TUESDAY, source, now=noon)
