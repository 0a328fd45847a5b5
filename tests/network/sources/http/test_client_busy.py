"""T3: what the client does when a service refuses requests for now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.http_server import Response, WebServer
from support.source_client import ManualClock

from digest.errors import RefusedError, SourceError
from digest.sources.http import client

if TYPE_CHECKING:
    from support.http_server import Request
    from support.source_client import MakeClient

FINE = Response(body=b"fine")
#: The watch begins at noon of 2 February.
IN_FIVE = "Mon, 02 Feb 2026 12:00:05 GMT"


def busy(status: int, retry_after: str = "") -> Response:
    return Response(status=status, headers={"Retry-After": retry_after} if retry_after else {})


@pytest.mark.parametrize("status", [403, 406, 429, 503])
@pytest.mark.parametrize(
    "asked_for",
    [pytest.param("5", id="seconds"), pytest.param(IN_FIVE, id="a date")],
)
def test_t3_retry_after_is_waited_for(make_client: MakeClient, status: int, asked_for: str) -> None:
    clock = ManualClock()

    with WebServer(busy(status, asked_for), FINE) as server:
        assert make_client(clock).get(server.url) == "fine"

    assert clock.slept == [5.0]


@pytest.mark.parametrize(
    "asked_for", ["soon", "-5", "", "Sun, 01 Feb 2026 12:00:00 GMT", "0", "1.5", "²"]
)
def test_t3_a_retry_after_without_sense_is_no_pause(
    make_client: MakeClient, asked_for: str
) -> None:
    clock = ManualClock()

    with WebServer(busy(503, asked_for), FINE) as server:
        assert make_client(clock).get(server.url) == "fine"

    assert clock.slept == []


def test_t3_the_pause_one_process_is_asked_for_is_kept_by_all(make_client: MakeClient) -> None:
    clock = ManualClock()
    with WebServer(busy(429, "50"), FINE) as server:
        # This one has no patience, so it does not wait for the pause itself.
        with pytest.raises(KeyboardInterrupt):
            make_client(clock, sleep=interrupt).get(server.url)
        assert clock.slept == []

        make_client(clock).get(server.url)

    assert clock.slept == [50.0]


def interrupt(seconds: float) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("status", "until"),
    [(429, "12:15"), (403, "12:15"), (406, "12:15"), (500, "12:05"), (503, "12:05")],
)
def test_t3_a_service_that_stays_busy_is_asked_three_times_and_then_left_alone(
    make_client: MakeClient, status: int, until: str
) -> None:
    clock = ManualClock()
    with WebServer(busy(status)) as server:
        with pytest.raises(RefusedError, match=f"{status} .* 3 times.*until {until} UTC") as caught:
            make_client(clock).get(server.url)

        assert caught.value.status == status
        with pytest.raises(SourceError, match=rf"left alone until {until} UTC \({status} "):
            make_client(clock).get(server.url)  # another client, as of another process

        assert len(server.requests) == client.ATTEMPTS


@pytest.mark.parametrize("status", [403, 406, 429])
def test_t3_a_service_that_is_asked_too_much_is_left_alone_at_all_addresses(
    make_client: MakeClient, status: int
) -> None:
    with WebServer(busy(status)) as server:
        with pytest.raises(RefusedError, match=r"; 127\.0\.0\.1 is left alone until 12:15 UTC$"):
            make_client().get(f"{server.base}/feed")
        with pytest.raises(SourceError, match=r"^127\.0\.0\.1 asked to be left alone until 12:15"):
            make_client().get(f"{server.base}/listing")

        assert len(server.requests) == client.ATTEMPTS


@pytest.mark.parametrize("rate_limit_key", [None, "arxiv.org"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_t3_a_service_that_is_broken_is_left_alone_at_that_address_only(
    make_client: MakeClient, status: int, rate_limit_key: str | None
) -> None:
    def route(request: Request) -> Response:
        return {"/feed": busy(status), "/listing": FINE}[request.path]

    with WebServer(route=route) as server:
        feed, listing = f"{server.base}/feed", f"{server.base}/listing"
        with pytest.raises(RefusedError, match=rf"; {feed} is left alone until 12:0[56] UTC$"):
            make_client().get(feed, {"page": "1"}, rate_limit_key=rate_limit_key)
        with pytest.raises(
            SourceError, match=rf"^{feed} is left alone until 12:0[56] UTC \({status}"
        ):
            make_client().get(feed, {"page": "2"}, rate_limit_key=rate_limit_key)

        assert make_client().get(listing, rate_limit_key=rate_limit_key) == "fine"
        assert [request.path for request in server.requests] == [*["/feed"] * 3, "/listing"]


def test_t3_a_long_retry_after_of_a_broken_address_is_about_that_address(
    make_client: MakeClient,
) -> None:
    with WebServer(busy(503, "7500"), FINE) as server:
        with pytest.raises(RefusedError, match=r"/feed is left alone until 14:05 UTC$"):
            make_client().get(f"{server.base}/feed")
        with pytest.raises(SourceError, match=r"/feed is left alone until 14:05 UTC \(503 "):
            make_client().post(f"{server.base}/feed", json=[])

        assert make_client().get(f"{server.base}/listing") == "fine"


def test_t4_the_other_address_of_a_broken_service_waits_for_its_turn(
    make_client: MakeClient,
) -> None:
    clock = ManualClock()
    with WebServer(busy(500), busy(500), busy(500), FINE) as server:
        with pytest.raises(RefusedError):
            make_client(clock).get(f"{server.base}/feed", rate_limit_key="arxiv.org")
        make_client(clock).get(f"{server.base}/listing", rate_limit_key="arxiv.org")

    assert clock.slept == [3.0, 3.0, 3.0]


def test_t3_endless_429_with_retry_after_is_bounded(make_client: MakeClient) -> None:
    clock = ManualClock()
    with WebServer(busy(429, "5")) as server, pytest.raises(RefusedError, match="3 times"):
        make_client(clock).get(server.url)

    assert clock.slept == [5.0, 5.0]


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
    make_client: MakeClient, asked_for: str, until: str
) -> None:
    clock = ManualClock()
    with WebServer(busy(429, asked_for)) as server:
        with pytest.raises(RefusedError, match=f"left alone until {until}"):
            make_client(clock).get(server.url)
        with pytest.raises(SourceError, match=f"asked to be left alone until {until}"):
            make_client(clock).post(server.url, json=[])

        assert len(server.requests) == 1

    assert clock.slept == []


def test_t3_when_the_time_is_over_the_service_is_asked_again(make_client: MakeClient) -> None:
    clock = ManualClock()
    with WebServer(busy(429, "3600"), FINE) as server:
        with pytest.raises(RefusedError):
            make_client(clock).get(server.url)
        clock.sleep(3600)

        assert make_client(clock).get(server.url) == "fine"


def test_t3_a_backoff_of_one_host_does_not_concern_another(make_client: MakeClient) -> None:
    with WebServer(busy(429, "3600"), FINE) as server:
        with pytest.raises(RefusedError, match=r"arxiv\.org is left alone until 13:00 UTC"):
            make_client().get(server.url, rate_limit_key="arxiv.org")

        assert make_client().get(server.url) == "fine"
        with pytest.raises(SourceError, match=r"^arxiv\.org asked to be left alone until 13:00"):
            make_client().get(server.url, rate_limit_key="arxiv.org")


def test_t3_a_broken_address_is_logged(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    with WebServer(busy(503, "3600")) as server, pytest.raises(RefusedError):
        make_client().get(server.url, {"secret": "1"})

    (record,) = caplog.records
    assert record.getMessage() == "source left alone"
    assert record.__dict__["url"] == server.url
    assert record.__dict__["reason"] == "503 Service Unavailable"


def test_t3_being_sent_away_is_logged(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    with WebServer(busy(429, "3600")) as server, pytest.raises(RefusedError):
        make_client().get(server.url)

    (record,) = caplog.records
    assert record.getMessage() == "source left alone"
    assert record.__dict__["gate"] == "127.0.0.1"
    assert record.__dict__["until"] == "2026-02-02T13:00:00+00:00"
    assert record.__dict__["reason"] == "429 Too Many Requests"
