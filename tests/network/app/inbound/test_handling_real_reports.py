"""Each report that real mail systems wrote comes in by LMTP, and does what it should."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from support.bounce_corpus import COMPLAINT, DELAY, TrueBounce, read_corpus
from support.builders import PEPPER, evidence
from support.installation import TOPICS, Installation
from support.lmtp import LMTPClient, running
from support.machine_clock import set_clock

from digest.app import config
from digest.app.inbound.addresses import own_addresses
from digest.app.inbound.handling import handle_waiting
from digest.app.listener import listen_unix
from digest.app.services import App
from digest.inbound.doors.lmtp import LMTPServer
from digest.mail.verp import return_address
from digest.models.inbound import BounceClass
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from subscribers.models import Subscriber

KEY = "a key for the tests and nothing else"
BOUNCES = "bounces+{id}@news.example.org"
#: A day on which none of the reports is too old.
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: The return address of the mail that a report is about.
_VERP = re.compile(rb"bounces\+[^@\s]+@news\.example\.org")
_MILDEST = (DELAY, BounceClass.POLICY, BounceClass.SOFT, BounceClass.HARD)


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    set_clock(monkeypatch, NOW)
    settings = config.build(
        {
            "site": {"secret_key": KEY, "pepper": PEPPER},
            "topics": TOPICS,
            "mail": {"from_address": "digest@news.example.org", "bounce_address": BOUNCES},
            "inbound": {"address": "{command}@news.example.org"},
        },
        folder=tmp_path,
        where="the tests",
    )
    found = Installation(engine, tmp_path)
    found.app = App(config=settings, engine=engine)
    found.app.__dict__["book"] = found.book
    return found


def reader_of(installation: Installation, number: int, message: TrueBounce) -> Subscriber:
    """A reader of the address that a report is about; a second one has another of its domain."""
    address = next(iter(message.classes), "ada@example.net")
    known = installation.book.find(address) if " " not in address else None
    is_plain = known is None and " " not in address and "@" in address
    reader = installation.book.add(
        address if is_plain else f"reader{number}@example.net",
        ["agents"],
        confirmed=True,
        evidence=evidence(at=NOW),
    )
    assert reader is not None
    return reader


def hand_over(
    installation: Installation, folder: Path, messages: Sequence[TrueBounce]
) -> dict[str, Subscriber]:
    """Give each report to the door as the answer to the mail of another reader; return whose."""
    app, readers = installation.app, dict[str, "Subscriber"]()
    server = LMTPServer(
        app.arrivals,
        is_ours=own_addresses(app.config),
        clock=lambda: NOW,
        on_stored=lambda: None,
    )
    unix = listen_unix(folder / "lmtp.sock", 0o600)
    with running(server, unix.socket), LMTPClient(str(folder / "lmtp.sock")) as client:
        for number, message in enumerate(messages):
            reader = readers[message.name] = reader_of(installation, number, message)
            ours = return_address(BOUNCES, NOW.date(), reader.id, secret=KEY)
            is_bounce = message.recipient.startswith("bounces+")
            to = ours if is_bounce else message.recipient
            octets = _VERP.sub(ours.encode(), message.octets)
            answers = client.envelope(to, sender=message.sender)
            answers += client.message(octets, answers=1)
            assert [answer[:3] for answer in answers] == ["250", "250"]
    unix.remove()
    return readers


def truth(message: TrueBounce, reader: Subscriber) -> str:
    """What is true of the reader's mail: their own class, or else the mildest; empty for none."""
    own = {address.casefold(): name for address, name in message.classes.items()}.get(
        reader.address.casefold()
    )
    if own or not message.classes:
        return own or ""
    classes = message.classes.values()
    return COMPLAINT if COMPLAINT in classes else min(classes, key=_MILDEST.index)


@pytest.mark.slow
def test_each_report_changes_its_reader_and_nobody_else(
    installation: Installation, tmp_path: Path, real_data: Path
) -> None:
    messages = read_corpus(real_data / "bounces")
    readers = hand_over(installation, tmp_path, messages)

    handle_waiting(installation.app, pause=lambda _: None)

    recorded, statuses = {}, {}
    for message in messages:
        found = installation.app.bounces.for_subscriber(readers[message.name].id)
        recorded[message.name] = "+".join(one.bounce_class for one in found)
        reader = installation.book.get(readers[message.name].id)
        statuses[message.name] = reader.status if reader else None
    true = {one.name: truth(one, readers[one.name]) for one in messages}
    assert recorded == {name: of.replace(DELAY, "delayed") for name, of in true.items()}
    ends = {BounceClass.HARD: Status.SUPPRESSED, COMPLAINT: Status.SUPPRESSED}
    refusals = {name for name in true if name.startswith("dovecot23-rej")}
    expected = {name: ends.get(of, Status.CONFIRMED) for name, of in true.items()}
    assert statuses == expected | dict.fromkeys(refusals, Status.LEFT)
