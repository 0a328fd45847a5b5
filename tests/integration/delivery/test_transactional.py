"""The thread that sends transactional mail: at once when woken, and whatever goes wrong."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from digest.delivery.transactional import BackgroundSender
from digest.errors import RenderError

if TYPE_CHECKING:
    import pytest

SOON = 10.0


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
