"""What commands say of the local days of readers far from UTC, whose issues have their own day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.machine_clock import set_clock

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

ADA = "ada@example.org"
SUNDAY = datetime(2026, 2, 1, 12, tzinfo=UTC)
#: 04:10 on Tuesday in Kolkata, where Monday's papers are the newest.
EAST = datetime(2026, 2, 2, 22, 40, tzinfo=UTC)
#: 18:10 on Monday in Los Angeles.
WEST = datetime(2026, 2, 3, 2, 10, tzinfo=UTC)


def subscribe(
    digest: Command, patch: pytest.MonkeyPatch, zone: str, hour: str, *, at: datetime
) -> None:
    """Have Ada since Sunday, and the time of a run."""
    set_clock(patch, SUNDAY)
    digest("subscribers", "add", ADA, "--topic", "agents", "--confirmed")
    digest("subscribers", "set", ADA, "--hour", hour, "--timezone", zone)
    set_clock(patch, at)


@pytest.fixture
def east(home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada wants mail at 04:00 in Kolkata, and a run has sent it."""
    subscribe(digest, monkeypatch, "Asia/Kolkata", "4", at=EAST)
    assert digest("run").code == 0
    return home


@pytest.fixture
def west(home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada wants mail at 18:00 in Los Angeles, and a run has sent it."""
    subscribe(digest, monkeypatch, "America/Los_Angeles", "18", at=WEST)
    assert digest("run").code == 0
    return home


def explained(digest: Command, *arguments: str) -> dict[str, Any]:
    found = digest("doctor", ADA, *arguments, "--json").json
    return {"day": found["day"], "answer": found["answer"]} | {
        one["check"]: (one["level"], one["text"]) for one in found["findings"]
    }


def test_east_of_utc_the_papers_are_those_of_the_day_whose_lists_were_out(
    east: Path, digest: Command
) -> None:
    found = explained(digest)

    assert (found["day"], found["answer"]) == ("2026-02-03", "got the issue of 2026-02-03")
    assert found["papers"] == ("ok", "2 papers of 2026-02-02, whose lists were out then")


def test_a_source_that_failed_later_is_not_the_reason(
    east: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (east / "papers.jsonl").unlink()
    set_clock(monkeypatch, EAST + timedelta(hours=18))
    digest("run")

    assert explained(digest, "--day", "2026-02-03")["papers"][0] == "ok"


def test_west_of_utc_the_day_is_that_of_the_reader(west: Path, digest: Command) -> None:
    found = explained(digest)

    assert (found["day"], found["answer"]) == ("2026-02-02", "got the issue of 2026-02-02")
    assert found["papers"] == ("ok", "2 papers of the day")


@pytest.mark.parametrize(("where", "day"), [("east", "2026-02-03"), ("west", "2026-02-02")])
def test_status_shows_the_newest_day_that_was_mailed(
    request: pytest.FixtureRequest, digest: Command, where: str, day: str
) -> None:
    request.getfixturevalue(where)

    status = digest("status", "--json").json

    assert (status["day"], status["deliveries"], status["papers"]) == (day, {"sent": 1}, 2)


def test_status_of_a_day_ahead_shows_the_sources_of_its_lists(east: Path, digest: Command) -> None:
    [source] = digest("status", "--json").json["sources"]

    assert (source["state"], source["parsed"]) == ("ok", 2)
    assert "no source was read" not in digest("status").out


def test_no_command_is_advised_for_a_day_that_has_not_begun_here(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, EAST)

    assert "`digest fetch --day 2026-02-02`" in digest("status", "--day", "2026-02-03").out
    assert digest("run", "--day", "2026-02-03").code == 2
    assert digest("retry", "--day", "2026-02-03").code == 2


def test_mails_of_a_day_that_has_begun_abroad_can_be_sent_again(
    east: Path, digest: Command
) -> None:
    assert digest("retry", "--day", "2026-02-03").code == 0
    assert digest("run", "--day", "2026-02-03").code == 2


def test_without_a_run_the_remedy_sends_it(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(digest, monkeypatch, "Asia/Kolkata", "4", at=EAST)
    [finding] = [
        it for it in digest("doctor", ADA, "--json").json["findings"] if it["check"] == "run"
    ]

    assert "`digest run` sends it" in finding["remedy"]
    assert digest("run").code == 0
    assert explained(digest)["answer"] == "got the issue of 2026-02-03"


@pytest.mark.parametrize("day", ["2026-02-08", "2026-03-08"])
def test_a_day_that_never_has_an_issue_is_not_awaited(
    west: Path, digest: Command, day: str
) -> None:
    digest("subscribers", "set", ADA, "--frequency", "weekdays")

    assert explained(digest, "--day", day)["answer"].startswith(f"no issue of {day}: wants ")
