"""`digest doctor EMAIL`: why a reader got an issue of a day, or none, and what to do about it."""

from __future__ import annotations

import json
import re
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY, PAPERS
from support.machine_clock import set_clock
from support.reader_doctor import ADA, MONDAY, commands, explained, levels
from support.smtp_server import SMTPServer
from support.terminal import run_on_terminal
from support.unprivileged import run_unprivileged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, MONDAY)


@pytest.fixture
def reader(home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada wants papers on agents since Sunday; nothing has run yet."""
    set_clock(monkeypatch, MONDAY - timedelta(days=1))
    digest("subscribers", "add", ADA, "--topic", "agents", "--confirmed")
    set_clock(monkeypatch, MONDAY)
    return home


@pytest.fixture
def smtp(reader: Path, digest: Command) -> Iterator[SMTPServer]:
    """The server that takes the mail, also that of Ben: not all mail is refused."""
    digest("subscribers", "add", "ben@example.org", "--topic", "agents", "--confirmed")
    with SMTPServer() as server:
        mail = f"""[mail]
transport = "smtp"
host = "127.0.0.1"
port = {server.port}
security = "none"
from_address = "digest@papers.example"

[web]
url = "https://digest.papers.example"
"""
        text = CONFIG.replace('[mail]\ndirectory = "outbox"  # beside this file\n', mail)
        (reader / "config.toml").write_text(text, encoding="utf-8")
        yield server


def test_a_reader_who_got_it_is_told_each_condition_in_order(reader: Path, digest: Command) -> None:
    digest("run", *DAY)

    found = explained(digest)

    assert found["answer"] == "got the issue of 2026-02-02"
    assert [*levels(found)] == ["consent", "due", "run", "papers", "mail"]
    assert set(levels(found).values()) == {"ok"}
    assert found["consent"]["text"].startswith("is confirmed: confirmed at 2026-02-01T12:00:00Z")
    assert found["due"]["text"] == "chose no hour: any run of the day is theirs"
    assert found["mail"]["text"] == (
        "sent at 2026-02-02T12:00:00Z with 1 paper, after 1 attempt:"
        " “An Agent that Reads Maps · 2 Feb”"
    )


def test_nothing_new_is_said_with_the_reason_of_the_ledger(reader: Path, digest: Command) -> None:
    (reader / "papers.jsonl").write_text(json.dumps(PAPERS[1]), encoding="utf-8")
    digest("run", *DAY)

    found = explained(digest)

    assert set(levels(found).values()) == {"ok"}
    assert found["papers"]["text"] == "1 paper of the day"
    assert found["answer"].startswith(
        "no issue of 2026-02-02: nothing was to be sent at 2026-02-02T12:00:00Z: "
    )


def test_a_source_that_failed_never_looks_like_a_quiet_day(reader: Path, digest: Command) -> None:
    (reader / "papers.jsonl").unlink()
    digest("run", *DAY)

    found = explained(digest)

    assert (found["papers"]["level"], found["mail"]["level"]) == ("warn", "ok")
    assert found["answer"].endswith("; 0 papers of the day; file could not be read in full")
    [command] = commands(found["papers"]["remedy"])
    (reader / "papers.jsonl").write_text(json.dumps(PAPERS[0]), encoding="utf-8")
    assert digest(*command).code == 0


@pytest.mark.parametrize(
    ("choice", "day", "wanted", "mended"),
    [
        (("--frequency", "weekdays"), "2026-02-01", "weekdays mail on", "--frequency daily"),
        (("--day", "tue", "--day", "fri"), "2026-02-02", "daily mail on tue and fri",
         "--day mon --day tue --day fri"),
        (("--frequency", "weekly"), "2026-02-03", "weekly mail on mon", "--frequency daily"),
        (("--frequency", "weekly", "--day", "fri"), "2026-02-02", "weekly mail on fri",
         "--frequency daily --day mon --day fri"),
    ],
)  # fmt: skip
def test_a_reader_who_wants_no_mail_on_the_weekday_is_not_due(
    reader: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, choice: tuple[str, ...],
    day: str, wanted: str, mended: str,
) -> None:  # fmt: skip
    set_clock(monkeypatch, MONDAY - timedelta(days=1))
    digest("subscribers", "set", ADA, *choice, "--hour", "8", "--timezone", "Europe/Berlin")
    set_clock(monkeypatch, MONDAY)

    found = explained(digest, day)

    assert levels(found) == {"consent": "ok", "due": "fail"}
    assert wanted in found["answer"]
    assert "the next mail is due at 2026-02-0" in found["due"]["remedy"]
    [command] = commands(found["due"]["remedy"])
    assert " ".join(command) == f"subscribers set {ADA} {mended}"
    assert digest(*command).code == 0
    assert explained(digest, day)["due"]["text"] != found["due"]["text"]
    assert "wants" not in explained(digest, day)["due"]["text"]


def test_an_hour_that_is_to_come_is_named_in_utc_and_in_the_readers_time(
    reader: Path, digest: Command
) -> None:
    digest("subscribers", "set", ADA, "--hour", "20", "--timezone", "Europe/Berlin")

    found = explained(digest)

    assert levels(found) == {"consent": "ok", "due": "fail"}
    assert found["answer"] == (
        "no issue of 2026-02-02 yet: is due at 2026-02-02T19:00:00Z, 20:00 CET, which is to come"
    )


def test_who_moved_west_after_their_issue_is_promised_no_second_one(
    reader: Path, digest: Command
) -> None:
    digest("run", *DAY)
    digest("subscribers", "set", ADA, "--hour", "7", "--timezone", "America/Los_Angeles")

    found = explained(digest)

    assert found["answer"] == "got the issue of 2026-02-02"
    assert found["due"]["text"].startswith("was due by what they chose before")


def test_of_a_day_that_has_not_begun_it_says_so(reader: Path, digest: Command) -> None:
    assert "which is to come" in explained(digest, "2026-03-02")["answer"]


def test_deferred_has_the_words_of_the_server_and_a_command_that_tries_at_once(
    reader: Path, digest: Command, smtp: SMTPServer
) -> None:
    smtp.when("RCPT TO:<ada", reply="450 4.2.2 the mailbox is full", nth=1)
    digest("run", *DAY)

    found = explained(digest)

    assert found["mail"]["level"] == "warn"
    assert found["answer"].startswith("no issue of 2026-02-02 yet: deferred, after 1 attempt: ")
    assert found["answer"].count("4.2.2") == 1
    assert "the mailbox is full" in found["answer"]
    assert "it is tried again at 2026-02-02T12:" in found["answer"]
    [command] = commands(found["mail"]["remedy"])
    assert digest(*command).code == 0
    assert explained(digest)["answer"] == "got the issue of 2026-02-02"


def test_a_refused_address_is_suppressed_and_nothing_else_is_advised(
    reader: Path, digest: Command, smtp: SMTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.when("RCPT TO:<ada", reply="550 5.1.1 no such user")
    digest("run", *DAY)
    set_clock(monkeypatch, MONDAY + timedelta(days=1))

    of_monday, of_tuesday = explained(digest), explained(digest, "2026-02-03")

    assert (of_monday["mail"]["level"], of_tuesday["consent"]["level"]) == ("fail", "fail")
    assert "5.1.1 no such user" in of_monday["answer"]
    assert of_tuesday["answer"].startswith("no issue of 2026-02-03: was suppressed on that day: ")
    assert "a mail server said that the address takes no mail" in of_tuesday["answer"]
    assert "no such user" in of_tuesday["answer"]
    assert commands(of_monday["mail"]["remedy"] + of_tuesday["consent"]["remedy"]) == []


def test_a_mail_that_failed_for_another_reason_can_be_tried_once_more(
    reader: Path, digest: Command, smtp: SMTPServer
) -> None:
    smtp.when("RCPT TO:<ada", reply="552 5.3.4 too big for this mailbox", nth=1)
    digest("run", *DAY)

    found = explained(digest)

    assert (found["mail"]["level"], found["consent"]["level"]) == ("fail", "ok")
    [command] = commands(found["mail"]["remedy"])
    assert command[:5] == ["retry", "--day", "2026-02-02", "--only", ADA]
    assert digest(*command).code == 0
    assert explained(digest)["answer"] == "got the issue of 2026-02-02"


def test_no_run_has_a_remedy_that_sends_it(reader: Path, digest: Command) -> None:
    found = explained(digest)

    assert levels(found) == {"consent": "ok", "due": "ok", "run": "fail"}
    assert "no run began since 2026-02-02T00:00:00Z" in found["answer"]
    *_, command = commands(found["run"]["remedy"])
    assert digest(*command).code == 0
    assert explained(digest)["answer"] == "got the issue of 2026-02-02"


def test_a_run_that_failed_is_the_reason_with_its_error(
    reader: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reader / "outbox").write_text("in the way")
    digest("run", *DAY)
    stopped = explained(digest)
    (reader / "outbox").unlink()
    set_clock(monkeypatch, MONDAY + timedelta(hours=1))
    digest("run", *DAY)

    assert stopped["answer"] != "got the issue of 2026-02-02"
    assert any("outbox" in one["text"] for check, one in stopped.items() if check != "answer")
    assert explained(digest)["answer"] == "got the issue of 2026-02-02"


def test_a_run_that_stopped_with_their_mail_still_planned_is_named(
    reader: Path, digest: Command
) -> None:
    (reader / "outbox").mkdir()
    (reader / "outbox" / "2026-02-02").write_text("in the way")
    digest("run", *DAY)

    found = explained(digest)

    assert found["answer"] == "no issue of 2026-02-02 yet: planned, and not sent yet"
    assert found["run"]["level"] == "warn"
    assert "did not end well: cannot write" in found["run"]["text"]
    (reader / "outbox" / "2026-02-02").unlink()
    [command] = commands(found["mail"]["remedy"])
    assert digest(*command).code == 0
    assert explained(digest)["answer"] == "got the issue of 2026-02-02"


def test_on_a_terminal_it_ends_with_the_answer(reader: Path, digest: Command) -> None:
    digest("run", *DAY)

    shown = run_on_terminal(
        [sys.executable, "-m", "digest", "doctor", ADA, *DAY], width=100, folder=reader
    )

    assert "┃ condition" in shown
    assert shown.splitlines()[-1] == "got the issue of 2026-02-02"
    assert "What to do" not in shown


def test_elsewhere_it_prints_plain_lines_and_the_remedy(reader: Path, digest: Command) -> None:
    result = digest("doctor", ADA, *DAY)

    assert result.code == 0
    assert result.out.splitlines()[0].split() == ["condition", "result", "finding"]
    assert "\nrun        no      no run began" in result.out
    assert "What to do:" in result.out
    assert result.out.splitlines()[-1].startswith("no issue of 2026-02-02: no run began")


@pytest.mark.parametrize("address", ["bo@example.org", "not an address"])
def test_an_unknown_address_is_a_clear_error(reader: Path, digest: Command, address: str) -> None:
    result = digest("doctor", address, *DAY)

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert re.search("has never subscribed$|is not an e-mail address: ", result.err, re.MULTILINE)


def test_a_day_that_is_none_is_a_clear_error(reader: Path, digest: Command) -> None:
    assert "--day 'monday' is not a day" in digest("doctor", ADA, "--day", "monday").err


def test_a_day_without_an_address_is_refused(reader: Path, digest: Command) -> None:
    result = digest("doctor", *DAY)

    assert result.code == 2
    assert "name the reader: digest doctor EMAIL --day 2026-02-02" in result.err


@pytest.mark.slow
def test_it_needs_no_right_to_write(reader: Path, digest: Command) -> None:
    digest("run", *DAY)
    files = (reader, *reader.rglob("*"))
    for path in files:
        path.chmod(0o555 if path.is_dir() else 0o444)

    result = run_unprivileged(reader, "doctor", ADA, *DAY)

    for path in files:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "got the issue of 2026-02-02"
