"""A real Dovecot: what it delivers by LMTP is read by IMAP and from its maildir."""

from __future__ import annotations

import imaplib
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.dovecot import Dovecot, dovecot
from support.lmtp import LMTPClient

from digest.inbound.doors.addresses import OwnAddresses
from digest.inbound.doors.imap import Account, ImapMailbox
from digest.inbound.doors.maildir import Maildir
from digest.inbound.doors.poll import Polled, poll
from digest.storage.arrivals import Arrivals
from digest.storage.mailboxes import Mailboxes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ssl import SSLContext

    import sqlalchemy as sa

    from digest.inbound.doors.mailbox import Mailbox

USER = "papers@example.net"
HELP, BACK = "papers+help@example.net", "papers+b1@example.net"
OURS = OwnAddresses(["papers+{command}@example.net", "papers+{id}@example.net"])


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot({USER: ""}) as server:
        yield server


@pytest.fixture(autouse=True)
def _empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave nothing for the next test."""
    yield
    server: Dovecot = request.getfixturevalue("server")
    with _login(server) as client:
        client.select()
        client.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()


def _login(server: Dovecot) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", server.imap_port, timeout=30)
    client.login(USER, "secret")
    return client


def deliver(server: Dovecot, number: int, *recipients: str, sender: str = "") -> None:
    content = f"From: ada@example.org\r\nMessage-ID: <{number}@x>\r\n\r\nmail {number}\r\n".encode()
    with LMTPClient(str(server.lmtp)) as client:
        client.envelope(*recipients, sender=sender)
        answers = client.message(content, answers=len(recipients))
    assert {answer[:3] for answer in answers} == {"250"}


def no_tls() -> SSLContext:
    raise AssertionError("not asked for")


def by_imap(server: Dovecot, engine: sa.Engine, after: Any) -> AbstractContextManager[Mailbox]:
    account = Account(
        host="127.0.0.1",
        port=server.imap_port,
        security="none",
        username=USER,
        password="secret",
        tls=no_tls,
    )
    return ImapMailbox(account, after=after, state=Mailboxes(engine), kept=9999)


def by_maildir(server: Dovecot, engine: sa.Engine, after: Any) -> AbstractContextManager[Mailbox]:
    folder = server.folder / "homes" / USER / "Maildir"
    return nullcontext(Maildir(folder, after=after, state=Mailboxes(engine), kept=9999))


def polled(engine: sa.Engine, opening: AbstractContextManager[Mailbox]) -> Polled:
    with opening as mailbox:
        return poll(mailbox, store=Arrivals(engine), is_ours=OURS, clock=lambda: NOON)


@pytest.mark.parametrize("way", [by_imap, by_maildir])
def test_mails_are_stored_with_their_envelopes_and_deleted(
    server: Dovecot, engine: sa.Engine, way: Any
) -> None:
    for number in range(1, 26):
        deliver(server, number, BACK if number % 2 else HELP)
    deliver(server, 26, HELP, sender="ada@example.org")

    assert polled(engine, way(server, engine, "delete")) == Polled(read=26, new=26)
    assert server.messages(USER) == []
    found = [one.envelope for one in Arrivals(engine).waiting(99)]
    assert [one.recipient for one in found] == [BACK, HELP] * 12 + [BACK, HELP]
    assert [one.sender for one in found] == [""] * 25 + ["ada@example.org"]


@pytest.mark.parametrize("way", [by_imap, by_maildir])
def test_mails_that_are_kept_are_stored_once(server: Dovecot, engine: sa.Engine, way: Any) -> None:
    deliver(server, 1, HELP)
    first = polled(engine, way(server, engine, "keep"))
    deliver(server, 2, HELP)
    second = polled(engine, way(server, engine, "keep"))

    assert (first.new, second.new) == (1, 1)
    assert len(server.messages(USER)) == 2


def test_a_mail_for_two_names_nobody_and_is_stored(server: Dovecot, engine: sa.Engine) -> None:
    """Dovecot leaves Delivered-To out of both copies, which are then the same."""
    deliver(server, 1, HELP, BACK)

    found = polled(engine, by_imap(server, engine, "delete"))

    assert found == Polled(read=2, new=1, unnamed=2)


def test_a_mail_that_is_expunged_while_others_are_read_is_gone(
    server: Dovecot, engine: sa.Engine
) -> None:
    """For the session that reads, it still counts: Dovecot answers OK and NIL."""
    for number in range(1, 31):
        deliver(server, number, HELP)
    contents = []

    with by_imap(server, engine, "keep") as mailbox:
        for batch in mailbox.batches():
            if not contents:
                with _login(server) as other:
                    other.select()
                    other.store("25:30", "+FLAGS", r"(\Deleted)")
                    other.expunge()
            contents += [message.content for message in batch]

    assert len(contents) == 24


def test_uids_that_are_given_anew_bring_no_mail_twice(server: Dovecot, engine: sa.Engine) -> None:
    deliver(server, 1, HELP)
    first = polled(engine, by_imap(server, engine, "keep"))
    for path in (server.folder / "homes" / USER / "Maildir").glob("dovecot*"):
        path.unlink()
    deliver(server, 2, HELP)

    assert first.new == 1
    assert polled(engine, by_imap(server, engine, "keep")).new == 1
