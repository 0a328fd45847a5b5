"""T4: the rate limit of a host."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON
from support.source_client import ManualClock

from digest.errors import SourceError
from digest.sources.http.backoff import Backoffs
from digest.sources.http.rate_limit import (
    SPACINGS,
    HostRateLimiter,
    HostState,
    host_key,
    read_state,
    retry_after,
)

if TYPE_CHECKING:
    from pathlib import Path

AT = NOON.timestamp()
FEED = "https://rss.arxiv.org/rss/cs.CL"


def rate_limiter(folder: Path, clock: ManualClock, **details: Any) -> HostRateLimiter:
    defaults: dict[str, Any] = {
        "backoffs": Backoffs(folder / "closed", clock=clock.now),
        "clock": clock.now,
        "sleep": clock.sleep,
    }
    return HostRateLimiter(folder, **(defaults | details))


def write(folder: Path, content: bytes | dict[str, object]) -> None:
    stored = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / "arxiv.org.gate").write_bytes(stored)


def stored(**details: object) -> dict[str, object]:
    return {"last": AT, "pause": 0.0} | details


@pytest.mark.parametrize(
    "host",
    [
        *("arxiv.org", "export.arxiv.org", "rss.arxiv.org", "oaipmh.arxiv.org"),
        *("www.arxiv.org", "ArXiv.org", "arxiv.org."),
    ],
)
def test_t4_all_of_arxiv_is_asked_once_in_three_seconds(host: str) -> None:
    assert SPACINGS[host_key(host)] == 3.0


@pytest.mark.parametrize("host", ["notarxiv.org", "arxiv.org.example.net", "huggingface.co", "::1"])
def test_other_hosts_have_rate_limits_of_their_own(host: str) -> None:
    assert host_key(host) == host


def test_semantic_scholar_is_asked_once_a_second() -> None:
    assert SPACINGS[host_key("api.semanticscholar.org")] == 1.0


def test_t4_the_next_request_begins_three_seconds_after_the_last_one_ended(tmp_path: Path) -> None:
    clock = ManualClock()
    with rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
        clock.at += timedelta(seconds=20)  # on the wire
    clock.at += timedelta(seconds=1)

    with rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
        pass

    assert clock.slept == [2.0]


def test_who_comes_late_does_not_wait(tmp_path: Path) -> None:
    clock = ManualClock()
    for _ in range(3):
        with rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
            clock.at += timedelta(seconds=4)
        clock.at += timedelta(seconds=4)

    assert clock.slept == []


def test_a_host_without_spacing_is_used_at_once_and_leaves_no_file(tmp_path: Path) -> None:
    clock = ManualClock()
    for _ in range(3):
        with rate_limiter(tmp_path / "new", clock).slot(
            "huggingface.co", "https://huggingface.co/api"
        ):
            pass

    assert clock.slept == []
    assert not (tmp_path / "new").exists()


def test_a_request_that_failed_counts_too(tmp_path: Path) -> None:
    clock = ManualClock()
    with pytest.raises(ZeroDivisionError), rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
        raise ZeroDivisionError

    with rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
        pass

    assert clock.slept == [3.0]


@pytest.mark.parametrize(
    ("content", "waits"),
    [
        pytest.param(b"", [], id="new"),
        pytest.param(b"nonsense", [3.0], id="nonsense"),
        pytest.param(b'{"last": 17700', [3.0], id="cut"),
        pytest.param(b"[]", [3.0], id="a list"),
        pytest.param(b"\xff\x00", [3.0], id="no text"),
        pytest.param(stored(last="soon"), [3.0], id="no number"),
        pytest.param(stored(last=float("nan")), [3.0], id="not a number"),
        pytest.param(stored(last=float("inf")), [3.0], id="for ever"),
        pytest.param(stored(last=1e300), [3.0], id="far away"),
        pytest.param(stored(last=AT + 86_400), [3.0], id="the clock was set back a day"),
        pytest.param(stored(last=AT + 2), [3.0], id="the clock was set back two seconds"),
        pytest.param(stored(last=-1e9), [], id="long ago"),
        pytest.param(stored(pause=1e9), [60.0], id="a pause for years"),
        pytest.param(stored(pause=-1e9), [3.0], id="a pause of less than nothing"),
    ],
)
def test_whatever_a_file_says_nobody_waits_for_long(
    tmp_path: Path, content: bytes | dict[str, object], waits: list[float]
) -> None:
    clock = ManualClock()
    write(tmp_path, content)

    with rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
        pass

    assert clock.slept == waits


@given(content=st.binary(max_size=600))
def test_no_bytes_break_a_host_file(content: bytes) -> None:
    assert isinstance(read_state(content, now=AT), HostState)


@given(
    details=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["last", "pause"], st.from_type(object))
    )
)
def test_no_values_break_a_host_file(details: dict[str, object]) -> None:
    content = json.dumps(stored(**details), default=str).encode()

    assert abs(read_state(content, now=AT).last) < 1e11


def test_who_had_a_turn_waits_for_the_next_while_others_have_theirs(tmp_path: Path) -> None:
    clock = ManualClock()
    turns = []

    def oversleep(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)
        with rate_limiter(tmp_path, clock).slot("arxiv.org", FEED):
            turns.append("others")
        clock.at += timedelta(seconds=seconds)

    ours = rate_limiter(tmp_path, clock, sleep=oversleep)
    for _ in range(2):
        with ours.slot("arxiv.org", FEED):
            turns.append("ours")

    assert turns == ["ours", "others", "ours"]


def test_who_waits_outside_waits_again_after_the_turn_of_another(tmp_path: Path) -> None:
    clock = ManualClock()
    ours, others = rate_limiter(tmp_path, clock), rate_limiter(tmp_path, clock)
    for one in (ours, others, ours):
        with one.slot("arxiv.org", FEED):
            pass

    assert clock.slept == [3.0, 3.0]


def test_a_long_wait_is_told_once_and_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    with (
        rate_limiter(tmp_path, clock).slot("arxiv.org", FEED),
        pytest.raises(SourceError, match=r"arxiv\.org is being asked by another process"),
        rate_limiter(tmp_path, clock).slot("arxiv.org", FEED),
    ):
        pytest.fail("two at once")

    assert sum(clock.slept) == pytest.approx(300)
    assert [record.getMessage() for record in caplog.records] == ["waiting for its turn"]


def test_a_short_wait_is_not_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    with ExitStack() as other:
        other.enter_context(rate_limiter(tmp_path, clock).slot("arxiv.org", FEED))

        def end(seconds: float) -> None:
            other.close()

        with rate_limiter(tmp_path, clock, sleep=end).slot("arxiv.org", FEED):
            pass

    assert caplog.records == []


def test_without_its_file_arxiv_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "gates").write_text("no folder")

    with (
        pytest.raises(SourceError, match=r"cannot be used .*; check \[fetch\] directory"),
        rate_limiter(tmp_path / "gates", ManualClock()).slot("arxiv.org", FEED),
    ):
        pytest.fail("a slot was given")


def test_a_host_file_is_for_its_owner(tmp_path: Path) -> None:
    with rate_limiter(tmp_path / "gates", ManualClock()).slot("arxiv.org", FEED):
        pass

    assert (tmp_path / "gates").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "gates" / "arxiv.org.gate").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["..", "a/b", "::1", "ü" * 300, "a\0b"])
def test_any_name_is_a_file_in_the_folder(tmp_path: Path, name: str) -> None:
    with rate_limiter(tmp_path, ManualClock(), spacings={name: 1.0}).slot(name, FEED):
        pass

    assert len(list(tmp_path.glob("*.gate"))) == 1


@given(
    value=st.none()
    | st.text()
    | st.integers().map(str)
    | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ .{0,6}")
)
def test_t3_no_retry_after_is_more_than_a_day_or_less_than_nothing(value: str | None) -> None:
    seconds = retry_after(value, NOON)

    assert seconds is None or 0 <= seconds <= 86_400


@given(at=st.datetimes(datetime(2026, 2, 2, 12), datetime(2026, 2, 3, 12)))  # noqa: DTZ001 (UTC)
def test_t3_a_date_is_as_good_as_seconds(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)

    assert retry_after(f"{at:%a, %d %b %Y %H:%M:%S} GMT", NOON) == (at - NOON).total_seconds()
