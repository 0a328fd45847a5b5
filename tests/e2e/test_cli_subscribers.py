"""`digest subscribers import`, `export` and `erase`: many readers at once, and one for good."""

from __future__ import annotations

import json
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command, CommandResult

LIST = """\
address,topics
Cyd@example.org,robots agents
ada@example.org,robots
ben@example.org,
gone@example.org,agents
nobody,agents
cyd@EXAMPLE.org,
dot@example.org,knitting
"""
GOOD = "address\ncyd@example.org\n"


@pytest.fixture
def peopled(furnished: Path, digest: Command) -> Path:
    """Ada and Ben read, somebody else left, and there is a list."""
    digest("subscribers", "add", "gone@example.org", "--confirmed")
    digest("subscribers", "remove", "gone@example.org")
    (furnished / "readers.csv").write_text(LIST, encoding="utf-8")
    (furnished / "good.csv").write_text(GOOD, encoding="utf-8")
    return furnished


def readers(digest: Command) -> dict[str, str]:
    return {
        reader["address"]: f"{reader['status']}: {' '.join(reader['topics'])}"
        for reader in digest("subscribers", "list", "--json").json
    }


def fates(result: CommandResult) -> list[tuple[int, str, str]]:
    return [(line["number"], line["address"], line["fate"]) for line in result.json]


# -- import -------------------------------------------------------------------------------------


def test_a_list_is_brought_in_line_by_line(peopled: Path, digest: Command) -> None:
    result = digest("subscribers", "import", "readers.csv", "--confirmed", "--json")

    assert fates(result) == [
        (2, "Cyd@example.org", "confirm"),
        (3, "ada@example.org", "update"),
        (4, "ben@example.org", "keep"),
        (5, "gone@example.org", "refuse"),
        (6, "nobody", "reject"),
        (7, "cyd@EXAMPLE.org", "reject"),
        (8, "dot@example.org", "reject"),
    ]
    assert readers(digest) == {
        "ada@example.org": "confirmed: robots",
        "ben@example.org": "confirmed: robots",
        "Cyd@example.org": "confirmed: robots agents",
        "gone@example.org": "left: agents robots",
    }


def test_a_dry_run_says_the_same_and_changes_nothing(peopled: Path, digest: Command) -> None:
    before = readers(digest)

    rehearsed = digest("subscribers", "import", "readers.csv", "--dry-run", "--json")
    after = readers(digest)
    done = digest("subscribers", "import", "readers.csv", "--json")

    assert after == before
    assert rehearsed == done


def test_a_report_for_people_names_each_line_its_fate_and_why(
    peopled: Path, digest: Command
) -> None:
    result = digest("subscribers", "import", "readers.csv", "--dry-run")

    assert [line.split(maxsplit=3) for line in result.out.splitlines()[:5]] == [
        ["line", "address", "fate", "why"],
        ["2", "Cyd@example.org", "add", "will be asked to confirm"],
        ["3", "ada@example.org", "update", "is confirmed, gets new topics"],
        ["4", "ben@example.org", "keep", "is confirmed"],
        ["5", "gone@example.org", "refuse", "is left"],
    ]


@pytest.mark.parametrize(
    ("file", "flags", "code"),
    [
        pytest.param("good.csv", (), 0, id="every line is fine"),
        pytest.param("readers.csv", (), 1, id="some lines are none"),
        pytest.param("readers.csv", ("--dry-run",), 1, id="some lines would be none"),
        pytest.param("nowhere.csv", (), 2, id="there is no file"),
        pytest.param(".", (), 2, id="a folder"),
    ],
)
def test_the_exit_code_tells_whether_all_lines_were_taken(
    peopled: Path, digest: Command, file: str, flags: tuple[str, ...], code: int
) -> None:
    assert digest("subscribers", "import", file, *flags).code == code


def test_a_file_without_addresses_is_refused_in_one_line(peopled: Path, digest: Command) -> None:
    (peopled / "names.csv").write_text("name\nCyd\n")

    result = digest("subscribers", "import", "names.csv")

    assert (result.code != 0, result.out) == (True, "")
    assert result.err == (
        "error: the first line must name a column `address` or `email`; it names `name`\n"
    )


def test_a_file_of_people_who_said_no_is_not_taken_for_readers(
    peopled: Path, digest: Command
) -> None:
    (peopled / "unsubscribed_members.csv").write_text(GOOD)

    result = digest("subscribers", "import", "unsubscribed_members.csv", "--confirmed")

    assert (result.code, result.out) == (2, "")
    assert "unsubscribed_members.csv is named as a list of people who said no" in result.err


def test_who_vouched_for_a_list_is_on_record(peopled: Path, digest: Command) -> None:
    digest("subscribers", "import", "good.csv", "--confirmed")

    consent = digest("subscribers", "show", "cyd@example.org", "--json").json["consent"]

    assert [(step["event"], step["status"], step["door"]) for step in consent] == [
        ("import", "pending", "cli"),
        ("confirm", "confirmed", "cli"),
    ]
    assert all(step["note"] for step in consent)


@pytest.mark.parametrize(
    ("encoding", "remark"),
    [
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", "office.csv: the file is not UTF-8; it was read as Windows-1252"),
    ],
)
def test_a_list_is_read_in_the_encoding_of_the_office(
    peopled: Path, digest: Command, encoding: str, remark: str
) -> None:
    text = "address;name\r\nzoë@example.org;Zoë\r\n"
    (peopled / "office.csv").write_bytes(text.encode(encoding))

    result = digest("subscribers", "import", "office.csv", "--json")

    assert fates(result) == [(2, "zoë@example.org", "add")]
    assert result.err.startswith(remark)
    assert bool(result.err) == bool(remark)


# -- export -------------------------------------------------------------------------------------


def test_all_readers_are_written_as_a_list_that_says_nothing_new(
    peopled: Path, digest: Command
) -> None:
    written = digest("subscribers", "export")
    (peopled / "copy.csv").write_text(written.out, encoding="utf-8")

    again = digest("subscribers", "import", "copy.csv", "--dry-run", "--json")

    first, second, *_ = written.out.splitlines()
    assert first.startswith("address,status,topics,since,status_since,had_left,words_in,")
    assert second.startswith("ada@example.org,confirmed,agents,")
    assert fates(again) == [
        (2, "ada@example.org", "keep"),
        (3, "ben@example.org", "keep"),
        (4, "gone@example.org", "refuse"),
    ]


def test_one_reader_is_written_with_all_that_is_known(furnished: Path, digest: Command) -> None:
    digest("run", "--day", "2026-02-02")

    known = digest("subscribers", "export", "ADA@example.org").json

    assert (known["address"], known["status"]) == ("ada@example.org", "confirmed")
    assert [step["event"] for step in known["consent"]] == ["sign-up", "confirm"]
    assert [(mail["day"], mail["state"]) for mail in known["issues"]] == [("2026-02-02", "sent")]
    assert known["issues"][0]["contents"][0]["paper_id"] == "2602.00001"


def test_an_export_makes_the_same_readers_elsewhere(
    peopled: Path, digest: Command, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    digest("subscribers", "add", "pat@example.org")
    written, before = digest("subscribers", "export").out, readers(digest)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "config.toml").write_text((peopled / "config.toml").read_text())
    (elsewhere / "copy.csv").write_text(written, encoding="utf-8")
    monkeypatch.chdir(elsewhere)

    result = digest("subscribers", "import", "copy.csv", "--confirmed", "--json")

    assert {line["address"]: line["fate"] for line in result.json} == {
        "ada@example.org": "confirm",
        "ben@example.org": "confirm",
        "gone@example.org": "leave",
        "pat@example.org": "add",
    }
    assert readers(digest) == before
    assert asked(elsewhere) == ["pat@example.org"]


# -- the lists of other systems -----------------------------------------------------------------


def asked(home: Path) -> list[str]:
    """Whom the next run asks by mail to confirm."""
    db = sqlite3.connect(home / "digest.db")
    found = db.execute(
        "SELECT subscribers.address FROM transactional_mail"
        " JOIN subscribers ON subscribers.id = subscriber_id"
        " WHERE kind = 'confirm' ORDER BY subscribers.address"
    ).fetchall()
    db.close()
    return [address for (address,) in found]


@pytest.mark.parametrize(
    ("name", "statuses", "mailed"),
    [
        (
            "export_with_left.csv",
            {"ada": "confirmed", "bo": "left", "cy": "confirmed", "dee": "confirmed"}
            | {"eve": "pending"},
            ["eve"],
        ),
        ("listmonk.csv", {"ada": "confirmed", "bo": "suppressed"}, []),
        ("mailchimp.csv", {"ada": "confirmed"}, []),
        ("sep.csv", {"ada": "confirmed"}, []),
        ("utf16.csv", {"ada": "confirmed"}, []),
        ("mac.csv", {"ada": "confirmed", "bo": "confirmed"}, []),
    ],
)
def test_the_lists_that_were_met_are_understood(
    home: Path, digest: Command, real_data: Path, name: str, statuses: dict[str, str],
    mailed: list[str],
) -> None:  # fmt: skip
    result = digest("subscribers", "import", str(real_data / "faults" / name), "--confirmed")

    assert result.code == 0
    assert {
        reader["address"].partition("@")[0]: reader["status"]
        for reader in digest("subscribers", "list", "--json").json
    } == statuses
    assert [address.partition("@")[0] for address in asked(home)] == mailed


def test_a_row_with_a_word_nobody_knows_is_named_and_not_mailed(
    home: Path, digest: Command
) -> None:
    (home / "list.csv").write_text("email,status\nada@example.org,perhaps\n")

    result = digest("subscribers", "import", "list.csv")

    assert result.code == 1
    assert "reject  status is 'perhaps', which is not known to mean yes" in result.out
    assert (readers(digest), asked(home)) == ({}, [])


# -- a no and an operator -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "said"), [("remove", "it is left"), ("erase", "its owner had it erased")]
)
def test_who_left_or_was_erased_is_not_added_back_but_asked(
    furnished: Path, digest: Command, verb: str, said: str
) -> None:
    digest("subscribers", verb, "ada@example.org")
    before = readers(digest)

    refused = digest("subscribers", "add", "Ada@example.org", "--confirmed")
    after = readers(digest)
    digest("subscribers", "add", "ada@example.org")

    assert (refused.code, refused.out, after) == (2, "", before)
    assert refused.err == (
        f"error: Ada@example.org cannot be confirmed: {said}; only they can change that:"
        " by a sign-up on the website, or by the mail that"
        " `digest subscribers add Ada@example.org` without"
        " --confirmed sends them\n"
    )
    assert asked(furnished) == ["ada@example.org"]


@pytest.mark.parametrize("flags", [(), ("--confirmed",)])
@pytest.mark.parametrize("address", ["ada@example.org", "ada+x@example.org"])
def test_who_said_never_again_is_neither_added_nor_asked(
    home: Path, digest: Command, address: str, flags: tuple[str, ...]
) -> None:
    (home / "list.csv").write_text("email,status\nada@example.org,complained\n")
    digest("subscribers", "import", "list.csv")

    refused = digest("subscribers", "add", address, *flags)

    assert refused.code == 2
    assert readers(digest) == {"ada@example.org": "suppressed: "}
    assert asked(home) == []


# -- erase --------------------------------------------------------------------------------------


def test_a_reader_who_is_erased_is_gone_with_their_mails(furnished: Path, digest: Command) -> None:
    digest("run", "--day", "2026-02-02")

    result = digest("subscribers", "erase", "ADA@example.org")

    assert result.out == "ada@example.org: erased\n"
    assert list(readers(digest)) == ["ben@example.org"]
    assert "ada@" not in json.dumps(digest("status", "--day", "2026-02-02", "--json").json)
    assert b"ada@example.org" not in (furnished / "digest.db").read_bytes()


def test_a_list_does_not_bring_back_who_was_erased(peopled: Path, digest: Command) -> None:
    digest("subscribers", "import", "good.csv", "--confirmed")
    digest("subscribers", "erase", "cyd@example.org")

    result = digest("subscribers", "import", "good.csv", "--confirmed", "--json")

    assert result.code == 0
    assert [(line["fate"], line["reason"]) for line in result.json] == [("refuse", "was erased")]
    assert "cyd@example.org" not in readers(digest)


@pytest.mark.parametrize("verb", ["export", "erase", "show", "remove"])
@pytest.mark.parametrize(
    ("email", "words"),
    [("nobody@example.org", "has never subscribed"), ("nobody", "is not an e-mail address")],
)
def test_who_is_not_a_reader_is_named(
    furnished: Path, digest: Command, verb: str, email: str, words: str
) -> None:
    result = digest("subscribers", verb, email)

    assert (result.code, result.out) == (2, "")
    assert words in result.err


# -- the pepper ---------------------------------------------------------------------------------


def test_the_pepper_is_made_once_and_for_its_owner_only(home: Path, digest: Command) -> None:
    digest("subscribers", "add", "ben@example.org")
    pepper = home / "digest.pepper"
    made = pepper.read_text()

    digest("subscribers", "add", "ada@example.org")

    assert stat.S_IMODE(pepper.stat().st_mode) == 0o600
    assert len(made.strip()) >= 43
    assert pepper.read_text() == made


def test_a_pepper_from_the_environment_needs_no_file(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_SITE__PEPPER", "a pepper that came from the environment")

    digest("subscribers", "add", "ada@example.org")

    assert not (home / "digest.pepper").exists()
