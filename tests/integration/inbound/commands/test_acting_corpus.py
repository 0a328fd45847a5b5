"""No report of a real mail server, and no automatic answer, is taken for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.mail_list import MailList

from digest.inbound.commands.automatic import why_automatic
from digest.inbound.reading.message import parse
from digest.mail.command_address import CommandWord
from digest.models.inbound import Envelope

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

#: What somebody wrote by hand, to leave.
BY_HAND = "composed-leave-by-mail.eml"


@pytest.fixture
def reports(real_data: Path) -> dict[str, bytes]:
    paths = sorted((real_data / "bounces").rglob("*.eml"))
    return {path.name: path.read_bytes() for path in paths if path.name != BY_HAND}


def test_no_report_says_a_command(reports: dict[str, bytes], engine: sa.Engine) -> None:
    commands = MailList(engine).commands
    envelope = Envelope(sender="someone@example.net", recipient="")

    taken = [
        name for name, octets in reports.items() if commands.recognise(parse(octets), envelope)
    ]

    assert len(reports) > 100
    assert taken == []


def test_every_report_is_known_to_be_automatic_whatever_its_envelope(
    reports: dict[str, bytes], engine: sa.Engine
) -> None:
    envelope = Envelope(sender="someone@example.net", recipient="")
    is_own = MailList(engine).commands.is_own

    unknown = [
        name
        for name, octets in reports.items()
        if not why_automatic(parse(octets), envelope, is_own=is_own)
    ]

    assert unknown == []


def test_a_report_to_an_address_for_commands_does_nothing(
    reports: dict[str, bytes], engine: sa.Engine
) -> None:
    papers = MailList(engine)

    for word in CommandWord:
        for octets in reports.values():
            papers.receive(papers.addresses.of(word), octets, sender="")

    assert papers.book.all() == []
    assert papers.send() == []
    assert {one.partition(":")[0] for one in papers.done} == {"nothing"}
