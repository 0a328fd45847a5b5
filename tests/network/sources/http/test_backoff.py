"""T3: backoffs: what is left alone, until when, and how that is stored."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON
from support.source_client import ManualClock

from digest.errors import SourceError
from digest.sources.http.backoff import Backoff, Backoffs, read_backoff
from digest.sources.http.rate_limit import HostRateLimiter

if TYPE_CHECKING:
    from pathlib import Path

FEED = "https://rss.arxiv.org/rss/cs.CL"
LISTING = "https://arxiv.org/list/cs.CL/new"
HOUR = timedelta(hours=1)


def backoffs(folder: Path, clock: ManualClock | None = None) -> Backoffs:
    return Backoffs(folder / "closed", clock=(clock or ManualClock()).now)


def only_file(folder: Path) -> Path:
    (path,) = (folder / "closed").iterdir()
    return path


def test_a_service_that_asked_to_be_left_alone_is(tmp_path: Path) -> None:
    backoffs(tmp_path).start("arxiv.org", NOON + timedelta(seconds=7500), "429 No")

    with pytest.raises(
        SourceError, match=r"^arxiv\.org asked to be left alone until 14:05 UTC \(429 No\)$"
    ):
        backoffs(tmp_path).check(host="arxiv.org", address=LISTING)


def test_an_address_that_is_broken_is_left_alone_and_no_other(tmp_path: Path) -> None:
    backoffs(tmp_path).start(FEED, NOON + HOUR, "503 Service Unavailable")

    backoffs(tmp_path).check(host="arxiv.org", address=LISTING)
    with pytest.raises(
        SourceError,
        match=rf"^{FEED} is left alone until 13:00 UTC \(503 Service Unavailable\)$",
    ):
        backoffs(tmp_path).check(host="arxiv.org", address=FEED)


def test_a_backoff_ends(tmp_path: Path) -> None:
    clock = ManualClock()
    backoffs(tmp_path, clock).start(FEED, NOON + HOUR, "503 No")

    clock.at += HOUR

    assert backoffs(tmp_path, clock).find(FEED) is None


def test_when_the_clock_was_set_back_nothing_is_closed_for_more_than_a_day(tmp_path: Path) -> None:
    backoffs(tmp_path).start(FEED, NOON + HOUR, "503 No")

    assert backoffs(tmp_path, ManualClock(at=NOON - timedelta(days=1))).find(FEED) is None


def test_long_names_that_begin_alike_have_backoffs_of_their_own(tmp_path: Path) -> None:
    backoffs(tmp_path).start(f"{FEED}/{'long' * 500}/one", NOON + HOUR, "503 No")

    assert backoffs(tmp_path).find(f"{FEED}/{'long' * 500}/other") is None


@pytest.mark.parametrize("name", ["..", "a/b", "::1", "ü" * 300, "a\0b", "\udc80"])
def test_any_name_is_a_file_in_the_folder(tmp_path: Path, name: str) -> None:
    backoffs(tmp_path).start(name, NOON + HOUR, "503 No")

    assert only_file(tmp_path).is_file()
    assert backoffs(tmp_path).find(name) == Backoff(until=NOON + HOUR, reason="503 No")


@pytest.mark.parametrize("reason", ["\x1b[2J" * 99, '"' * 999, "ü" * 999, "\udc80", "429 No"])
def test_any_reason_can_be_read_again(tmp_path: Path, reason: str) -> None:
    backoffs(tmp_path).start(FEED, NOON + HOUR, reason)

    found = backoffs(tmp_path).find(FEED)
    assert found is not None
    assert found.until == NOON + HOUR
    assert found.reason.isascii()
    assert found.reason.isprintable()
    assert len(found.reason) <= 100


@given(content=st.binary(max_size=600))
def test_no_bytes_break_a_backoff(content: bytes) -> None:
    assert read_backoff(content) is None


@given(until=st.from_type(object) | st.datetimes().map(str), reason=st.from_type(object))
def test_no_values_break_a_backoff(until: object, reason: object) -> None:
    content = json.dumps({"until": until, "reason": reason}, default=str).encode()

    found = read_backoff(content)

    assert found is None or found.until.tzinfo is not None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"until": "2026-02', id="cut"),
        pytest.param(b'{"until": "2026-02-02T13:00:00", "reason": "503"}', id="in no zone"),
        pytest.param(b'{"until": "2026-02-04T13:00:00+00:00", "reason": ""}', id="two days"),
        pytest.param(b'{"until": "0001-01-01T00:00:00+14:00", "reason": ""}', id="before time"),
        pytest.param(b'{"until": "9999-12-31T23:59:59-14:00", "reason": ""}', id="after time"),
    ],
)
def test_a_file_that_makes_no_sense_closes_nothing(tmp_path: Path, content: bytes) -> None:
    backoffs(tmp_path).start(FEED, NOON + HOUR, "503 No")
    only_file(tmp_path).write_bytes(content)

    assert backoffs(tmp_path).find(FEED) is None


def test_files_that_are_long_over_are_dropped(tmp_path: Path) -> None:
    clock = ManualClock()
    backoffs(tmp_path, clock).start(FEED, NOON + HOUR, "503 No")
    before = only_file(tmp_path)

    clock.at += timedelta(days=3)
    backoffs(tmp_path, clock).start(LISTING, clock.at + HOUR, "503 No")

    assert only_file(tmp_path) != before
    assert backoffs(tmp_path, clock).find(LISTING) is not None


def test_backoffs_are_for_their_owner(tmp_path: Path) -> None:
    backoffs(tmp_path).start(FEED, NOON + HOUR, "503 No")

    assert (tmp_path / "closed").stat().st_mode & 0o777 == 0o700
    assert only_file(tmp_path).stat().st_mode & 0o777 == 0o600


def test_without_its_folder_nothing_is_asked_or_closed(tmp_path: Path) -> None:
    (tmp_path / "closed").write_text("no folder")
    broken = pytest.raises(SourceError, match=r"cannot be used .*; check \[fetch\] directory")

    with broken:
        backoffs(tmp_path).check(host="arxiv.org", address=FEED)
    with broken:
        backoffs(tmp_path).start(FEED, NOON + HOUR, "503 No")


@pytest.mark.parametrize("name", ["arxiv.org", FEED])
def test_who_waits_for_a_turn_hears_of_what_was_closed_meanwhile(tmp_path: Path, name: str) -> None:
    clock = ManualClock()
    kept = backoffs(tmp_path, clock)

    def sent_away(seconds: float) -> None:
        kept.start(name, NOON + HOUR, "503 No")
        other.close()

    theirs = HostRateLimiter(tmp_path, backoffs=kept, clock=clock.now, sleep=clock.sleep)
    ours = HostRateLimiter(tmp_path, backoffs=kept, clock=clock.now, sleep=sent_away)
    with ExitStack() as other:
        other.enter_context(theirs.slot("arxiv.org", FEED))

        with (
            pytest.raises(SourceError, match="left alone until 13:00 UTC"),
            ours.slot("arxiv.org", FEED),
        ):
            pytest.fail("a slot was given")
