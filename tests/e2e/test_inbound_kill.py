"""A process that is killed while it handles mail has done all of a message, or nothing."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest
from support.bounce_report import report
from support.reader_mail import mail_octets
from support.two_days import READERS, WEDNESDAY, TwoDays

from digest.mail.verp import return_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "a key for the tests and nothing else"
BOUNCES = "bounces+{id}@papers.example"
#: Further tables of the configuration.
INBOUND = """\
on_unknown = "skip"
[inbound]
address = "{command}@papers.example"
maildir = "mail"
rate = "1000/second"
"""
JOINS = "ivy@example.net"
#: Where a poll is killed, as `dated_digest.py` reads it.
PLACES = [
    "digest.storage.arrivals:Arrivals.store_all:after:1",
    "digest.storage.bounces:Bounces.record:after:1",
    "subscribers.transaction:BookTransaction.record_all:after:1",
    "digest.inbound.commands.acting:Commands.obey:after:1",
    "digest.storage.arrivals:Arrivals.settle:before:1",
    "digest.storage.arrivals:Arrivals.settle:after:1",
    "digest.inbound.handling:Handler._settle:after:1",
]


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoDays]:
    """Readers whose mails of Wednesday come back, and one person who joins, in a maildir."""
    monkeypatch.setenv("DIGEST_MAIL__BOUNCE_ADDRESS", BOUNCES)
    with TwoDays(tmp_path, delivery=INBOUND) as found:
        new = tmp_path / "mail/new"
        for name in ("new", "cur", "tmp"):
            (tmp_path / "mail" / name).mkdir(parents=True)
        for number, (subscriber_id, reader) in enumerate(readers(tmp_path)):
            to = return_address(BOUNCES, date.fromisoformat(WEDNESDAY), subscriber_id, secret=KEY)
            head = f"Return-Path: <>\r\nDelivered-To: {to}\r\n".encode()
            (new / f"{number}.1.host").write_bytes(head + report(reader, number=number))
        written = mail_octets("", subject="subscribe", sender=JOINS)
        head = b"Return-Path: <ivy@example.net>\r\nDelivered-To: subscribe@papers.example\r\n"
        (new / "9.1.host").write_bytes(head + written)
        yield found


def readers(folder: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(folder / "digest.db")) as db:
        return db.execute("SELECT id, address FROM subscribers ORDER BY address").fetchall()


def happened(folder: Path) -> dict[str, list[str]]:
    """Each reader's changes of consent that mail has caused."""
    query = """
        SELECT address, event FROM consent JOIN subscribers ON subscribers.id = subscriber_id
        WHERE channel IN ('mail', 'mail server') ORDER BY address, consent.id
    """
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(folder / "digest.db")) as db:
        for address, event in db.execute(query):
            found.setdefault(address, []).append(event)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_each_message_is_handled_once_wherever_the_process_is_killed(
    days: TwoDays, place: str
) -> None:
    killed = days.digest("inbound", "poll", kill_at=place)
    assert killed.code == -signal.SIGKILL

    ended = days.digest("inbound", "poll")

    assert (ended.code, happened(days.folder)) == (
        0,
        {JOINS: ["sign-up"], **{reader: ["bounce"] for reader in READERS}},
    )
    assert [mail.recipient for mail in days.server.mails] == [JOINS]
    assert list((days.folder / "mail").rglob("*.host")) == []
