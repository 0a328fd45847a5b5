"""What a mail server gets, and what it can answer about one recipient."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from builders import parcel
from hypothesis import example, given
from hypothesis import strategies as st
from wire.smtp_server import HANG_UP, SMTPServer

from digest.delivery.smtp import SMTP, Server
from digest.errors import (
    MailServerError,
    RecipientDeferredError,
    RecipientRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def smtp(server: SMTPServer) -> Iterator[SMTP]:
    with closing(client(server)) as connected:
        yield connected


def client(server: SMTPServer, *, timeout: float = 10) -> SMTP:
    return SMTP(Server(host="127.0.0.1", port=server.port, security="none", timeout=timeout))


# -- what arrives -----------------------------------------------------------------------------


def test_the_server_gets_the_very_bytes_of_the_mail(server: SMTPServer, smtp: SMTP) -> None:
    content = "Subject: Grüße\r\n\r\nOne.\r\n\r\nTwo.\r\n".encode()

    smtp.send(parcel(content=content))

    assert [mail.wire for mail in server.mails] == [content]


def test_the_envelope_names_the_bounce_address_and_the_reader(
    server: SMTPServer, smtp: SMTP
) -> None:
    smtp.send(parcel("ada@example.org", sender="bounces@example.org"))

    assert [(mail.envelope, mail.recipient) for mail in server.mails] == [
        ("bounces@example.org", "ada@example.org")
    ]


def test_a_line_that_begins_with_a_dot_is_stuffed_on_the_wire(
    server: SMTPServer, smtp: SMTP
) -> None:
    smtp.send(parcel(content=b"Subject: a\r\n\r\n.\r\n..two\r\nthree.\r\n"))

    assert server.mails[0].wire == b"Subject: a\r\n\r\n..\r\n...two\r\nthree.\r\n"


@given(st.lists(st.text(alphabet=".a ", max_size=4), min_size=1, max_size=6))
@example([".", "", "."])
def test_no_content_ends_its_mail_early(lines: list[str]) -> None:
    content = "".join(f"{line}\r\n" for line in lines).encode()

    with SMTPServer() as server, closing(client(server)) as smtp:
        smtp.send(parcel(content=content))

        assert [mail.content for mail in server.mails] == [content]


def test_a_mail_without_a_last_line_end_gets_one(server: SMTPServer, smtp: SMTP) -> None:
    smtp.send(parcel(content=b"Subject: a\r\n\r\nend"))

    assert server.mails[0].wire == b"Subject: a\r\n\r\nend\r\n"


def test_the_size_is_declared_to_a_server_that_asks_for_it(server: SMTPServer, smtp: SMTP) -> None:
    smtp.send(parcel(content=b"12345678\r\n"))

    assert "SIZE=10" in server.sessions[0].commands[1].split()


def test_many_mails_share_one_connection(server: SMTPServer, smtp: SMTP) -> None:
    smtp.send(parcel("ada@example.org"))
    smtp.send(parcel("ben@example.org"))

    assert server.recipients == ["ada@example.org", "ben@example.org"]
    assert len(server.sessions) == 1


def test_closing_says_goodbye(server: SMTPServer) -> None:
    smtp = client(server)
    smtp.send(parcel())

    smtp.close()

    assert server.sessions[0].commands[-1] == "QUIT"


def test_closing_is_quiet_when_the_server_has_gone() -> None:
    with SMTPServer() as server:
        smtp = client(server)
        smtp.send(parcel())

    smtp.close()

    assert len(server.mails) == 1


# -- one recipient ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "reply", "error"),
    [
        pytest.param("RCPT", "550 no such user", RecipientRefusedError, id="unknown user"),
        pytest.param("RCPT", "553 not a mailbox", RecipientRefusedError, id="bad mailbox"),
        pytest.param("RCPT", "450 greylisted", RecipientDeferredError, id="greylisted"),
        pytest.param("RCPT", "452 box full", RecipientDeferredError, id="mailbox full"),
        pytest.param("MAIL", "451 busy", RecipientDeferredError, id="busy at MAIL"),
        pytest.param("MAIL", "552 too big", RecipientRefusedError, id="mail too big"),
        pytest.param("DATA", "554 no", RecipientDeferredError, id="refused at DATA"),
        pytest.param("DATA", "451 later", RecipientDeferredError, id="deferred at DATA"),
        pytest.param(".", "554 spam", RecipientDeferredError, id="called spam"),
        pytest.param("RCPT", "550 5.7.1 relay denied", RecipientDeferredError, id="policy"),
        pytest.param("RCPT", "550 5.1.1 who?", RecipientRefusedError, id="unknown, in full"),
        pytest.param("RCPT", "554 5.2.1 disabled", RecipientRefusedError, id="disabled"),
        pytest.param(".", "451 later", RecipientDeferredError, id="deferred after the mail"),
        pytest.param(".", "421 closing", RecipientDeferredError, id="closing after the mail"),
    ],
)
def test_a_reply_about_one_recipient_keeps_its_code_and_words(
    server: SMTPServer, smtp: SMTP, stage: str, reply: str, error: type[RecipientRefusedError]
) -> None:
    server.when(stage, reply=reply)

    with pytest.raises(error, match=reply) as caught:
        smtp.send(parcel())

    assert str(caught.value.code) == reply[:3]


def test_a_server_that_wants_a_login_is_unusable_and_says_where_to_look(
    server: SMTPServer, smtp: SMTP
) -> None:
    server.when("RCPT", reply="530 5.7.0 Authentication required")

    with pytest.raises(MailServerError, match="username, password and security"):
        smtp.send(parcel())


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "."])
@pytest.mark.parametrize("reply", ["550 never", "450 not now"])
def test_the_next_recipient_is_served_on_the_same_connection(
    server: SMTPServer, smtp: SMTP, stage: str, reply: str
) -> None:
    server.when(stage, reply=reply, nth=1)

    with pytest.raises((RecipientRefusedError, RecipientDeferredError)):
        smtp.send(parcel("bad@example.org"))
    smtp.send(parcel("good@example.org"))

    assert server.recipients[-1] == "good@example.org"
    assert len(server.sessions) == 1


def test_a_server_that_closes_after_a_mail_is_left_before_it_leaves(
    server: SMTPServer, smtp: SMTP
) -> None:
    server.when(".", reply="421 closing", nth=1)

    with pytest.raises(RecipientDeferredError):
        smtp.send(parcel("ada@example.org"))
    smtp.send(parcel("ada@example.org"))

    assert len(server.sessions) == 2


def test_the_next_recipient_is_served_when_the_server_does_not_even_reset(
    server: SMTPServer, smtp: SMTP
) -> None:
    server.when("RCPT", reply="550 never", nth=1)
    server.when("RSET", reply=HANG_UP)

    with pytest.raises(RecipientRefusedError):
        smtp.send(parcel("bad@example.org"))
    smtp.send(parcel("good@example.org"))

    assert server.recipients == ["good@example.org"]


def test_an_address_beyond_ascii_is_announced_to_a_server_that_takes_it() -> None:
    with (
        SMTPServer(extensions=("8BITMIME", "SMTPUTF8")) as server,
        closing(client(server)) as smtp,
    ):
        smtp.send(parcel("jürgen@example.org"))
        smtp.send(parcel("ada@example.org"))

        assert server.recipients == ["jürgen@example.org", "ada@example.org"]
        assert "SMTPUTF8" in server.sessions[0].commands[1].split()


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it(
    server: SMTPServer, smtp: SMTP
) -> None:
    with pytest.raises(RecipientRefusedError, match="SMTPUTF8"):
        smtp.send(parcel("jürgen@example.org"))
    smtp.send(parcel("ada@example.org"))

    assert server.recipients == ["ada@example.org"]
