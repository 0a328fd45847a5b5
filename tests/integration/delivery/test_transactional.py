"""Transactional mail: none is lost to a refused sender; the thread that sends it goes on."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest
from support.builders import evidence
from support.installation import Installation, RecordingTransport, address, failing

from digest.app.pipeline import housekeeping
from digest.delivery.transactional import BackgroundSender
from digest.errors import RenderError
from digest.models.delivery import DeliveryState, MailKind, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

SOON = 10.0


# -- refusals -----------------------------------------------------------------------------------


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """Two people who have signed up and wait for their confirmations."""
    installation = Installation(engine, tmp_path)
    for name in ("ada", "bo"):
        added = installation.book.add(
            address(name), ("agents",), confirmed=False, evidence=evidence()
        )
        assert added is not None
        installation.app.transactional_queue.enqueue(
            added.id, MailKind.CONFIRM, now=installation.now
        )
    return installation


def deliver(installation: Installation, transport: RecordingTransport) -> int:
    return housekeeping(installation.app, transport, clock=lambda: installation.now)


def refused(words: str, stage: str, state: DeliveryState = DeliveryState.DEFERRED) -> Outcome:
    return Outcome(state=state, reason=f"h:25 at {stage}: {words}", code=554, stage=stage)


@pytest.mark.parametrize(
    "words", ["554 SendAsDenied", "554 sender address rejected", "554 sending quota exceeded"]
)
@pytest.mark.parametrize("stage", ["RCPT", "the end of DATA"])
def test_a_refused_sender_loses_no_confirmation_and_is_tried_once_at_a_time(
    installation: Installation, words: str, stage: str
) -> None:
    refusing = failing(refused(words, stage), "ada", "bo")

    assert deliver(installation, refusing) == 0
    assert len(refusing.attempted) == 1
    assert installation.app.transactional_queue.counts() == {"waiting": 2}

    installation.wait(hours=5)
    assert deliver(installation, RecordingTransport()) == 2


def test_a_confirmation_that_is_refused_without_a_reason_is_sent_again(
    installation: Installation,
) -> None:
    assert deliver(installation, failing(refused("554 no", "RCPT"), "ada")) == 1

    installation.wait(hours=5)
    assert deliver(installation, RecordingTransport()) == 1


def test_a_confirmation_to_an_address_that_does_not_exist_has_failed(
    installation: Installation,
) -> None:
    unknown = refused("554 no such user", "RCPT", DeliveryState.FAILED)

    assert deliver(installation, failing(unknown, "ada")) == 1
    assert installation.app.transactional_queue.counts() == {"failed": 1, "sent": 1}


def test_while_the_server_accepts_nobody_no_confirmation_has_failed(
    installation: Installation,
) -> None:
    unknown = refused("550 5.1.1 User unknown", "RCPT", DeliveryState.FAILED)

    assert deliver(installation, failing(unknown, "ada", "bo")) == 0
    assert installation.app.transactional_queue.counts() == {"waiting": 2}

    # The host is mended: bo's address exists, ada's does not.
    installation.wait(hours=5)
    assert deliver(installation, failing(unknown, "ada")) == 1
    assert installation.app.transactional_queue.counts() == {"failed": 1, "sent": 1}


def test_a_confirmation_that_nothing_is_known_about_waits_three_days_at_most(
    installation: Installation,
) -> None:
    unknown = refused("550 5.1.1 User unknown", "RCPT", DeliveryState.FAILED)
    deliver(installation, failing(unknown, "ada", "bo"))

    installation.wait(hours=73)
    deliver(installation, failing(unknown, "ada", "bo"))

    assert installation.app.transactional_queue.counts() == {"failed": 2}


# -- the thread ---------------------------------------------------------------------------------


def test_the_queue_is_read_at_the_start_and_when_it_is_woken() -> None:
    reads = threading.Semaphore(0)

    def deliver() -> int:
        reads.release()
        return 0

    sender = BackgroundSender(deliver, pause=3600)
    sender.start()
    try:
        assert reads.acquire(timeout=SOON)
        sender.wake()
        assert reads.acquire(timeout=SOON)
    finally:
        sender.stop()


def test_the_queue_is_read_again_after_a_pause() -> None:
    reads = threading.Semaphore(0)

    def deliver() -> int:
        reads.release()
        return 0

    sender = BackgroundSender(deliver, pause=0.01)
    sender.start()
    try:
        assert all(reads.acquire(timeout=SOON) for _ in range(3))
    finally:
        sender.stop()


def test_an_error_is_logged_and_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    reads = threading.Semaphore(0)

    def deliver() -> int:
        reads.release()
        raise RenderError("no such template")

    sender = BackgroundSender(deliver, pause=0.01)
    sender.start()
    try:
        assert all(reads.acquire(timeout=SOON) for _ in range(2))
    finally:
        sender.stop()

    assert {record.getMessage() for record in caplog.records} == {"letters not sent"}
    assert caplog.records[0].__dict__["error"] == "no such template"


def test_whoever_stops_it_is_told_to_whoever_sends() -> None:
    sender = BackgroundSender(lambda: 0)
    sender.start()
    assert sender.should_continue()

    sender.stop()

    assert not sender.should_continue()


def test_a_mail_that_takes_too_long_is_not_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def deliver() -> int:
        begun.set()
        go_on.wait(SOON)
        return 0

    sender = BackgroundSender(deliver)
    sender.start()
    assert begun.wait(SOON)

    sender.stop(timeout=0.01)

    assert not sender.should_continue()
    go_on.set()
    sender.stop()
