"""Days that were missed or failed are read again, and their papers come "from Monday"."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from support.installation import Installation, RecordingTransport, failing
from support.scripted_source import (
    FOUR,
    FRIDAY,
    MONDAY,
    ONE,
    THREE,
    THURSDAY,
    TUESDAY,
    TWO,
    WEDNESDAY,
    Service,
    evening,
    serve,
    states,
)

from digest.models.delivery import DeliveryState, Outcome
from digest.models.source import SourceState

if TYPE_CHECKING:
    import pytest


def test_the_papers_of_a_day_that_failed_come_with_the_next_edition(
    house: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    service.list(MONDAY, TWO)
    service.down = True
    evening(house, MONDAY)
    service.list(TUESDAY, THREE)
    service.down = False

    mail = evening(house, TUESDAY)

    assert sorted(house.shown("ada", TUESDAY)) == [TWO, THREE]
    assert b"1 of them from Monday" in mail.messages[0].content
    assert b"from Monday\r\n" in mail.messages[0].content
    assert states(house, MONDAY) == {"service": SourceState.OK}


def test_a_mail_says_that_what_could_not_be_read_will_come_later(
    house: Installation, service: Service
) -> None:
    other = Service(name="other")
    serve(house, service, other)
    service.list(FRIDAY, ONE)
    other.down = True

    mail = evening(house, FRIDAY)

    assert b"Could not be read today: other. It will be read again for" in mail.messages[0].content


def test_a_day_on_which_nothing_ran_is_caught_up(house: Installation, service: Service) -> None:
    for day, paper_id in ((FRIDAY, ONE), (MONDAY, TWO), (TUESDAY, THREE)):
        service.list(day, paper_id)
    evening(house, FRIDAY)

    evening(house, TUESDAY)

    assert sorted(house.shown("ada", TUESDAY)) == [TWO, THREE]


def test_what_a_list_gained_after_the_run_comes_with_the_next_edition(
    house: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(house, MONDAY)
    service.list(MONDAY, ONE, TWO)
    service.list(TUESDAY, THREE)

    evening(house, TUESDAY)

    assert sorted(house.shown("ada", TUESDAY)) == [TWO, THREE]


def test_votes_that_rose_after_the_run_are_a_second_observation(
    house: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE, signals={"upvotes": 3})
    evening(house, MONDAY)
    service.list(MONDAY, ONE, signals={"upvotes": 40})

    evening(house, TUESDAY)

    seen = house.app.papers.observations(ONE)
    assert [(it.at.date(), it.signals.upvotes) for it in seen] == [(MONDAY, 3), (TUESDAY, 40)]


def test_a_paper_that_came_late_comes_once(house: Installation, service: Service) -> None:
    service.list(MONDAY, ONE)
    evening(house, MONDAY)
    service.list(MONDAY, ONE, TWO)
    evening(house, TUESDAY)

    evening(house, WEDNESDAY)

    assert house.states(WEDNESDAY) == {"ada": "skipped"}


def test_a_day_that_is_whole_is_not_asked_for_again(house: Installation, service: Service) -> None:
    service.list(MONDAY, ONE)
    evening(house, MONDAY)
    evening(house, TUESDAY)
    service.asked.clear()

    evening(house, WEDNESDAY)

    assert service.asked == [WEDNESDAY, TUESDAY]


def test_weekends_are_not_asked_for(house: Installation, service: Service) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    service.asked.clear()

    evening(house, MONDAY)

    assert service.asked == [MONDAY, FRIDAY]


def test_days_before_the_first_reading_are_nobody_s_concern(
    house: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    service.list(MONDAY, TWO)

    evening(house, MONDAY)

    assert service.asked == [MONDAY]
    assert house.shown("ada", MONDAY) == [TWO]


def test_no_more_days_are_caught_up_than_is_set(house: Installation, service: Service) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    service.asked.clear()

    evening(house, FRIDAY + timedelta(days=28))

    assert min(service.asked) == FRIDAY + timedelta(days=21)


def test_a_day_that_is_named_is_read_by_itself(house: Installation, service: Service) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    service.asked.clear()

    house.fetch(TUESDAY, only_day=True)

    assert service.asked == [TUESDAY]


def test_a_day_that_still_fails_is_named_to_readers(house: Installation, service: Service) -> None:
    other = Service(name="other")
    serve(house, service, other)
    other.list(FRIDAY, FOUR)
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    other.down = True
    service.list(MONDAY, TWO)
    evening(house, MONDAY)
    service.list(TUESDAY, THREE)

    evening(house, TUESDAY)

    # Friday was read that evening, if not to its end.
    assert house.edition(TUESDAY).coverage.overdue == (("other", MONDAY),)


def test_what_came_for_a_second_run_is_late_for_those_of_the_first(
    house: Installation, service: Service
) -> None:
    house.subscribe("bo", "robots")
    service.list(MONDAY, ONE)
    evening(house, MONDAY)
    robot = {"title": "A robot named Two", "abstract": "Robot two."}
    service.lists[MONDAY].append({"id": TWO, "day": "2026-02-02", **robot})
    service.list(TUESDAY, THREE)
    service.lists[MONDAY].append({**service.lists[TUESDAY][0], "id": FOUR, "day": "2026-02-02",
                                  "title": f"An agent named {FOUR}"})  # fmt: skip
    evening(house, MONDAY)

    evening(house, TUESDAY)

    assert house.states(MONDAY) == {"ada": "sent", "bo": "sent"}
    assert sorted(house.shown("ada", TUESDAY)) == [THREE, FOUR]
    assert house.states(TUESDAY)["bo"] == "skipped"


def test_a_run_for_one_reader_offers_nothing_to_the_others(
    house: Installation, service: Service
) -> None:
    ada = house.book.find("ada@example.org")
    assert ada is not None
    house.subscribe("bo")
    service.list(MONDAY, ONE)
    house.fetch(MONDAY, only_day=False)
    house.send(RecordingTransport(), day=MONDAY, only=ada.id)
    service.list(TUESDAY, TWO)

    evening(house, TUESDAY)

    assert house.shown("ada", TUESDAY) == [TWO]
    assert sorted(house.shown("bo", TUESDAY)) == [ONE, TWO]


def test_a_mail_that_is_put_off_keeps_no_late_papers_from_anybody(
    house: Installation, service: Service
) -> None:
    house.subscribe("bo")
    service.list(MONDAY, ONE)
    evening(house, MONDAY, failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "bo"))
    service.list(MONDAY, ONE, TWO)
    house.fetch(MONDAY, only_day=False)
    house.send(failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "bo"), day=MONDAY)
    service.list(TUESDAY, THREE)

    evening(house, TUESDAY)

    assert sorted(house.shown("ada", TUESDAY)) == [TWO, THREE]


def test_papers_of_mails_that_never_left_come_with_the_next_edition(
    house: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(house, MONDAY, failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "ada"))
    service.list(WEDNESDAY, THREE)

    house.wait(days=2)
    evening(house, WEDNESDAY)
    service.list(THURSDAY, FOUR)
    evening(house, THURSDAY)

    assert house.states(MONDAY) == {"ada": "expired"}
    mailed = [*house.shown("ada", WEDNESDAY), *house.shown("ada", THURSDAY)]
    assert sorted(mailed) == [ONE, THREE, FOUR]


def test_a_first_day_that_failed_is_caught_up(house: Installation, service: Service) -> None:
    service.list(MONDAY, ONE)
    service.down = True
    evening(house, MONDAY)
    service.down = False
    service.list(TUESDAY, TWO)

    evening(house, TUESDAY)

    assert sorted(house.shown("ada", TUESDAY)) == [ONE, TWO]


def test_what_is_wrong_with_the_past_does_not_cost_the_present(
    house: Installation, service: Service
) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    service.list(TUESDAY, TWO)
    service.gone = {MONDAY}

    evening(house, TUESDAY)

    assert house.shown("ada", TUESDAY) == [TWO]
    assert house.edition(TUESDAY).coverage.overdue == (("service", MONDAY),)


def test_a_past_day_that_stays_empty_is_settled(house: Installation, service: Service) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)
    evening(house, MONDAY)
    service.list(TUESDAY, TWO)
    service.list(WEDNESDAY, THREE)

    evening(house, TUESDAY)
    service.asked.clear()
    evening(house, WEDNESDAY)

    assert states(house, MONDAY) == {"service": SourceState.EMPTY}
    assert service.asked == [WEDNESDAY, TUESDAY]
    assert house.edition(WEDNESDAY).coverage.overdue == ()


def test_days_that_are_too_long_ago_are_given_up_and_told(
    house: Installation, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.list(FRIDAY, ONE)
    evening(house, FRIDAY)

    evening(house, FRIDAY + timedelta(days=14))

    (told,) = [it for it in caplog.records if it.message == "days given up"]
    assert (told.source, told.first, told.last) == ("service", "2026-02-02", "2026-02-05")  # type: ignore[attr-defined]


def test_a_failure_in_mid_week_does_not_repeat_what_was_mailed(
    house: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(house, MONDAY)
    service.down = True

    mail = evening(house, TUESDAY)

    assert mail.messages == []
    assert house.totals(TUESDAY) == {str(DeliveryState.SKIPPED): 1}
