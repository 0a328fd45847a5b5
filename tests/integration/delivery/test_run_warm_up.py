"""A new sender is warmed up: it mails no more a day than it may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from support.builders import DAY
from support.installation import FOUR as NAMES
from support.installation import Installation, RecordingTransport, address, failing

from digest.delivery.run import Policy
from digest.models.delivery import DeliveryState, Outcome

TOMORROW = DAY + timedelta(days=1)
LATER = Outcome(state=DeliveryState.DEFERRED, reason="450 try again")


def test_a_new_sender_mails_no_more_than_it_may(installation: Installation) -> None:
    installation.policy = Policy(allowance=lambda _day: 3)
    transport = RecordingTransport()

    report, again = installation.send(transport), installation.send(transport)

    assert transport.recipients == [address(name) for name in NAMES[:3]]
    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.SKIPPED: 1}
    assert (again.counts, again.already) == ({DeliveryState.SKIPPED: 1}, 3)
    assert installation.reasons()["di"] == "the sender is being warmed up: 3 mails today"


def test_what_is_deferred_takes_its_place_among_those_a_new_sender_may_mail(
    installation: Installation,
) -> None:
    installation.policy = Policy(allowance=lambda _day: 2)
    installation.send(failing(LATER, "bo"))
    installation.wait(hours=1)
    transport = RecordingTransport()

    installation.send(transport)

    assert transport.recipients == [address("bo")]
    assert installation.totals() == {"sent": 2, "skipped": 2}


def test_a_new_day_has_an_allowance_of_its_own(installation: Installation) -> None:
    installation.policy = Policy(allowance=lambda day: 1 if day == DAY else 3)
    installation.send()
    installation.add_agents_papers("2602.00002", day=TOMORROW)
    installation.wait(days=1)
    transport = RecordingTransport()

    installation.send(transport, day=TOMORROW)

    assert transport.recipients == [address(name) for name in NAMES[:3]]


def test_the_days_of_a_new_sender_are_those_of_the_place_of_the_run(
    installation: Installation,
) -> None:
    """At 18:00 in Los Angeles it is the next day in UTC, and the first allowance still holds."""
    zone = ZoneInfo("America/Los_Angeles")
    installation.policy = Policy(allowance=lambda day: 1 if day == DAY else 3, zone=zone)
    installation.now = datetime(DAY.year, DAY.month, DAY.day, 18, tzinfo=zone).astimezone(UTC)
    first, second = RecordingTransport(), RecordingTransport()

    installation.send(first)
    installation.wait(hours=5.9)
    installation.send(second)

    assert (first.recipients, second.recipients) == ([address(NAMES[0])], [])


def test_a_sender_that_is_known_mails_everybody(installation: Installation) -> None:
    installation.policy = Policy(allowance=lambda _day: None)

    assert installation.send().counts == {DeliveryState.SENT: 4}
