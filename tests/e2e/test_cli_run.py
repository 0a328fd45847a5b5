"""`digest run` and `digest status`."""

from __future__ import annotations

import json
import mailbox
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY, PAPERS
from support.machine_clock import machine_in, set_clock

from digest.app import clock

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


def outbox(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "outbox").rglob("*.eml"))


def test_a_run_fetches_and_sends_everybody_their_digest(furnished: Path, digest: Command) -> None:
    result = digest("run", *DAY, "--json")

    assert result.code == 0
    assert result.json["deliveries"] == {"sent": 2}
    assert result.json["sources"][0]["parsed"] == 2
    assert outbox(furnished) == ["ada@example.org.eml", "ben@example.org.eml"]


def test_a_second_run_sends_nothing(furnished: Path, digest: Command) -> None:
    digest("run", *DAY)
    before = {path: path.stat().st_mtime_ns for path in furnished.rglob("*.eml")}

    result = digest("run", *DAY, "--json")

    assert result.code == 0
    assert (result.json["deliveries"], result.json["already"]) == ({}, 2)
    assert {path: path.stat().st_mtime_ns for path in furnished.rglob("*.eml")} == before


def test_a_run_without_readers_says_so(home: Path, digest: Command) -> None:
    result = digest("run", *DAY)

    assert result.code == 0
    assert "nobody is subscribed and confirmed yet" in result.out


@pytest.mark.parametrize("at", ["", "18:00"])
def test_a_run_at_which_nobody_is_due_says_who_is_next(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setenv("DIGEST_SCHEDULE__AT", at)
    set_clock(monkeypatch, datetime(2026, 2, 4, 12, tzinfo=UTC))  # a Wednesday
    weekly = ("--frequency", "weekly", "--day", "mon", "--hour", "7")
    for name in ("ada", "ben"):
        digest("subscribers", "set", f"{name}@example.org", *weekly)

    result = digest("run")

    assert (result.code, outbox(furnished)) == (0, [])
    assert "nobody is due now; the next readers are at 2026-02-09T07:00:00Z\n" in result.out


def test_a_pending_reader_gets_nothing_but_the_question_whether_they_want_it(
    home: Path, digest: Command
) -> None:
    digest("subscribers", "add", "ada@example.org", "--topic", "agents")

    digest("run", *DAY)

    assert outbox(home) == ["ada@example.org.confirm.eml"]


def test_a_reader_who_left_gets_nothing_any_more(furnished: Path, digest: Command) -> None:
    digest("subscribers", "remove", "ada@example.org")

    digest("run", *DAY)

    assert outbox(furnished) == ["ben@example.org.eml"]


def test_a_dry_run_says_who_would_get_what_and_sends_nothing(
    furnished: Path, digest: Command
) -> None:
    result = digest("run", *DAY, "--dry-run", "--json")

    assert result.code == 0
    assert [(would["address"], would["state"]) for would in result.json["would"]] != []
    assert {would["address"] for would in result.json["would"]} == {
        "ada@example.org",
        "ben@example.org",
    }
    assert not (furnished / "outbox").exists()
    assert digest("status", *DAY, "--json").json["deliveries"] == {}


def test_a_dry_run_and_the_run_after_it_agree(furnished: Path, digest: Command) -> None:
    would = digest("run", *DAY, "--dry-run", "--json").json["would"]

    digest("run", *DAY)

    people = digest("status", *DAY, "--json").json["people"]
    assert {w["address"]: w["subject"] for w in would} == {
        p["address"]: p["subject"] for p in people
    }


def test_a_dry_run_leaves_out_those_who_had_their_mail(furnished: Path, digest: Command) -> None:
    digest("run", *DAY, "--only", "ada@example.org")

    would = digest("run", *DAY, "--dry-run", "--json").json["would"]

    assert [it["address"] for it in would] == ["ben@example.org"]


def test_a_dry_run_names_those_whose_mail_a_killed_run_had_claimed(
    furnished: Path, digest: Command
) -> None:
    digest("run", *DAY)
    with closing(sqlite3.connect(furnished / "digest.db")) as db, db:
        db.execute("UPDATE deliveries SET state = 'claimed'")
        db.execute("UPDATE workers SET ended_at = NULL")
        db.execute("UPDATE days SET closed_at = NULL")

    would = digest("run", *DAY, "--dry-run", "--json").json["would"]
    sent = digest("run", *DAY, "--json").json["deliveries"]

    assert {it["address"] for it in would} == {"ada@example.org", "ben@example.org"}
    assert sent == {"sent": 2}


def test_a_dry_run_names_the_open_days_that_the_run_finishes(
    furnished: Path, digest: Command
) -> None:
    yesterday = (clock.today("UTC") - timedelta(days=1)).isoformat()
    with closing(sqlite3.connect(furnished / "digest.db")) as db, db:
        began = f"{yesterday} 18:00:00.000000"
        db.execute("INSERT INTO days (day, planned, begun_at) VALUES (?, 0, ?)", (yesterday, began))
        db.execute("UPDATE consent SET at = ?", (began,))

    told = digest("run", "--dry-run")
    would = digest("run", "--dry-run", "--json").json["open_days"]
    (done,) = digest("run", "--json").json["open_days"]

    assert f"{yesterday} is open (nobody is planned yet); a run deals with it first" in told.out
    assert [(it["day"], it["planned"]) for it in would] == [(yesterday, 0)]
    assert (done["day"], done["deliveries"]) == (yesterday, {"skipped": 2})
    assert digest("run", "--dry-run", "--json").json["open_days"] == []


def test_a_day_that_is_long_past_is_mailed_when_it_is_named(
    furnished: Path, digest: Command
) -> None:
    result = digest("run", "--day", "2026-02-02")

    assert result.code == 0
    assert "2026-02-02: 2 sent" in result.out


def test_only_serves_one_reader_and_the_next_run_the_others(
    furnished: Path, digest: Command
) -> None:
    digest("run", *DAY, "--only", "BEN@example.org")
    alone = outbox(furnished)

    digest("run", *DAY)

    assert alone == ["ben@example.org.eml"]
    assert outbox(furnished) == ["ada@example.org.eml", "ben@example.org.eml"]


def test_only_refuses_a_reader_who_is_not_confirmed(home: Path, digest: Command) -> None:
    digest("subscribers", "add", "ada@example.org")

    result = digest("run", *DAY, "--only", "ada@example.org")

    assert result.code == 2
    assert "ada@example.org is pending" in result.err


def test_a_run_with_a_failed_source_mails_the_rest_and_ends_with_1(
    furnished: Path, digest: Command
) -> None:
    second = '\n[[sources]]\nname = "other"\nkind = "jsonl"\npath = "missing.jsonl"\n'
    (furnished / "config.toml").write_text(CONFIG + second)

    result = digest("run", *DAY, "--json")

    assert result.code == 1
    assert result.json["deliveries"] == {"sent": 2}
    assert [source["state"] for source in result.json["sources"]] == ["ok", "failed"]
    text = (furnished / "outbox" / "2026-02-02" / "ada@example.org.eml").read_text()
    assert "Could not be read today: other." in text


def test_a_folder_that_cannot_be_written_stops_the_run_with_1_and_it_can_be_repeated(
    furnished: Path, digest: Command
) -> None:
    (furnished / "outbox").write_text("in the way")

    stopped = digest("run", *DAY, "--json")
    (furnished / "outbox").unlink()
    repeated = digest("run", *DAY, "--json")

    assert (stopped.code, repeated.code) == (1, 0)
    assert "cannot write" in stopped.json["stopped"]
    assert stopped.json["deliveries"] == {"planned": 2}
    assert repeated.json["deliveries"] == {"sent": 2}


def test_real_mail_under_the_example_s_names_is_refused(furnished: Path, digest: Command) -> None:
    mail = 'transport = "smtp"\nhost = "mail.example.com"'
    (furnished / "config.toml").write_text(CONFIG.replace('directory = "outbox"', mail))

    result = digest("run", *DAY)

    assert result.code == 2
    assert "[mail] from_address is still the example's" in result.err


# -- standard output ----------------------------------------------------------------------------


def test_with_transport_stdout_the_answer_is_the_mails_and_nothing_else(
    furnished: Path, digest: Command
) -> None:
    (furnished / "config.toml").write_text(CONFIG.replace("[mail]", '[mail]\ntransport = "stdout"'))

    result = digest("run", *DAY)

    (furnished / "mbox").write_text(result.out)
    with closing(mailbox.mbox(furnished / "mbox")) as box:
        assert {message["To"] for message in box} == {"ada@example.org", "ben@example.org"}
    assert result.out.startswith("From digest@example.org Mon Feb  2")
    assert "2 sent" in result.err


def test_the_log_is_on_standard_error_without_addresses_or_titles(
    furnished: Path, digest: Command
) -> None:
    (furnished / "config.toml").write_text(CONFIG + '\n[log]\nlevel = "debug"\n')

    result = digest("run", *DAY)

    assert "digest sent" in result.err
    assert "run finished" in result.err
    assert "@example.org" not in result.err
    assert "Reads Maps" not in result.err


@pytest.mark.parametrize("zone", ["local", "UTC", "America/Los_Angeles"])
def test_on_friday_evening_in_los_angeles_every_command_means_friday(
    home: Path, digest: Command, zone: str
) -> None:
    """It is Saturday in UTC. `digest init` once wrote UTC into every file."""
    undated = [{**record, "day": None} for record in PAPERS]
    (home / "papers.jsonl").write_text("".join(json.dumps(it) + "\n" for it in undated))
    (home / "config.toml").write_text(f'{CONFIG}\n[schedule]\ntimezone = "{zone}"\n')
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    friday = "2026-02-06"

    with machine_in("America/Los_Angeles", now=datetime(2026, 2, 7, 2, tzinfo=UTC)):
        fetched = digest("fetch", "--json").json
        previewed = digest("preview", "--topic", "agents", "--as", "json").json
        rehearsed = digest("run", "--dry-run", "--json").json
        asked = digest("status", "--json").json
        ran = digest("run", "--json").json
        again = digest("run")
        recorded = digest("fixtures", "record")

    assert [reading["day"] for reading in fetched] == [friday]
    assert (previewed["day"], asked["day"]) == (friday, friday)
    assert f"run --day {friday}" in recorded.err
    for run in (rehearsed, ran):
        assert (run["day"], run["day_reason"]) == (friday, "it is 18:00 on Friday")
    assert ran["deliveries"] == {"sent": 1}
    assert f"papers of Friday {friday}: it is 18:00 on Friday\n" in again.out


def test_a_run_of_a_named_day_says_so(furnished: Path, digest: Command) -> None:
    assert digest("run", *DAY, "--json").json["day_reason"] == "it was named with --day"
