"""`digest inbound explain`: what messages are, as text and as JSON."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.command import CONFIG
from support.incoming import (
    PATTERN,
    READER,
    READER_ID,
    SECRET,
    TODAY,
    block,
    letter,
    report,
    verp,
)
from support.machine_clock import set_clock

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

BOUNCE = report(block(diagnostic="550 5.1.1 no such user"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a bounce and a letter, and no configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGEST_CONFIG", raising=False)
    (tmp_path / "bounce.eml").write_bytes(BOUNCE)
    (tmp_path / "letter.eml").write_bytes(letter(subject="unsubscribe"))
    return tmp_path


@pytest.fixture
def configured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same with a configuration whose key has signed mails of the day."""
    set_clock(monkeypatch, NOON + (TODAY - NOON.date()))
    lines = CONFIG.replace("a key for the tests and nothing else", SECRET)
    lines = lines.replace("[mail]\n", f'[mail]\nbounce_address = "{PATTERN}"\n')
    (folder / "config.toml").touch(mode=0o600)
    (folder / "config.toml").write_text(lines, encoding="utf-8")
    return folder


def test_a_bounce_is_explained_with_the_reader_whom_it_proves(
    configured: Path, digest: Command
) -> None:
    found = digest("inbound", "explain", "bounce.eml")

    assert found.code == 0
    assert found.out.splitlines() == [
        "bounce.eml: bounce: a delivery status report (RFC 3464)",
        f"  {READER}: hard: 550 5.1.1 no such user",
        f"  proven by the return address: the mail of {TODAY} to reader {READER_ID}",
    ]


def test_json_has_an_object_a_line(folder: Path, digest: Command) -> None:
    found = digest("inbound", "explain", "bounce.eml", "letter.eml", "--json")

    first, second = (json.loads(line) for line in found.out.splitlines())
    assert (first["file"], first["kind"], first["verp"]) == ("bounce.eml", "bounce", None)
    assert first["recipients"] == [
        {
            "address": READER,
            "class": "hard",
            "status": "5.1.1",
            "diagnostic": "550 5.1.1 no such user",
        }
    ]
    assert (second["kind"], second["recipients"]) == ("command", [])


def test_nothing_is_written(configured: Path, digest: Command) -> None:
    before = sorted(configured.iterdir())

    digest("inbound", "explain", "bounce.eml")

    assert sorted(configured.iterdir()) == before


def test_standard_input_is_read_without_a_file(
    folder: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOUNCE)))

    found = digest("inbound", "explain", "--json")

    assert (found.json["file"], found.json["kind"]) == ("-", "bounce")


def test_a_file_that_cannot_be_read_stops_none_of_the_others(folder: Path, digest: Command) -> None:
    found = digest("inbound", "explain", "nowhere.eml", ".", "bounce.eml")

    assert found.code == 1
    assert found.err.splitlines() == [
        "error: cannot read nowhere.eml: No such file or directory",
        "error: cannot read .: Is a directory",
    ]
    assert found.out.startswith("bounce.eml: bounce")


def test_the_envelope_may_be_given(configured: Path, digest: Command) -> None:
    forged = verp(secret="another key that signs")
    arguments = ("--sender", "", "--recipient", forged, "--json")

    found = digest("inbound", "explain", "letter.eml", *arguments)

    assert found.json["kind"] == "auto-reply"
    assert found.json["verp"]["fault"] == "its signature is not ours"


def test_a_person_s_letter_tells_its_sender_itself(folder: Path, digest: Command) -> None:
    found = digest("inbound", "explain", "letter.eml")

    assert found.out == "letter.eml: command: its subject begins with 'unsubscribe'\n"


def test_a_forged_proof_is_told(configured: Path, digest: Command) -> None:
    found = digest("inbound", "explain", "bounce.eml", "--recipient", verp(secret="another"))

    assert "  the return address proves nothing: its signature is not ours" in found.out


def test_a_message_without_a_sender_prints_no_traceback(folder: Path, digest: Command) -> None:
    (folder / "odd.eml").write_bytes(b"Subject: mail failed\n\nx\n")

    found = digest("inbound", "explain", "odd.eml")

    assert (found.code, found.err) == (0, "")
