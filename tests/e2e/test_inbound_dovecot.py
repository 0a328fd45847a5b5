"""A mailbox with tags in a real Dovecot: mail that comes into it is read by IMAP."""

from __future__ import annotations

import smtplib
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG
from support.dovecot import PASSWORD
from support.mail_host import MailHost, mail_host

from digest.app import config, services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command

pytestmark = pytest.mark.slow

SETTINGS = """
[mail]
transport = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from_address = "papers@example.net"
bounce_address = "papers+{{id}}@example.net"

[inbound]
address = "papers+{{command}}@example.net"
imap_host = "127.0.0.1"
imap_port = {imap_port}
imap_security = "none"
imap_username = "papers@example.net"
imap_password = "{password}"
"""
OLD_SETTINGS = '[mail]\ndirectory = "outbox"  # beside this file\n'
ADA, PAPERS = "ada@example.net", "papers@example.net"


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with mail_host({ADA: "", PAPERS: ""}) as running:
        yield running


@pytest.fixture
def installed(home: Path, host: MailHost) -> Path:
    """A folder with the configuration for the mailbox, which is empty."""
    host.dovecot.empty()
    settings = SETTINGS.format(
        port=host.postfix.port, imap_port=host.dovecot.imap_port, password=PASSWORD
    )
    (home / "config.toml").write_text(CONFIG.replace(OLD_SETTINGS, settings), encoding="utf-8")
    return home


def write(host: MailHost, *recipients: str) -> None:
    text = f"From: <{ADA}>\r\nTo: undisclosed\r\nMessage-ID: <1@example.net>\r\n\r\n\r\n"
    with smtplib.SMTP("127.0.0.1", host.postfix.port, timeout=20) as client:
        client.sendmail(ADA, recipients, text)


def arrivals(home: Path) -> list[tuple[str, str, str]]:
    app = services.open_app(config.load(home / "config.toml"))
    newest = app.arrivals.newest(most=9)
    app.close()
    found = [(one.arrival.envelope, one.kind) for one in newest]
    return sorted((envelope.sender, envelope.recipient, kind) for envelope, kind in found)


def test_a_reader_joins_by_writing_to_a_tag_of_the_mailbox(
    installed: Path, digest: Command, host: MailHost
) -> None:
    write(host, "papers+subscribe+agents@example.net")
    host.dovecot.await_messages(PAPERS, 1)

    assert digest("inbound", "poll").code == 0

    (asked,) = host.dovecot.await_messages(ADA, 1)
    reply_to = str(message_from_bytes(asked, policy=policy.default)["Reply-To"])
    assert reply_to.startswith("papers+confirm+")
    assert host.dovecot.messages(PAPERS) == []


def test_two_tags_of_one_mail_are_two_messages(
    installed: Path, digest: Command, host: MailHost
) -> None:
    """The envelope is told by Delivered-To, since Postfix hands over one recipient at a time."""
    write(host, "papers+help+one@example.net", "papers+help+two@example.net")
    host.dovecot.await_messages(PAPERS, 2)

    digest("inbound", "poll")

    assert [recipient for _, recipient, _ in arrivals(installed)] == [
        "papers+help+one@example.net",
        "papers+help+two@example.net",
    ]


def test_the_check_reads_the_mailbox_itself(installed: Path, digest: Command) -> None:
    result = digest("inbound", "check", "--timeout", "20")

    assert result.out.count("arrived by imap after ") == 2
    assert result.out.count("with its tag") == 2
    assert result.code == 0
