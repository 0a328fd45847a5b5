"""`digest prune`: what it says, what is left, and what cannot be sent any more."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.command import DAY
from support.machine_clock import set_clock

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


@pytest.fixture
def old(furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A day that two readers got, and that was closed long ago."""
    digest("run", *DAY)
    set_clock(monkeypatch, datetime(2026, 6, 1, 12, tzinfo=UTC))
    with closing(sqlite3.connect(furnished / "digest.db")) as db, db:
        db.execute("UPDATE days SET closed_at = '2026-02-02 20:00:00.000000'")
    return furnished


def test_a_dry_run_says_how_much_and_changes_nothing(old: Path, digest: Command) -> None:
    first = digest("prune", "--dry-run")
    second = digest("prune", "--dry-run", "--json").json

    assert first.out.startswith("would prune 2 rows of 1 day, until 2026-02-02: about 0.")
    assert second["bytes"] > 0
    assert second == {
        "dry_run": True, "days": 1, "until": "2026-02-02", "rows": 2, "bytes": second["bytes"],
        "papers": 0, "texts": 0, "signals": 0, "unconfirmed": 0, "inbound": 0, "responses": 0,
    }  # fmt: skip


def test_old_papers_sign_ups_and_responses_go_and_are_counted(old: Path, digest: Command) -> None:
    with (old / "config.toml").open("a", encoding="utf-8") as file:
        file.write("\n[retention]\npapers = 400\n")
    digest("subscribers", "add", "cyd@example.org", "--topic", "agents")
    with closing(sqlite3.connect(old / "digest.db")) as db, db:
        db.execute("UPDATE sightings SET day = '2024-02-02'")
        db.execute("UPDATE consent SET at = '2026-01-01 00:00:00.000000'")
    answers = old / "cache" / "answers"
    answers.mkdir(parents=True)
    (answers / "one").touch()
    os.utime(answers / "one", (0, 0))
    lines = [
        "2 papers' texts",
        "1 sign-up never confirmed",
        "1 response in the cache",
    ]

    planned = digest("prune", "--dry-run").out.splitlines()
    pruned = digest("prune").out.splitlines()

    assert planned[1:] == [f"would prune {line}" for line in lines]
    assert pruned[1:-1] == [f"pruned {line}" for line in lines]
    assert "cyd@example.org" not in digest("subscribers", "list").out
    assert list(answers.iterdir()) == []
    assert "An Agent that Reads Maps" in digest("subscribers", "show", "ada@example.org").out
    assert digest("prune", "--dry-run").out.startswith("nothing to prune")


def test_what_readers_were_shown_and_the_sums_stay(old: Path, digest: Command) -> None:
    before = digest("subscribers", "export", "ada@example.org").json["issues"]
    status = digest("status", *DAY, "--json").json["deliveries"]

    pruned = digest("prune", "--json").json

    assert (pruned["days"], pruned["rows"], pruned["stopped"]) == (1, 2, None)
    assert pruned["file_bytes"] > pruned["free_bytes"] >= 0
    (after,) = digest("subscribers", "export", "ada@example.org").json["issues"]
    assert (after["day"], after["state"]) == ("2026-02-02", "sent")
    assert after["reason"] == "of this mail only the papers are still known"
    assert [it["title"] for it in after["contents"]] == [
        it["title"] for it in before[0]["contents"]
    ]
    assert digest("status", *DAY, "--json").json["deliveries"] == status
    assert digest("status", *DAY).out.splitlines()[-1].endswith("2 sent; closed; pruned")
    shown = digest("subscribers", "show", "ada@example.org").out
    assert before[0]["contents"][0]["title"] in shown
    assert "None" not in shown
    assert digest("prune").out.startswith("nothing to prune: no deliveries are older than 60 days")


@pytest.mark.parametrize("arguments", [(), ("--all",), ("--state", "unknown")])
def test_the_status_of_a_pruned_day_has_the_sum_and_nobody_by_name(
    old: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(old / "digest.db")) as db, db:
        db.execute("UPDATE deliveries SET state = 'unknown' WHERE id = 1")
    digest("prune")

    shown = digest("status", *DAY, *arguments).out

    assert shown.endswith(
        "pruned on 2026-06-01: only the sum is kept, nobody by name\n\n"
        "2026-02-02: 2 planned = 1 sent + 1 unknown; closed; pruned\n"
    )
    assert "address" not in shown
    assert "--all" not in shown


@pytest.mark.parametrize(
    "command",
    [
        ("run", *DAY),
        ("run", *DAY, "--dry-run"),
        ("run", *DAY, "--only", "ada@example.org"),
        ("retry", *DAY, "--state", "failed"),
    ],
    ids=" ".join,
)
def test_a_pruned_day_cannot_be_sent_again(
    old: Path, digest: Command, command: tuple[str, ...]
) -> None:
    digest("prune")

    refused = digest(*command)

    assert refused.code == 2
    assert "the deliveries of 2026-02-02 are pruned ([retention] deliveries)" in refused.err
    assert digest("status", *DAY, "--json").json["deliveries"] == {"sent": 2}


def test_a_run_prunes_what_is_old_by_itself(old: Path, digest: Command) -> None:
    digest("run")

    assert digest("status", *DAY, "--json").json["pruned_at"] is not None


@pytest.mark.parametrize("arguments", [(), ("--vacuum",), ("--quiet",)])
def test_nothing_is_pruned_while_a_run_is_sending(
    old: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    with (old / "digest.db-run").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        refused = digest("prune", *arguments)

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines()[-1] == (
        "a run is sending; nothing was pruned: repeat `digest prune` later"
    )
    assert digest("prune", "--json").json["rows"] == 2


@pytest.mark.parametrize("arguments", [(), ("--vacuum",)])
def test_pruning_is_quiet(old: Path, digest: Command, arguments: tuple[str, ...]) -> None:
    pruned = digest("prune", *arguments, "--quiet")

    assert (pruned.code, pruned.out, pruned.err) == (0, "", "")
    assert digest("prune", "--dry-run", "--quiet").out.startswith("nothing to prune")


def test_vacuum_makes_the_file_smaller(old: Path, digest: Command) -> None:
    with closing(sqlite3.connect(old / "digest.db")) as db, db:
        db.execute("CREATE TABLE large AS SELECT zeroblob(2000000) AS content")
        db.execute("DROP TABLE large")
    size = (old / "digest.db").stat().st_size

    said = digest("prune", "--vacuum").out

    assert (old / "digest.db").stat().st_size < size - 1_900_000
    assert "0.0 MB of it free" in said
    # The database is still the one that the runs know, and not taken for a copy.
    assert digest("retry").code == 0


def test_a_dry_run_never_vacuums(old: Path, digest: Command) -> None:
    refused = digest("prune", "--dry-run", "--vacuum")

    assert refused.code == 2
    assert "--dry-run changes nothing" in refused.err


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("[retention]\ndeliveries = 7", "must be 30 days or more"),
        ("[retention]\npapers = 30", "must be 400 days or more, since earlier papers teach"),
        ("[retention]\nsignals = 3", "must be 30 days or more, since papers come back"),
        ("[retention]\ndeliveries = 40\n[fetch]\ncatch_up = 50", "shorter than [fetch] catch_up"),
        ("[retention]\ndeliveries = 40\n[delivery]\nmax_lateness = 1000", "42 days"),
    ],
)
def test_deliveries_are_kept_for_as_long_as_they_are_needed(
    home: Path, digest: Command, lines: str, said: str
) -> None:
    config = (home / "config.toml").read_text(encoding="utf-8")
    (home / "config.toml").write_text(f"{config}\n{lines}\n", encoding="utf-8")

    refused = digest("prune")

    assert refused.code == 2
    assert said in refused.err


def test_nothing_is_pruned_where_all_is_kept(old: Path, digest: Command) -> None:
    with (old / "config.toml").open("a", encoding="utf-8") as file:
        file.write("\n[retention]\ndeliveries = 0\n")

    assert digest("prune").out.startswith("nothing to prune: [retention] deliveries = 0 keeps all")
