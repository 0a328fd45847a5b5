"""What may happen during a run: a stop, subscribers who come and go, a clock that is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, evidence
from support.installation import FOUR as NAMES
from support.installation import Installation, RecordingTransport, address

from digest.delivery.run import Progress
from digest.delivery.worker import BATCH_SIZE
from digest.models.delivery import DeliveryState, Outcome
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.models.delivery import OutgoingMessage, ReportOutcomes

LOST = Outcome(state=DeliveryState.UNKNOWN, reason="no answer")


# -- stop -----------------------------------------------------------------------------------------


class ThenTransport(RecordingTransport):
    """A transport that calls a function after it has accepted so many messages."""

    def __init__(self, then: Callable[[], object], after: int = 1) -> None:
        super().__init__()
        self._then, self._after = then, after

    def accept(self, message: OutgoingMessage, failure: Outcome | BaseException | None) -> None:
        super().accept(message, failure)
        if len(self.messages) == self._after:
            self._then()


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_run_that_is_told_to_stop_gives_back_what_has_not_left(
    installation: Installation, after: int
) -> None:
    stopped: list[bool] = []
    first, second = ThenTransport(lambda: stopped.append(True), after), RecordingTransport()

    report = installation.send(first, progress=Progress(should_continue=lambda: not stopped))
    left = installation.totals()
    installation.send(second)

    assert left == {"planned": 4 - after, "sent": after}
    assert "told to stop" in str(report.stopped)
    assert first.recipients + second.recipients == [address(name) for name in NAMES]


def test_a_run_of_several_batches_stops_between_them_too(installation: Installation) -> None:
    for number in range(BATCH_SIZE):
        installation.subscribe(f"r{number}")
    done: list[int] = []

    installation.send(progress=Progress(should_continue=lambda: not done, advance=done.append))

    assert installation.totals() == {"planned": 4, "sent": BATCH_SIZE}


def test_a_run_that_is_told_to_stop_at_once_sends_nothing(installation: Installation) -> None:
    transport = RecordingTransport()

    installation.send(transport, progress=Progress(should_continue=lambda: False))

    assert transport.attempted_recipients == []
    assert installation.totals() == {"planned": 4}


# -- refusals that wait for a verdict -------------------------------------------------------------

REFUSED = Outcome(
    state=DeliveryState.DEFERRED, reason="h:25 at RCPT: 554 no", code=554, stage="RCPT"
)


def test_a_refusal_without_a_verdict_is_deferred_in_the_ledger_when_the_run_is_killed(
    installation: Installation,
) -> None:
    killed = dict.fromkeys(map(address, NAMES[1:]), ZeroDivisionError())
    transport = RecordingTransport(failures={**killed, address("ada"): REFUSED})

    with pytest.raises(ZeroDivisionError):
        installation.send(transport)

    assert installation.states()["ada"] == "deferred"
    assert installation.delivery("ada").next_at is not None


def test_a_refused_mail_is_counted_and_logged_once_with_its_verdict(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    report = installation.send(RecordingTransport(failures={address("ada"): REFUSED}))

    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.FAILED: 1}
    logged = [vars(record) for record in caplog.records if record.message == "digest not sent"]
    assert [record["state"] for record in logged] == ["failed"]


def test_those_who_were_refused_before_come_after_all_others(installation: Installation) -> None:
    everybody = dict.fromkeys(map(address, NAMES[:2]), REFUSED) | {address("cy"): LOST}
    installation.send(RecordingTransport(failures=everybody), only=1)
    transport = RecordingTransport(failures={address("ada"): REFUSED})
    installation.wait(hours=2)

    report = installation.send(transport)

    assert transport.attempted_recipients == [address(name) for name in ("bo", "cy", "di", "ada")]
    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.FAILED: 1}


class OneUnderWay(RecordingTransport):
    """A transport that has taken the next message before it knows the outcome of the last."""

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        for message in pairwise(chain(messages, [None])):
            super().send_all(iter(filter(None, message[:1])), report)


def test_a_mail_that_was_under_way_can_still_show_that_the_server_accepts_mail(
    installation: Installation,
) -> None:
    for number in range(8):
        installation.subscribe(f"r{number}")
    failures = dict.fromkeys([address(name) for name in (*NAMES, "r0")], REFUSED)

    report = installation.send(OneUnderWay(failures=failures))

    assert report.stopped is None
    assert installation.totals() == {"failed": 5, "sent": 7}


def test_a_bad_list_stops_the_run_and_without_a_verdict_nobody_is_failed(
    installation: Installation,
) -> None:
    names = [f"r{number}" for number in range(80)]
    for name in names:
        installation.subscribe(name)
    failures = {
        address(name): replace(REFUSED, reason=f"h:25 at RCPT: 554 {'no ' * number}")
        for number, name in enumerate((*NAMES, *names))
    }

    report = installation.send(RecordingTransport(failures=failures))

    assert "50 of 50 addresses were refused" in str(report.stopped)
    assert installation.totals() == {"planned": 34, "deferred": 50}


# -- subscribers in mid-run ----------------------------------------------------------------------


def did(installation: Installation, name: str, event: Event) -> None:
    subscriber = installation.book.find(address(name))
    assert subscriber is not None
    installation.book.record(subscriber.id, event, evidence=evidence())


@pytest.mark.parametrize("event", [Event.LEAVE, Event.PAUSE, Event.COMPLAINT])
def test_whoever_stops_between_the_plan_and_the_batch_gets_nothing(
    installation: Installation, event: Event
) -> None:
    transport = RecordingTransport()

    installation.send(transport, progress=Progress(total=lambda _: did(installation, "bo", event)))

    assert address("bo") not in transport.attempted_recipients
    assert installation.states()["bo"] == "skipped"
    assert "now" in str(installation.reasons()["bo"])


def test_whoever_leaves_while_the_batch_is_made_gets_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = installation.book.some
    monkeypatch.setattr(
        installation.book, "some", lambda ids: [some(ids), did(installation, "bo", Event.LEAVE)][0]
    )
    transport = RecordingTransport()

    report = installation.send(transport)
    monkeypatch.undo()
    again = installation.send(transport)

    assert transport.recipients == [address(name) for name in ("ada", "cy", "di")]
    assert report.counts == {DeliveryState.PLANNED: 1, DeliveryState.SENT: 3}
    assert again.counts == {DeliveryState.SKIPPED: 1}


def test_whoever_leaves_while_a_slow_batch_waits_gets_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.delivery.worker.CONSENT_MAX_AGE", -1.0)  # every claim is old
    transport = ThenTransport(lambda: did(installation, "cy", Event.LEAVE))

    report = installation.send(transport)

    assert transport.recipients == [address(name) for name in ("ada", "bo", "di")]
    assert (installation.states()["cy"], report.complete) == ("skipped", True)
    assert installation.reasons()["cy"] == "the reader left while the mail waited"


def test_a_mail_that_was_given_back_was_not_tried(installation: Installation) -> None:
    stopped: list[bool] = []
    installation.send(
        ThenTransport(lambda: stopped.append(True)),
        progress=Progress(should_continue=lambda: not stopped),
    )

    tried = {name: installation.delivery(name).attempts for name in NAMES}

    assert tried == {"ada": 1, "bo": 0, "cy": 0, "di": 0}


def test_whoever_is_erased_in_mid_run_stops_nobody_and_leaves_no_row(
    installation: Installation,
) -> None:
    subscribers = {name: installation.book.find(address(name)) for name in ("ada", "di")}

    def forget() -> None:
        for subscriber in subscribers.values():
            assert subscriber is not None
            installation.app.ledger.forget(subscriber.id)
            installation.book.erase(subscriber.id, evidence=evidence())

    report = installation.send(ThenTransport(forget))

    assert report.stopped is None
    assert installation.totals() == {"sent": 2}


def test_whoever_comes_in_mid_run_waits_for_the_next(installation: Installation) -> None:
    report = installation.send(ThenTransport(lambda: installation.subscribe("ed")))

    assert report.counts == {DeliveryState.SENT: 4}
    assert installation.app.history.not_planned(DAY) == 1


# -- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [timedelta(days=-3), timedelta(hours=-1), timedelta(hours=9)])
def test_a_clock_that_is_set_in_mid_run_changes_nothing(
    installation: Installation, by: timedelta
) -> None:
    def set_clock() -> None:
        installation.now += by

    report = installation.send(ThenTransport(set_clock))
    again = installation.send()

    assert report.counts == {DeliveryState.SENT: 4}
    assert (again.counts, again.already) == ({}, 4)
