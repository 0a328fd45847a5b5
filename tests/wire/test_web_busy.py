"""T3: what a service that wants less of us gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wire.asking import Watch
from wire.web_server import Answer, WebServer

from digest.errors import RefusedError, SourceError
from digest.sources import web

if TYPE_CHECKING:
    from wire.asking import Asking

FINE = Answer(body=b"fine")
#: The watch begins at noon of 2 February.
IN_FIVE = "Mon, 02 Feb 2026 12:00:05 GMT"


def busy(status: int, retry_after: str = "") -> Answer:
    return Answer(status=status, headers={"Retry-After": retry_after} if retry_after else {})


@pytest.mark.parametrize("status", [403, 406, 429, 503])
@pytest.mark.parametrize(
    "asked_for",
    [pytest.param("5", id="seconds"), pytest.param(IN_FIVE, id="a date")],
)
def test_t3_retry_after_is_waited_for(asking: Asking, status: int, asked_for: str) -> None:
    watch = Watch()

    with WebServer(busy(status, asked_for), FINE) as server:
        assert asking(watch).get(server.url) == "fine"

    assert watch.slept == [5.0]


@pytest.mark.parametrize(
    "asked_for", ["soon", "-5", "", "Sun, 01 Feb 2026 12:00:00 GMT", "0", "1.5", "²"]
)
def test_t3_a_retry_after_without_sense_is_no_pause(asking: Asking, asked_for: str) -> None:
    watch = Watch()

    with WebServer(busy(503, asked_for), FINE) as server:
        assert asking(watch).get(server.url) == "fine"

    assert watch.slept == []


def test_t3_the_pause_one_process_is_asked_for_is_kept_by_all(asking: Asking) -> None:
    watch = Watch()
    with WebServer(busy(429, "50"), FINE) as server:
        # This one has no patience, so it does not wait for the pause itself.
        with pytest.raises(KeyboardInterrupt):
            asking(watch, sleep=interrupt).get(server.url)
        assert watch.slept == []

        asking(watch).get(server.url)

    assert watch.slept == [50.0]


def interrupt(seconds: float) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("status", "until"),
    [(429, "12:15"), (403, "12:15"), (406, "12:15"), (500, "12:05"), (503, "12:05")],
)
def test_t3_a_service_that_stays_busy_is_asked_three_times_and_then_left_alone(
    asking: Asking, status: int, until: str
) -> None:
    watch = Watch()
    with WebServer(busy(status)) as server:
        with pytest.raises(RefusedError, match=f"{status} .* 3 times.*until {until} UTC") as caught:
            asking(watch).get(server.url)

        assert caught.value.status == status
        with pytest.raises(SourceError, match=rf"left alone until {until} UTC \({status} "):
            asking(watch).get(server.url)  # another client, as of another process

        assert len(server.questions) == web.ATTEMPTS


def test_t3_endless_429_with_retry_after_is_bounded(asking: Asking) -> None:
    watch = Watch()
    with WebServer(busy(429, "5")) as server, pytest.raises(RefusedError, match="3 times"):
        asking(watch).get(server.url)

    assert watch.slept == [5.0, 5.0]


@pytest.mark.parametrize(
    ("asked_for", "until"),
    [
        pytest.param("61", "12:02 UTC", id="a minute"),
        pytest.param("7500", "14:05 UTC", id="hours"),
        pytest.param("Mon, 02 Feb 2026 14:05:00 GMT", "14:05 UTC", id="a date"),
        pytest.param("9" * 400, "12:00 UTC", id="for ever is a day"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", "12:00 UTC", id="a date far away is a day"),
    ],
)
def test_t3_a_long_retry_after_is_not_waited_for(
    asking: Asking, asked_for: str, until: str
) -> None:
    watch = Watch()
    with WebServer(busy(429, asked_for)) as server:
        with pytest.raises(RefusedError, match=f"left alone until {until}"):
            asking(watch).get(server.url)
        with pytest.raises(SourceError, match=f"asked to be left alone until {until}"):
            asking(watch).post(server.url, json=[])

        assert len(server.questions) == 1

    assert watch.slept == []


def test_t3_when_the_time_is_over_the_service_is_asked_again(asking: Asking) -> None:
    watch = Watch()
    with WebServer(busy(429, "3600"), FINE) as server:
        with pytest.raises(RefusedError):
            asking(watch).get(server.url)
        watch.sleep(3600)

        assert asking(watch).get(server.url) == "fine"


def test_t3_one_gate_that_is_closed_does_not_close_another(asking: Asking) -> None:
    with WebServer(busy(429, "3600"), FINE) as server:
        with pytest.raises(RefusedError, match=r"arxiv\.org is left alone until 13:00 UTC"):
            asking().get(server.url, gate="arxiv.org")

        assert asking().get(server.url) == "fine"
        with pytest.raises(SourceError, match=r"^arxiv\.org asked to be left alone until 13:00"):
            asking().get(server.url, gate="arxiv.org")


def test_t3_being_sent_away_is_logged(asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    with WebServer(busy(429, "3600")) as server, pytest.raises(RefusedError):
        asking().get(server.url)

    (record,) = caplog.records
    assert record.getMessage() == "source left alone"
    assert record.__dict__["gate"] == "127.0.0.1"
    assert record.__dict__["until"] == "2026-02-02T13:00:00+00:00"
    assert record.__dict__["reason"] == "429 Too Many Requests"
