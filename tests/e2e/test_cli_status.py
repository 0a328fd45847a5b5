"""`digest status`: a day's account, as a sum and person by person."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from support.command import DAY

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


def last_line(digest: Command, *arguments: str) -> str:
    return digest("status", *DAY, *arguments).out.splitlines()[-1]


def test_status_says_who_got_what_and_who_waits(furnished: Path, digest: Command) -> None:
    digest("run", *DAY, "--only", "ada@example.org")

    status = digest("status", *DAY, "--json").json

    (ada,) = status["people"]
    assert (status["day"], status["papers"]) == ("2026-02-02", 2)
    assert (status["deliveries"], status["not_planned"]) == ({"sent": 1}, 1)
    assert (ada["address"], ada["state"], ada["papers"]) == ("ada@example.org", "sent", 1)
    assert ada["attempts"] == 1


def test_status_says_how_each_source_went(furnished: Path, digest: Command) -> None:
    (furnished / "papers.jsonl").unlink()
    digest("fetch", *DAY)

    (source,) = digest("status", *DAY, "--json").json["sources"]

    assert (source["source"], source["state"], source["parsed"]) == ("file", "ok", 2)
    assert source["reason"].startswith("could not be read again: no file matches")


def test_status_says_why_a_reader_got_nothing(furnished: Path, digest: Command) -> None:
    digest("run", "--day", "2026-02-07")

    people = digest("status", "--day", "2026-02-07", "--json").json["people"]

    assert {person["state"] for person in people} == {"skipped"}
    assert {person["reason"] for person in people} == {
        "no papers were announced for 2026-02-07, a Saturday"
    }


def test_status_of_a_new_installation_is_empty(home: Path, digest: Command) -> None:
    status = digest("status", "--json").json

    assert (status["people"], status["sources"], status["deliveries"]) == ([], [], {})


# -- the sum ------------------------------------------------------------------------------------


def test_a_day_is_a_sum_of_its_states(furnished: Path, digest: Command) -> None:
    (furnished / "outbox").write_text("in the way")
    digest("run", *DAY)
    stopped = last_line(digest)
    (furnished / "outbox").unlink()
    digest("run", *DAY)

    assert stopped == "2026-02-02: 2 planned = 2 planned; open"
    assert last_line(digest) == "2026-02-02: 2 planned = 2 sent; closed"


def test_a_sum_names_every_state_and_who_is_not_planned(furnished: Path, digest: Command) -> None:
    digest("subscribers", "add", "cy@example.org", "--topic", "agents", "--confirmed")
    digest("run", *DAY)
    stands(furnished, "ada@example.org", "deferred")
    stands(furnished, "ben@example.org", "unknown")
    digest("subscribers", "add", "dot@example.org", "--topic", "agents", "--confirmed")

    line = last_line(digest)

    assert line == (
        "2026-02-02: 3 planned = 1 sent + 1 deferred + 1 unknown; 1 not planned; closed"
    )


@pytest.mark.parametrize("arguments", [(), ("--state", "sent")])
def test_a_day_that_does_not_add_up_says_so(
    furnished: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    digest("run", *DAY)
    with sqlite3.connect(furnished / "digest.db") as db:
        db.execute("DELETE FROM deliveries WHERE id = 1")

    assert last_line(digest, *arguments) == (
        "2026-02-02: 2 planned = 1 sent; this does not add up; 1 not planned; closed"
    )
    assert digest("status", *DAY, "--json").json["adds_up"] is False


def test_a_day_without_deliveries_says_how_many_wait(furnished: Path, digest: Command) -> None:
    assert last_line(digest) == "2026-02-02: no deliveries; 2 not planned yet"


def test_people_can_be_asked_for_by_how_their_mail_stands(furnished: Path, digest: Command) -> None:
    digest("run", *DAY)
    stands(furnished, "ben@example.org", "failed")

    some = digest("status", *DAY, "--state", "failed", "--state", "unknown", "--json").json

    assert [person["address"] for person in some["people"]] == ["ben@example.org"]
    assert some["deliveries"] == {"sent": 1, "failed": 1}


def stands(home: Path, address: str, state: str) -> None:
    """Have a reader's mail stand so, past the ledger."""
    with sqlite3.connect(home / "digest.db") as db:
        db.execute(
            "UPDATE deliveries SET state = ? WHERE subscriber_id ="
            " (SELECT id FROM subscribers WHERE address = ?)",
            (state, address),
        )
    db.close()
