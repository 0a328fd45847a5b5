"""The cache of responses."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.http_server import Response, WebServer
from support.source_client import ManualClock

from digest.errors import RefusedError
from digest.sources.http.cache import Cache

if TYPE_CHECKING:
    from pathlib import Path

    from support.source_client import MakeClient

ETAG = {"ETag": '"v1"'}
DATE = {"Last-Modified": "Mon, 02 Feb 2026 05:00:11 GMT"}
SAME = Response(status=304)


def entries(folder: Path) -> list[Path]:
    return sorted((folder / "answers").glob("*"))


@pytest.mark.parametrize(
    ("validator", "condition"),
    [
        (ETAG, {"If-None-Match": '"v1"'}),
        (DATE, {"If-Modified-Since": "Mon, 02 Feb 2026 05:00:11 GMT"}),
        (ETAG | DATE, {"If-None-Match": '"v1"', "If-Modified-Since": DATE["Last-Modified"]}),
    ],
    ids=["an etag", "a date", "both"],
)
def test_what_has_not_changed_comes_from_disk(
    make_client: MakeClient, validator: dict[str, str], condition: dict[str, str]
) -> None:
    with WebServer(Response(body="Über".encode(), headers=validator), SAME) as server:
        make_client().get(server.url)

        assert make_client().get(server.url) == "Über"  # by another process

    first, second = server.requests
    assert not {"If-None-Match", "If-Modified-Since"} & set(first.headers)
    assert condition.items() <= second.headers.items()


@pytest.mark.parametrize("etag", [{}, ETAG], ids=["alone", "beside an etag"])
def test_a_date_in_the_future_is_no_condition(
    make_client: MakeClient, etag: dict[str, str]
) -> None:
    future = {"Last-Modified": "Thu, 01 Jan 2099 00:00:00 GMT"}
    with WebServer(Response(body=b"[1]", headers=etag | future)) as server:
        make_client().get(server.url)
        make_client().get(server.url)

    assert "If-Modified-Since" not in server.requests[1].headers
    assert server.requests[1].headers.get("If-None-Match") == etag.get("ETag")


def test_a_date_that_was_kept_when_the_clock_was_ahead_is_no_condition_any_more(
    make_client: MakeClient,
) -> None:
    ahead = ManualClock(NOON + timedelta(days=400))
    later = {"Last-Modified": "Mon, 01 Jun 2026 00:00:00 GMT"}
    with WebServer(Response(body=b"[1]", headers=later)) as server:
        make_client(ahead).get(server.url)
        make_client().get(server.url)

    assert "If-Modified-Since" not in server.requests[1].headers


def test_what_has_changed_replaces_what_was_kept(make_client: MakeClient) -> None:
    newer = Response(body=b"new", headers={"ETag": '"v2"'})
    with WebServer(Response(body=b"old", headers=ETAG), newer, SAME) as server:
        make_client().get(server.url)
        assert make_client().get(server.url) == "new"
        assert make_client().get(server.url) == "new"

    assert server.requests[2].headers["If-None-Match"] == '"v2"'


@pytest.mark.parametrize(
    ("params", "accept"),
    [({"day": "2"}, "application/json"), ({"day": "1"}, "application/xml")],
    ids=["another query", "another media type"],
)
def test_another_question_has_another_answer(
    make_client: MakeClient, params: dict[str, str], accept: str
) -> None:
    with WebServer(Response(headers=ETAG)) as server:
        ours = make_client()
        ours.get(server.url, {"day": "1"})
        ours.get(server.url, params, accept=accept)

    assert "If-None-Match" not in server.requests[1].headers


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no validator"),
        pytest.param(ETAG | {"Cache-Control": "private, no-store"}, id="not to be stored"),
        pytest.param({"ETag": '"\xe9"'}, id="a validator that cannot be sent back"),
    ],
)
def test_what_cannot_be_asked_about_is_not_kept(
    make_client: MakeClient, tmp_path: Path, headers: dict[str, str]
) -> None:
    with WebServer(Response(headers=headers)) as server:
        make_client().get(server.url)

    assert entries(tmp_path) == []


@pytest.mark.parametrize("status", [203, 404, 429])
def test_only_a_plain_answer_is_kept(make_client: MakeClient, tmp_path: Path, status: int) -> None:
    with WebServer(Response(status=status, headers=ETAG)) as server:
        if status >= 400:
            with pytest.raises(RefusedError):
                make_client().get(server.url)
        else:
            make_client().get(server.url)

    assert entries(tmp_path) == []


def test_the_answer_to_what_is_posted_is_not_kept(make_client: MakeClient, tmp_path: Path) -> None:
    with WebServer(Response(headers=ETAG)) as server:
        make_client().post(server.url, json=[])

    assert entries(tmp_path) == []


def test_nothing_changed_about_nothing_is_a_refusal(make_client: MakeClient) -> None:
    with WebServer(SAME) as server, pytest.raises(RefusedError, match="304 Not Modified"):
        make_client().get(server.url)


def test_what_is_kept_is_for_its_owner_and_says_nothing_of_keys(
    make_client: MakeClient, tmp_path: Path
) -> None:
    with WebServer(Response(body=b"text", headers=ETAG)) as server:
        make_client().get(f"{server.base}/?token=hidden", headers={"x-api-key": "hidden"})

    (entry,) = entries(tmp_path)
    assert entry.stat().st_mode & 0o777 == 0o600
    assert entry.parent.stat().st_mode & 0o777 == 0o700
    assert b"hidden" not in entry.read_bytes()
    assert "hidden" not in entry.name


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda kept: kept[:-1], id="truncated"),
        pytest.param(lambda kept: kept[:20], id="cut in the head"),
        pytest.param(lambda _kept: b"", id="empty"),
        pytest.param(lambda kept: b"\xff\n" + kept, id="nonsense"),
        pytest.param(lambda kept: kept.replace(b"text", b"tent"), id="another text"),
        pytest.param(
            lambda kept: kept.replace(b'v1\\"', b"v\\r\\nX: 1"), id="a header in a header"
        ),
        pytest.param(lambda kept: b"[]\n" + kept.partition(b"\n")[2], id="another head"),
        pytest.param(lambda _kept: b"[" * 100_000 + b"\n", id="a deep head"),
    ],
)
def test_an_entry_that_is_damaged_is_none(
    make_client: MakeClient, tmp_path: Path, damage: object
) -> None:
    assert callable(damage)
    with WebServer(Response(body=b"text", headers=ETAG)) as server:
        make_client().get(server.url)
        (entry,) = entries(tmp_path)
        entry.write_bytes(damage(entry.read_bytes()))

        assert make_client().get(server.url) == "text"

    assert "If-None-Match" not in server.requests[1].headers


def test_a_disk_that_takes_nothing_costs_only_the_cache(
    make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "answers").write_text("no folder")  # as good as a full disk, also for root
    with WebServer(Response(body=b"text", headers=ETAG)) as server:
        ours = make_client()
        assert [ours.get(server.url), ours.get(server.url)] == ["text", "text"]

    assert [record.getMessage() for record in caplog.records] == ["answer not kept"]


def test_half_an_entry_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path, clock=ManualClock().now)
    cache.keep("q", text="old", etag="1", last_modified=None)
    monkeypatch.setattr(os, "utime", refuse)  # the last step before it takes its place

    cache.keep("q", text="new", etag="2", last_modified=None)

    found = cache.find("q")
    assert found is not None
    assert found.text == "old"
    assert len(list(tmp_path.iterdir())) == 1


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_nobody_asked_for_in_a_month_is_dropped(tmp_path: Path) -> None:
    clock = ManualClock()
    for name, age in [("old", 31), ("asked for again", 31), ("young", 29), ("today", 0)]:
        clock.at = NOON - timedelta(days=age)
        Cache(tmp_path, clock=clock.now).keep(name, text=name, etag="1", last_modified=None)
        clock.at = NOON - timedelta(days=1)
        Cache(tmp_path, clock=clock.now).confirm("asked for again")
    clock.at = NOON
    cache = Cache(tmp_path, clock=clock.now)

    cache.keep("now", text="now", etag="1", last_modified=None)

    names = ("old", "asked for again", "young", "today", "now")
    assert [name for name in names if not cache.find(name)] == ["old"]


def test_beyond_the_capacity_the_oldest_go(tmp_path: Path) -> None:
    clock = ManualClock()
    cache = Cache(tmp_path, clock=clock.now, capacity=3000)
    for name in "abcde":
        clock.sleep(60)
        cache.keep(name, text="x" * 1000, etag="1", last_modified=None)

    assert [name for name in "abcde" if cache.find(name)] == ["d", "e"]


@pytest.mark.parametrize("text", ["", "\n", "a\nb\r\nc", "\ud800", "\0", "\ufeff"])
def test_a_text_is_kept_as_it_is(tmp_path: Path, text: str) -> None:
    cache = Cache(tmp_path, clock=ManualClock().now)

    cache.keep("q", text=text, etag="1", last_modified=None)

    found = cache.find("q")
    assert found is not None
    assert found.text == text
