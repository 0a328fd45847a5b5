"""`digest status`: a day's account, as a sum and person by person."""

from __future__ import annotations

import sqlite3
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from support.command import CONFIG, DAY
from support.smtp_server import SMTPServer

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


@pytest.mark.parametrize("arguments", [(), ("--all",), ("--state", "sent")])
def test_without_readers_the_next_step_is_said_and_no_table(
    home: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    lines = digest("status", *DAY, *arguments).out.splitlines()

    assert lines == [
        "no source was read for 2026-02-02 yet: `digest fetch --day 2026-02-02`",
        "",
        "nobody is subscribed and confirmed yet: `digest subscribers add EMAIL --confirmed`",
        "",
        "2026-02-02: no deliveries",
    ]


def test_readers_without_mails_are_told_of_the_run(furnished: Path, digest: Command) -> None:
    lines = digest("status", *DAY).out.splitlines()

    assert "nobody has a mail yet: `digest run --day 2026-02-02` sends them" in lines


def test_a_state_that_no_mail_is_in_has_no_table(furnished: Path, digest: Command) -> None:
    digest("run", *DAY)

    lines = digest("status", *DAY, "--state", "failed", "--state", "unknown").out.splitlines()

    assert "no mail of 2026-02-02 is failed or unknown" in lines
    assert not any(line.startswith("address") for line in lines)


@pytest.mark.parametrize("command", ["subscribers", "papers"])
def test_an_empty_list_says_what_to_do(home: Path, digest: Command, command: str) -> None:
    found = digest(command, "list")

    assert found.out == ""
    assert "yet: `digest " in found.err


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


# -- a day of many readers ----------------------------------------------------------------------


@pytest.fixture
def crowd(furnished: Path, digest: Command) -> Path:
    """A day with 3,000 readers; a third failed, each with a reply of its own."""
    digest("run", *DAY)
    with sqlite3.connect(furnished / "digest.db") as db:
        for number in range(3000):
            state, reason = "sent", None
            if number % 3 == 1:
                state, reason = "failed", f"550 5.1.1 no such user (queue {number:08X})"
            address = f"reader{number}@example.org"
            db.execute(
                "INSERT INTO subscribers (id, address, address_key, mailbox, status, since,"
                " preferences) VALUES (?, ?, ?, ?, 'confirmed', '2026-01-01 00:00:00', '{}')",
                (number + 1, address, address, address),
            )
            db.execute(
                "INSERT INTO deliveries (day, subscriber_id, state, reason, planned_at, attempts)"
                " VALUES ('2026-02-02', ?, ?, ?, '2026-02-02 18:00:00', 1)",
                (number + 1, state, reason),
            )
        db.execute("UPDATE days SET planned = planned + 3000")
    db.close()
    return furnished


def test_a_day_of_many_readers_is_one_screen(crowd: Path, digest: Command) -> None:
    lines = digest("status", *DAY).out.splitlines()

    assert len(lines) < 24
    assert any("failed" in line and "1000" in line and "550 5.1.1" in line for line in lines)
    assert any("--all lists every reader" in line for line in lines)
    assert lines[-1] == "2026-02-02: 3002 planned = 2002 sent + 1000 failed; closed"


@pytest.mark.parametrize(("arguments", "rows"), [(("--all",), 3002), (("--state", "failed"), 1000)])
def test_the_readers_of_a_day_can_be_listed(
    crowd: Path, digest: Command, arguments: tuple[str, ...], rows: int
) -> None:
    out = digest("status", *DAY, *arguments).out

    assert out.count("@example.org") == rows


def test_json_has_every_reader_and_the_reasons(crowd: Path, digest: Command) -> None:
    found = digest("status", *DAY, "--json").json

    (failed,) = [one for one in found["reasons"] if one["state"] == "failed"]
    assert len(found["people"]) == 3002
    assert (failed["readers"], len(failed["examples"])) == (1000, 3)


def test_many_different_reasons_are_cut_to_the_most_frequent(crowd: Path, digest: Command) -> None:
    with sqlite3.connect(crowd / "digest.db") as db:
        db.execute(
            "UPDATE deliveries SET reason = 'reason ' || char(97 + id % 26) || char(97 + id % 25)"
            " WHERE state = 'failed'"
        )
    db.close()

    lines = digest("status", *DAY).out.splitlines()

    assert len(lines) < 30
    assert any(line.startswith("and ") and "other reasons" in line for line in lines)


def test_the_list_of_subscribers_is_read_as_it_is_printed(crowd: Path, digest: Command) -> None:
    rows = digest("subscribers", "list").out.splitlines()[1:]
    people = digest("subscribers", "list", "--json").json

    addresses = [row.split()[0] for row in rows]
    assert addresses == [person["address"] for person in people]
    assert addresses == sorted(addresses)
    assert len(addresses) == 3002


def test_a_dry_run_for_many_readers_is_one_screen(crowd: Path, digest: Command) -> None:
    lines = digest("run", "--dry-run", "--day", "2026-02-03").out.splitlines()

    assert len(lines) < 24
    assert any("3000" in line for line in lines)


def test_json_tells_what_came_back_of_each_mail(crowd: Path, digest: Command) -> None:
    with sqlite3.connect(crowd / "digest.db") as db:
        db.execute(
            "INSERT INTO bounces VALUES (2999, '2026-02-02', 'hard', '2026-02-02 19:00:00',"
            " '5.1.1', 'no such user')"
        )
    db.close()

    found = digest("status", *DAY, "--json").json

    back = {one["address"]: one["came_back"] for one in found["people"] if one["came_back"]}
    assert found["came_back"] == {"hard": 1}
    assert [one["class"] for one in back.pop("reader2998@example.org")] == ["hard"]
    assert back == {}


# -- a run that stopped -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "reply", "words"),
    [
        ("CONNECT", "554 no service", "refused the connection: 554 no service"),
        ("AUTH", "535 5.7.8 wrong", "did not accept the login"),
        ("MAIL", "550 5.7.1 not you", "refuses mail from digest@papers.example: 550 5.7.1"),
        ("RCPT", "553 no", "at RCPT: 553 no"),
        ("MAIL", "451 later", "were not tried after others were deferred"),
    ],
)
def test_what_stopped_a_run_is_said_first(
    furnished: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    reply: str,
    words: str,
) -> None:
    rows = "".join(f"reader{number}@example.org,agents\n" for number in range(30))
    (furnished / "readers.csv").write_text(f"address,topics\n{rows}", encoding="utf-8")
    digest("subscribers", "import", "readers.csv", "--confirmed")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(furnished / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(furnished / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    with SMTPServer(extensions=("PIPELINING", "AUTH PLAIN"), tls=tls) as server:
        server.when(command, reply=reply)
        mail = f"""transport = "smtp"
host = "localhost"
port = {server.port}
username = "digest"
password = "a password"
from_address = "digest@papers.example"
"""
        web = '\n[web]\nurl = "https://digest.papers.example"\n'
        text = CONFIG.replace('directory = "outbox"  # beside this file\n', mail) + web
        (furnished / "config.toml").write_text(text, encoding="utf-8")
        stopped = digest("run", *DAY)

    status = digest("status", *DAY)

    assert stopped.code == 1
    assert words in status.out.splitlines()[0]
    assert status.out.startswith("2026-02-02: ")


def test_nothing_is_said_of_a_run_that_was_finished(furnished: Path, digest: Command) -> None:
    (furnished / "outbox").write_text("in the way")
    digest("run", *DAY)
    stopped = digest("status", *DAY, "--json").json["stopped"]
    (furnished / "outbox").unlink()
    digest("run", *DAY)

    assert len(stopped) == 1
    assert digest("status", *DAY, "--json").json["stopped"] == []


def stands(home: Path, address: str, state: str) -> None:
    """Have a reader's mail stand so, past the ledger."""
    with sqlite3.connect(home / "digest.db") as db:
        db.execute(
            "UPDATE deliveries SET state = ? WHERE subscriber_id ="
            " (SELECT id FROM subscribers WHERE address = ?)",
            (state, address),
        )
    db.close()
