"""`digest inbound poll`: a maildir and an IMAP mailbox are read, and what waits is handled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.imap_server import IMAPFolder, IMAPServer
from support.started import started

from digest.app import config, services

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

HELP = "papers+help@example.org"


def mail(number: int) -> bytes:
    head = [
        f"Delivered-To: {HELP}",
        "Return-Path: <ada@example.net>",
        "Auto-Submitted: auto-replied",
        "From: Ada <ada@example.net>",
        f"Message-ID: <{number}@example.net>",
    ]
    return "\r\n".join([*head, "", "Bye", ""]).encode()


@pytest.fixture
def maildir(home: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (home / "Maildir" / name).mkdir(parents=True)
    return home / "Maildir"


def set_up(home: Path, *lines: str) -> None:
    file = home / "config.toml"
    inbound = "\n".join(["", "[inbound]", 'address = "papers+{command}@example.org"', *lines, ""])
    file.write_text(file.read_text(encoding="utf-8") + inbound, encoding="utf-8")


def imap(port: int) -> list[str]:
    return [
        'imap_host = "127.0.0.1"',
        f"imap_port = {port}",
        'imap_security = "none"',
        'imap_username = "ada"',
        'imap_password = "secret"',
    ]


def handled(home: Path) -> list[tuple[str, str]]:
    opened = services.open_app(config.load(home / "config.toml"))
    newest = opened.arrivals.newest(most=9)
    opened.close()
    return [(one.arrival.channel, one.state) for one in newest]


def test_both_mailboxes_are_read_and_their_mails_handled(
    home: Path, maildir: Path, digest: Command
) -> None:
    folder = IMAPFolder()
    folder.add(mail(1))
    (maildir / "new" / "1").write_bytes(mail(2))
    with IMAPServer(folder) as server:
        set_up(home, 'maildir = "Maildir"', *imap(server.port))
        result = digest("inbound", "poll")

    assert result.code == 0
    assert f"{maildir}: 1 read, 1 new" in result.err
    assert "INBOX at 127.0.0.1: 1 read, 1 new" in result.err
    assert handled(home) == [("imap", "handled"), ("maildir", "handled")]
    assert folder.mails == {}
    assert list(maildir.glob("*/*")) == []


def test_with_keep_mails_stay_and_are_read_once(home: Path, maildir: Path, digest: Command) -> None:
    (maildir / "new" / "1").write_bytes(mail(2))
    set_up(home, 'maildir = "Maildir"', 'after = "keep"')

    assert "1 read, 1 new" in digest("inbound", "poll").err
    assert "0 new" in digest("inbound", "poll").err
    assert [path.name for path in maildir.glob("*/*")] == ["1:2,"]


def test_a_mailbox_that_is_away_holds_up_no_other(
    home: Path, maildir: Path, digest: Command
) -> None:
    (maildir / "new" / "1").write_bytes(mail(1))
    with IMAPServer(IMAPFolder()) as server:
        port = server.port
    set_up(home, 'maildir = "Maildir"', *imap(port))

    result = digest("inbound", "poll")

    assert result.code == 1
    assert "error: cannot use 127.0.0.1" in result.err
    assert "secret" not in result.err
    assert handled(home) == [("maildir", "handled")]


def test_without_a_mailbox_what_waits_is_handled(home: Path, digest: Command) -> None:
    set_up(home)

    result = digest("inbound", "poll")

    assert (result.code, result.out) == (0, "")


def test_a_mailbox_without_a_user_is_a_wrong_setting(home: Path, digest: Command) -> None:
    set_up(home, 'imap_host = "imap.example.org"')

    result = digest("inbound", "poll")

    assert result.code == 2
    assert "[inbound] imap_username is empty" in result.err


def test_it_goes_on_until_it_is_stopped(home: Path, maildir: Path) -> None:
    (maildir / "new" / "1").write_bytes(mail(1))
    set_up(home, 'maildir = "Maildir"')

    with started(home, "inbound", "poll", "--every", "0.01") as polling:
        polling.until("1 read, 1 new")
        polling.until("0 read, 0 new")
        (maildir / "new" / "2").write_bytes(mail(2))
        polling.until("1 read, 1 new")
        assert polling.end() == 0
