"""Polling an IMAP mailbox: which mails are read, what becomes of them, and faults of servers."""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.imap_server import IMAPFolder, IMAPServer

from digest.errors import MailboxError
from digest.inbound.doors.imap import Account, ImapMailbox
from digest.storage.mailboxes import Mailboxes, Position

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    import sqlalchemy as sa

MAIL = b"Subject: one\r\n\r\nDear reader\r\n"


class State(dict[str, Position]):
    """Positions in memory."""

    def set(self, name: str, position: Position) -> None:
        self[name] = position


@pytest.fixture
def folder() -> IMAPFolder:
    return IMAPFolder()


@pytest.fixture
def server(folder: IMAPFolder) -> Iterator[IMAPServer]:
    with IMAPServer(folder) as server:
        yield server


def no_tls() -> ssl.SSLContext:
    raise AssertionError("not asked for")


def account(server: IMAPServer, **known: Any) -> Account:
    usual: dict[str, Any] = {
        "host": "127.0.0.1", "port": server.port, "security": "none", "username": "ada",
        "password": "secret", "tls": no_tls, "timeout": 30,
    }  # fmt: skip
    return Account(**(usual | known))


def read(
    server: IMAPServer, *, after: Any = "delete", state: Any = None, kept: int = 9999, **known: Any
) -> list[bytes]:
    """Poll once, and be done with all mails."""
    contents = []
    state = State() if state is None else state
    with ImapMailbox(account(server, **known), after=after, state=state, kept=kept) as mailbox:
        for batch in mailbox.batches():
            contents += [message.content for message in batch]
            mailbox.done(batch)
    return contents


# -- which mails ------------------------------------------------------------------------------


def test_mails_are_read_in_their_order_and_deleted(folder: IMAPFolder, server: IMAPServer) -> None:
    mails = [b"%d" % number for number in range(45)]
    folder.add(*mails)

    assert read(server) == mails
    assert folder.mails == {}
    assert read(server) == []


def test_an_empty_mailbox_has_no_mails(server: IMAPServer) -> None:
    assert read(server) == []


def test_mails_that_are_kept_are_read_once(
    folder: IMAPFolder, server: IMAPServer, engine: sa.Engine
) -> None:
    state = Mailboxes(engine)
    folder.add(b"1", b"2")
    first = read(server, after="keep", state=state)
    again = read(server, after="keep", state=state)
    folder.add(b"3")
    later = read(server, after="keep", state=state)

    assert (first, again, later) == ([b"1", b"2"], [], [b"3"])
    assert len(folder.mails) == 3
    assert folder.deleted == set()


def test_gaps_between_uids_cost_nothing(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.mails = {uid * 1_000_000: b"%d" % uid for uid in range(1, 4000, 2)}

    assert len(read(server, after="keep")) == 2000
    listings = [one for one in folder.commands if one.startswith("FETCH")]
    assert len(listings) == 4


def test_only_the_end_of_a_large_mailbox_is_listed(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.add(*[MAIL] * 3000)
    mailbox = account(server)
    state = State({mailbox.name: Position(7, 2999)})

    assert read(server, after="keep", state=state) == [MAIL]
    assert [one for one in folder.commands if one.startswith("FETCH")] == [
        "FETCH 2501:3000 (UID FLAGS)"
    ]


@pytest.mark.parametrize(
    "before",
    [Position(6, 100), Position(7, 900)],
    ids=["another validity", "the same validity, but UIDs are lower"],
)
def test_where_uids_count_anew_all_mails_are_read(
    folder: IMAPFolder, server: IMAPServer, before: Position
) -> None:
    folder.add(b"1", b"2")
    state = State({account(server).name: before})

    assert read(server, after="keep", state=state) == [b"1", b"2"]
    assert state == {account(server).name: Position(7, 2)}


def test_a_long_mail_is_read_to_what_is_kept(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.add(b"x" * 5000)

    assert read(server, kept=100) == [b"x" * 100]


def test_mails_marked_as_deleted_are_left_alone(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.add(b"1", b"2")
    folder.deleted = {1}

    assert read(server) == [b"2"]


def test_without_uidplus_mails_are_marked_and_nobody_elses_expunged(
    folder: IMAPFolder, server: IMAPServer
) -> None:
    folder.after_login = "IMAP4rev1"
    folder.add(b"1", b"2")

    assert read(server) == [b"1", b"2"]
    assert sorted(folder.mails) == [1, 2]
    assert not [one for one in folder.commands if "EXPUNGE" in one]
    assert read(server) == []


def test_a_uid_may_stand_behind_its_mail(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.uid_is_behind = True
    folder.add(b"1", b"2")

    assert read(server) == [b"1", b"2"]


def test_a_mail_that_is_not_done_stays(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.add(b"1", b"2")

    with ImapMailbox(account(server), after="delete", state=State(), kept=99) as mailbox:
        batch = next(mailbox.batches())

    assert [message.content for message in batch] == [b"1", b"2"]
    assert sorted(folder.mails) == [1, 2]


def test_after_an_error_of_the_store_all_stays(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.add(b"1", b"2")

    def fail() -> None:
        with ImapMailbox(account(server), after="delete", state=State(), kept=99) as mailbox:
            for _ in mailbox.batches():
                raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert sorted(folder.mails) == [1, 2]


# -- mails that are gone ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [[], [b"1 FETCH (UID 1 BODY[]<0> NIL)"], [b"1 FETCH (FLAGS (\\Seen))"], [b"1 EXPUNGE"],
     [b"1 FETCH (UID 99 BODY[]<0> {1}\r\nx)"]],
    ids=["nothing", "NIL", "flags", "expunged", "another"],
)  # fmt: skip
def test_a_mail_that_is_gone_is_no_error(
    folder: IMAPFolder, server: IMAPServer, lines: list[bytes]
) -> None:
    folder.add(b"1")
    folder.answers["UID FETCH"] = lambda: (lines, "OK")

    assert read(server) == []


def test_one_that_spoils_the_answer_for_all_costs_only_itself(
    folder: IMAPFolder, server: IMAPServer, caplog: pytest.LogCaptureFixture
) -> None:
    folder.add(b"1", b"2", b"3")
    folder.answers["UID FETCH 1,2,3"] = folder.answers["UID FETCH 2 "] = lambda: ([], "NO broken")

    assert read(server) == [b"1", b"3"]
    assert [one.message for one in caplog.records] == ["message not read"]


# -- the connection ---------------------------------------------------------------------------


def test_a_certificate_is_checked(
    folder: IMAPFolder, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    import ssl as library

    folder.add(b"1")
    with IMAPServer(folder, tls=server_tls) as server:
        with pytest.raises(MailboxError, match="certificate verify failed"):
            read(server, security="tls", tls=library.create_default_context)

        assert read(server, security="tls", tls=lambda: trusting) == [b"1"]


def test_starttls_protects_the_login(
    folder: IMAPFolder, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    folder.add(b"1")
    with IMAPServer(folder, starttls=server_tls) as server:
        assert read(server, security="starttls", tls=lambda: trusting) == [b"1"]


def test_a_server_without_starttls_gets_no_password(
    folder: IMAPFolder, server: IMAPServer, trusting: ssl.SSLContext
) -> None:
    folder.before_login = "IMAP4rev1"

    with pytest.raises(MailboxError, match="TLS not supported by server"):
        read(server, security="starttls", tls=lambda: trusting)
    assert folder.commands == []


def test_a_server_that_takes_no_password_is_told_none(
    folder: IMAPFolder, server: IMAPServer
) -> None:
    folder.before_login = "IMAP4rev1 LOGINDISABLED"

    with pytest.raises(MailboxError, match=r"check \[inbound\] imap_security"):
        read(server)
    assert folder.commands == []


@pytest.mark.parametrize("known", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
def test_a_wrong_password_is_said_without_the_password(
    folder: IMAPFolder, server: IMAPServer, known: str
) -> None:
    folder.before_login = known

    with pytest.raises(MailboxError, match="who are you") as raised:
        read(server, password="wrong one")

    assert "check [inbound] imap_username and imap_password" in str(raised.value)
    assert "wrong one" not in str(raised.value) + repr(account(server, password="wrong one"))


@pytest.mark.parametrize(
    ("user", "password", "known"),
    [
        ('ada "a" \\ b', "secret", "IMAP4rev1"),
        ("ada", "süß ☃", "IMAP4rev1 AUTH=PLAIN"),
    ],
)
def test_odd_names_and_passwords_are_understood(
    folder: IMAPFolder, server: IMAPServer, user: str, password: str, known: str
) -> None:
    folder.user, folder.password, folder.before_login = user, password, known
    if "PLAIN" not in known:
        folder.user = user.replace("\\", "\\\\").replace('"', '\\"')
    folder.add(b"1")

    assert read(server, username=user, password=password) == [b"1"]


def test_a_password_that_login_cannot_say_is_named(server: IMAPServer) -> None:
    with pytest.raises(MailboxError, match=r"check \[inbound\] imap_username and imap_password"):
        read(server, password="süß")


def test_what_is_known_after_the_login_counts(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.before_login, folder.after_login = "IMAP4rev1 UIDPLUS", "IMAP4rev1"
    folder.add(b"1")

    read(server)

    assert sorted(folder.mails) == [1]


def test_a_folder_that_is_missing_is_named(server: IMAPServer) -> None:
    with pytest.raises(MailboxError, match=r"no folder Lists.*check \[inbound\] imap_folder"):
        read(server, folder="Lists")


def test_a_folder_of_any_name_is_opened(folder: IMAPFolder, server: IMAPServer) -> None:
    folder.name = '"Entw&APw-rfe &- \\"a\\""'
    folder.add(b"1")

    assert read(server, folder='Entwürfe & "a"') == [b"1"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"* BYE going down\r\n",
        b"nonsense\r\n",
        b"* 1 FETCH (UID 1 BODY[] {9999}\r\nx",
        b"\xff",
    ],
)
def test_a_connection_that_breaks_is_an_error_that_leaves_the_mails(
    folder: IMAPFolder, server: IMAPServer, answer: bytes
) -> None:
    folder.add(b"1")
    folder.answers["UID FETCH"] = lambda: answer

    with pytest.raises(MailboxError, match=r"cannot read the mailbox at 127\.0\.0\.1"):
        read(server, timeout=0.2)
    folder.answers.clear()
    assert read(server) == [b"1"]


def test_a_server_that_is_away_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    away = Account(
        host="127.0.0.1", port=port, security="none", username="a", password="b", tls=no_tls
    )

    with (
        pytest.raises(MailboxError, match=r"cannot use 127\.0\.0\.1.*check \[inbound\] imap_host"),
        ImapMailbox(away, after="keep", state=State(), kept=9),
    ):
        pass


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["SELECT", "FETCH", "UID FETCH"]), st.binary(max_size=60))
def test_any_answer_is_understood_or_an_error(
    folder: IMAPFolder, server: IMAPServer, command: str, answer: bytes
) -> None:
    folder.mails = {1: b"1"}
    lines = [line for line in answer.replace(b"{", b"(").splitlines() if line]
    folder.answers = {command: lambda: (lines, "OK")}

    try:
        contents = read(server, timeout=5)
    except MailboxError:
        contents = []

    assert set(contents) <= {b"1"}


def test_no_warning_is_logged_where_all_is_well(
    folder: IMAPFolder, server: IMAPServer, caplog: pytest.LogCaptureFixture
) -> None:
    folder.add(b"1")
    with caplog.at_level(logging.INFO):
        read(server)

    assert caplog.records == []
