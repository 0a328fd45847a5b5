"""A day of many readers on one screen, whatever happened on it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON
from support.command import CONFIG
from support.terminal import run_on_terminal

from digest.app.inbound.standing import InboundStatus
from digest.cli.day_account import DayAccount
from digest.cli.day_screen import screen_lines
from digest.cli.tables import compact_rows
from digest.models.delivery import DeliveryState
from digest.models.source import SourceState
from digest.storage.fetches import FetchRecord
from digest.storage.history import DayTotals
from digest.storage.reasons import ReasonGroup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.command import Command

ADDRESS = "maximiliana.von-und-zu-hohenstein@institut.example.org"


def source(
    name: str, state: SourceState = SourceState.OK, reason: str | None = None
) -> FetchRecord:
    return FetchRecord(
        source=name, state=state, at=NOON, declared=300, parsed=300, rejected=0, other_days=0,
        new=280, merged=20, channels=(), reason=reason, warnings=(f"what {name} says is new",),
    )  # fmt: skip


def group(state: str, number: int, reason: str | None, *examples: str) -> ReasonGroup:
    return ReasonGroup(state=DeliveryState(state), reason=reason, number=number, examples=examples)


def account(
    groups: Sequence[ReasonGroup] = (), sources: Sequence[FetchRecord] = (), **found: object
) -> DayAccount:
    """A day of many readers on which all went wrong that can."""
    totals = {one.state: 0 for one in groups}
    for one in groups:
        totals[one.state] += one.number
    states = Counter(totals)
    given = {
        "day": DAY,
        "lists_of": DAY,
        "semantic": "used; 1,204 papers have one",
        "sources": sources,
        "overdue": [("arxiv", DAY)] * 5,
        "totals": DayTotals(day=DAY, planned=states.total(), states=states, closed_at=None),
        "groups": groups,
        "not_planned": 12,
        "next_due": NOON,
        "came_back": {"hard": 1200, "soft": 8, "delayed": 3},
        "mail_in": InboundStatus(waiting=2, kept=7, handled={}, refused=0, unproven=0),
        "asks": False,
    }
    return DayAccount(**(given | found))  # type: ignore[arg-type]


BAD_DAY = account(
    [
        group("planned", 40_000, None),
        group("sent", 58_000, None),
        *(
            group(
                "deferred", 90 - n, f"mx.example.org at RCPT: 451 4.7.{n} try again later", ADDRESS
            )
            for n in range(30)
        ),
        *(group("failed", 50 - n, f"550 5.1.1 no such user, case {n}", ADDRESS) for n in range(30)),
        group("unknown", 3, "the run ended while this mail was being sent; it may have arrived"),
    ],
    [
        *(source(f"source-{number}") for number in range(14)),
        source("openreview", SourceState.FAILED, "HTTP 503 from https://api2.openreview.net/notes"),
    ],
)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (132, 24), (200, 50)])
def test_a_bad_day_of_many_readers_fits_on_the_screen(width: int, height: int) -> None:
    lines = screen_lines(BAD_DAY, width=width, height=height)

    text = "\n".join(lines)
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert "openreview" in text
    assert "other sources: " in text or height > 24
    assert " other reasons" in text
    assert "came back: 1200 hard, 8 soft, 3 delayed" in text
    assert "2026-02-02T12:00:00Z" in text


def test_nothing_is_left_out_of_a_pipe_but_rare_reasons() -> None:
    lines = screen_lines(BAD_DAY, width=None, height=None)

    assert sum(line.startswith("source-") for line in lines) == 14
    assert any(ADDRESS in line for line in lines)
    assert any("2026-02-02T12:00:00Z" in line and "300" in line for line in lines)


@pytest.mark.parametrize("width", [80, 60, 40, 20])
def test_no_name_address_or_time_is_cut(width: int) -> None:
    day = account(
        [group("failed", 99_999, f"550 5.1.1 <{ADDRESS}>: no such user")],
        [source("a-source-with-a-long-name", SourceState.FAILED, f"no answer from {ADDRESS}")],
    )

    words = " ".join(screen_lines(day, width=width, height=24)).split()

    assert {f"<{ADDRESS}>:", ADDRESS, "a-source-with-a-long-name", "99999"} <= set(words)


words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40)
prose = st.lists(words, max_size=12).map(" ".join)


@given(
    st.lists(st.tuples(words, words, prose, prose), min_size=1, max_size=5), st.integers(20, 200)
)
def test_a_column_is_shown_whole_or_not_at_all(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    columns = ("address", "number#?", "reason~", "such as~?")

    header, *lines = compact_rows(columns, rows, room=width)

    shown = {word for row in lines for line in row for word in line.split()}
    assert {word for row in rows for cell in (row[0], row[2]) for word in cell.split()} <= shown
    if any("number" in line for line in header):
        assert {row[1] for row in rows} <= shown


def test_a_column_without_a_value_takes_no_room() -> None:
    rows = compact_rows(("state", "reason~", "readers#"), [("sent", None, 7)], room=40)

    assert rows == [["state  readers"], ["sent         7"]]


@pytest.mark.slow
def test_a_real_terminal_shows_a_day_of_many_readers_at_once(
    furnished: Path, digest: Command
) -> None:
    more = "".join(
        f'\n[[sources]]\nname = "more-{n}"\nkind = "jsonl"\npath = "more-{n}.jsonl"\n'
        for n in range(9)
    )
    (furnished / "config.toml").write_text(CONFIG + more, encoding="utf-8")
    for number in range(9):
        shutil.copy(furnished / "papers.jsonl", furnished / f"more-{number}.jsonl")
    rows = "".join(f"reader{number}@example.org,agents\n" for number in range(300))
    (furnished / "readers.csv").write_text(f"address,topics\n{rows}", encoding="utf-8")
    digest("subscribers", "import", "readers.csv", "--confirmed")
    digest("run", "--day", str(DAY))
    with sqlite3.connect(furnished / "digest.db") as db:
        db.execute(
            "UPDATE deliveries SET state = 'failed', reason = 'mx.example.org at RCPT: 550 5.7.' ||"
            " (id % 40) || ' ' || char(97 + id % 26) || ' is a word of its own'"
            " WHERE id % 3 = 0"
        )
    db.close()
    command = [sys.executable, "-m", "digest", "status", "--day", str(DAY)]

    shown = run_on_terminal(command, width=80, height=24, folder=furnished).splitlines()

    assert len(shown) < 24
    assert max(map(len, shown)) <= 80
    assert "2026-02-02: 302 planned = 202 sent + 100 failed; closed" in shown
    assert json.loads(digest("status", "--day", str(DAY), "--json").out)["planned"] == 302
