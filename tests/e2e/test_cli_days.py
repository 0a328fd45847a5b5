"""The option --day: days that have not begun, and days at the ends of the calendar."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG
from support.machine_clock import set_clock

from digest.app import clock
from digest.errors import SourceError
from digest.sources.http.client import HTTPClient

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

    from digest.sources.http.exchange import HTTPRequest

#: the commands that read sources or send
ACTING = [("fetch",), ("run",), ("run", "--dry-run"), ("retry",), ("fixtures", "record")]
#: those that only look
LOOKING = [("status",), ("preview",), ("papers", "list")]
ADA = "ada@example.org"
DOCTOR = ("doctor", ADA)
#: one of each kind of service
SERVICES = """
[[sources]]
name = "arXiv"
kind = "arxiv"
categories = ["cs.CL"]

[[sources]]
name = "bioRxiv"
kind = "biorxiv"

[[sources]]
name = "Hugging Face"
kind = "huggingface"

[[sources]]
name = "OpenReview"
kind = "openreview"
venues = ["ICLR.cc/2026/Conference"]
"""


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be Thursday 20:00 UTC everywhere."""
    set_clock(monkeypatch, datetime(2026, 2, 5, 20, tzinfo=UTC))


def deliveries(home: Path) -> int:
    with closing(sqlite3.connect(home / "digest.db")) as db:
        (number,) = db.execute("SELECT count(*) FROM days").fetchone()
    return int(number)


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize("day", ["2026-02-06", "2027-01-01", "2199-12-31"])
@pytest.mark.parametrize("command", ACTING, ids=" ".join)
def test_a_day_of_the_future_is_refused_and_nothing_is_recorded(
    furnished: Path, digest: Command, command: tuple[str, ...], day: str
) -> None:
    result = digest(*command, "--day", day)

    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: --day {day} is in the future; the newest day is 2026-02-05\n"
    assert deliveries(furnished) == 0


@pytest.mark.usefixtures("evening")
def test_a_preview_of_the_future_says_that_it_is_the_future(
    furnished: Path, digest: Command
) -> None:
    for arguments in ((), ("--topic", "agents"), ("--to", "ada@example.org")):
        result = digest("preview", "--day", "2026-02-08", *arguments)

        assert result.code == 1
        assert "on 2026-02-08: that day is in the future" in result.err


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize(
    ("timezone", "day", "code"),
    [
        pytest.param("UTC", "2026-02-05", 0, id="today"),
        pytest.param("UTC", "2026-02-06", 2, id="tomorrow"),
        pytest.param("Pacific/Auckland", "2026-02-06", 0, id="today in the zone, not yet in UTC"),
        pytest.param("Pacific/Auckland", "2026-02-07", 2, id="tomorrow in the zone"),
        pytest.param("America/Los_Angeles", "2026-02-05", 0, id="today in both"),
        pytest.param("America/Los_Angeles", "2026-02-06", 2, id="tomorrow in both"),
    ],
)
def test_a_day_that_has_begun_somewhere_is_no_future_day(
    furnished: Path, digest: Command, timezone: str, day: str, code: int
) -> None:
    (furnished / "config.toml").write_text(CONFIG + f'\n[schedule]\ntimezone = "{timezone}"\n')

    assert digest("run", "--day", day).code == code


@pytest.mark.parametrize("day", ["1900-01-01", "1900-01-08", "1969-12-31"])
@pytest.mark.parametrize("command", [*ACTING, *LOOKING], ids=" ".join)
def test_no_day_of_the_past_is_too_early(
    furnished: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    day: str,
) -> None:
    def send(_client: object, request: HTTPRequest) -> str:
        raise SourceError(f"{request.url} is not asked in a test")

    monkeypatch.setattr(HTTPClient, "send", send)
    (furnished / "config.toml").write_text(CONFIG + SERVICES)

    result = digest(*command, "--day", day)

    assert result.code in (0, 1)
    assert "internal error" not in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("day", ["2199-12-31", "2199-12-25"])
@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_no_day_of_the_future_is_too_late_to_look_at(
    furnished: Path, digest: Command, command: tuple[str, ...], day: str
) -> None:
    (furnished / "config.toml").write_text(CONFIG + SERVICES)

    result = digest(*command, "--day", day)

    assert result.code in (0, 1)
    assert "internal error" not in result.err


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize("command", [*ACTING, *LOOKING, DOCTOR], ids=" ".join)
def test_a_day_that_no_issue_can_be_of_is_refused_by_every_command(
    furnished: Path, digest: Command, command: tuple[str, ...], day: str
) -> None:
    result = digest(*command, "--day", day)

    assert (result.code, result.out) == (2, "")
    said = "is no day of an issue: those are from 1900-01-01 to 2199-12-31"
    assert result.err == f"error: --day {day} {said}\n"
    assert deliveries(furnished) == 0


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_why_a_reader_has_no_issue_is_said_of_the_first_and_the_last_day(
    home: Path, digest: Command, zone: str, day: str
) -> None:
    del home
    digest("subscribers", "add", ADA, "--topic", "agents", "--confirmed")
    digest("subscribers", "set", ADA, "--hour", "7", "--timezone", zone)

    result = digest(*DOCTOR, "--day", day)

    assert (result.code, result.err) == (0, "")
    assert f"no issue of {day}" in result.out


def test_what_is_no_day_is_refused_by_every_command(furnished: Path, digest: Command) -> None:
    for command in (*ACTING, *LOOKING, DOCTOR):
        result = digest(*command, "--day", "2026-02-30")

        assert result.code == 2
        assert "'2026-02-30' is not a day; write it like 2026-02-02" in result.err


# -- what older versions did with a day of the future ---------------------------------------------


@pytest.fixture
def closed_early(furnished: Path, digest: Command) -> Path:
    """A database in which today was run, and closed, while it was still in the future."""
    today = clock.today("UTC")
    papers = furnished / "papers.jsonl"
    text = papers.read_text().replace("2026-02-02", today.isoformat())
    papers.write_text(text.replace("2602.0000", "2602.1000").replace(" that ", " that now "))
    with closing(sqlite3.connect(furnished / "digest.db")) as db, db:
        early = (today - timedelta(days=3)).isoformat() + " 18:00:00.000000"
        day = today.isoformat()
        db.execute("INSERT INTO days (day, planned, closed_at) VALUES (?, 2, ?)", (day, early))
        db.execute(
            "INSERT INTO deliveries (day, subscriber_id, state, reason, planned_at, settled_at,"
            " attempts) SELECT ?, id, 'skipped', 'no papers yet', ?, ?, 0 FROM subscribers",
            (day, early, early),
        )
    return furnished


def test_a_day_that_was_closed_before_it_began_is_sent_when_it_comes(
    closed_early: Path, digest: Command
) -> None:
    result = digest("run", "--json")

    assert (result.code, result.json["deliveries"]) == (0, {"sent": 2})
    assert len(list((closed_early / "outbox").rglob("*.eml"))) == 2


def test_a_day_of_the_future_in_the_database_is_not_the_newest(
    closed_early: Path, digest: Command
) -> None:
    future = clock.newest_day_anywhere() + timedelta(days=1)
    digest("run")
    with closing(sqlite3.connect(closed_early / "digest.db")) as db, db:
        db.execute("UPDATE deliveries SET day = ?", (future.isoformat(),))
        db.execute("UPDATE days SET day = ?", (future.isoformat(),))

    found = date.fromisoformat(digest("status", "--json").json["day"])

    assert found == clock.today("UTC")
