"""Papers that came too late for the edition of their day come with a later one, once."""

from __future__ import annotations

from support.installation import Installation, RecordingTransport, failing
from support.scripted_source import (
    FOUR,
    MONDAY,
    ONE,
    THREE,
    THURSDAY,
    TUESDAY,
    TWO,
    WEDNESDAY,
    Service,
    evening,
)

from digest.models.delivery import DeliveryState, Outcome


def test_a_paper_that_came_late_comes_once(installation: Installation, service: Service) -> None:
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    service.list(MONDAY, ONE, TWO)
    evening(installation, TUESDAY)

    evening(installation, WEDNESDAY)

    assert installation.states(WEDNESDAY) == {"ada": "skipped"}


def test_what_came_for_a_second_run_is_late_for_those_of_the_first(
    installation: Installation, service: Service
) -> None:
    installation.subscribe("bo", "robots")
    service.list(MONDAY, ONE)
    evening(installation, MONDAY)
    robot = {"title": "A robot named Two", "abstract": "Robot two."}
    service.lists[MONDAY].append({"id": TWO, "day": "2026-02-02", **robot})
    service.list(TUESDAY, THREE)
    service.lists[MONDAY].append({**service.lists[TUESDAY][0], "id": FOUR, "day": "2026-02-02",
                                  "title": f"An agent named {FOUR}"})  # fmt: skip
    evening(installation, MONDAY)

    evening(installation, TUESDAY)

    assert installation.states(MONDAY) == {"ada": "sent", "bo": "sent"}
    assert sorted(installation.shown("ada", TUESDAY)) == [THREE, FOUR]
    assert installation.states(TUESDAY)["bo"] == "skipped"


def test_a_run_for_one_reader_offers_nothing_to_the_others(
    installation: Installation, service: Service
) -> None:
    ada = installation.book.find("ada@example.org")
    assert ada is not None
    installation.subscribe("bo")
    service.list(MONDAY, ONE)
    installation.fetch(MONDAY, only_day=False)
    installation.send(RecordingTransport(), day=MONDAY, only=ada.id)
    service.list(TUESDAY, TWO)

    evening(installation, TUESDAY)

    assert installation.shown("ada", TUESDAY) == [TWO]
    assert sorted(installation.shown("bo", TUESDAY)) == [ONE, TWO]


def test_a_mail_that_is_put_off_keeps_no_late_papers_from_anybody(
    installation: Installation, service: Service
) -> None:
    installation.subscribe("bo")
    service.list(MONDAY, ONE)
    evening(
        installation, MONDAY, failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "bo")
    )
    service.list(MONDAY, ONE, TWO)
    installation.fetch(MONDAY, only_day=False)
    installation.send(
        failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "bo"), day=MONDAY
    )
    service.list(TUESDAY, THREE)

    evening(installation, TUESDAY)

    assert sorted(installation.shown("ada", TUESDAY)) == [TWO, THREE]


def test_papers_of_mails_that_never_left_come_with_the_next_edition(
    installation: Installation, service: Service
) -> None:
    service.list(MONDAY, ONE)
    evening(
        installation, MONDAY, failing(Outcome(state=DeliveryState.DEFERRED, reason="later"), "ada")
    )
    service.list(WEDNESDAY, THREE)

    installation.wait(days=2)
    evening(installation, WEDNESDAY)
    service.list(THURSDAY, FOUR)
    evening(installation, THURSDAY)

    assert installation.states(MONDAY) == {"ada": "expired"}
    mailed = [*installation.shown("ada", WEDNESDAY), *installation.shown("ada", THURSDAY)]
    assert sorted(mailed) == [ONE, THREE, FOUR]
