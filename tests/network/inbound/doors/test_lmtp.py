"""LMTP over a Unix socket: what is stored, and what the mail server hears of each recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.storage.arrivals import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa
    from support.lmtp import LMTPService

    Start = Callable[..., LMTPService]

ADA, BO = "bounces+ada@news.example.org", "leave+bo@news.example.org"
MAIL = b"Subject: hello\r\nMessage-ID: <1@example.net>\r\n\r\nDear reader\r\n"
STORED = "250 2.0.0 stored"


# -- messages ---------------------------------------------------------------------------------


def test_a_message_is_stored_with_its_bytes_its_sender_and_each_recipient(start: Start) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA, BO, sender="s@example.net")
        answers = client.message(MAIL, answers=2)

    assert answers == [STORED, STORED]
    assert service.store.kept == [(MAIL + b"\r\n", "s@example.net", [ADA, BO])]
    assert len(service.woken) == 1


@pytest.mark.parametrize("sender", ["", "MAILER-DAEMON", "mailer-daemon"])
def test_the_null_sender_is_stored_as_nothing(start: Start, sender: str) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA, sender=sender)
        client.message(MAIL, answers=1)

    assert service.store.kept[0][1] == ""


def test_the_dots_that_hide_dots_are_taken_off(start: Start) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(ADA)
        client.message(b"a: b\r\n\r\n.\r\n..two\r\n", answers=1)

    assert service.store.kept[0][0] == b"a: b\r\n\r\n.\r\n..two\r\n\r\n"


def test_only_a_dot_between_whole_line_ends_ends_a_message(start: Start) -> None:
    """Else a message could hold commands (CVE-2023-51764)."""
    service = start()

    with service.connect() as client:
        client.envelope(ADA)
        content = b"a: b\n.\nc\n.\r\nMAIL FROM:<x@y>"
        answers = client.message(content, answers=1)

    assert answers == [STORED]
    assert service.store.kept[0][0] == content + b"\r\n"


def test_a_line_of_any_length_is_taken_as_it_is(start: Start) -> None:
    service = start(kept=4_000_000)
    long = b"x" * 3_000_000 + b"\r\n.y\x00\xff"

    with service.connect() as client:
        client.envelope(ADA)
        answers = client.message(long, answers=1)

    assert answers == [STORED]
    assert service.store.kept[0][0] == long + b"\r\n"


def test_the_rest_of_a_long_message_is_read_and_dropped(start: Start) -> None:
    service = start(kept=100)

    with service.connect() as client:
        client.envelope(ADA)
        answers = client.message(MAIL + b"line\r\n" * 50_000, answers=1)

    assert answers == [STORED]
    assert len(service.store.kept[0][0]) == 100


def test_a_message_over_the_limit_is_refused_for_each_recipient(start: Start) -> None:
    service = start(largest=1000)

    with service.connect() as client:
        client.envelope(ADA, BO)
        answers = client.message(b"line\r\n" * 200, answers=2)
        client.envelope(ADA)
        after = client.message(MAIL, answers=1)

    assert answers == ["552 5.3.4 the message is larger than [inbound] largest"] * 2
    assert after == [STORED]


def test_a_size_over_the_limit_is_refused_before_the_message(start: Start) -> None:
    with start(largest=1000).connect() as client:
        client.command("LHLO mx")

        assert client.command("MAIL FROM:<> SIZE=1001").startswith("552")


def test_the_same_message_again_is_stored_once(start: Start, engine: sa.Engine) -> None:
    service = start(Arrivals(engine))

    with service.connect() as client:
        for recipients in [(ADA, BO), (ADA, BO), (BO,), (ADA, ADA)]:
            client.envelope(*recipients)
            assert client.message(MAIL, answers=len(recipients)) == [STORED] * len(recipients)

    found = [one.envelope.recipient for one in Arrivals(engine).waiting(9)]
    assert found == [ADA, BO]
    assert len(service.woken) == 1


# -- recipients -------------------------------------------------------------------------------


def test_each_accepted_recipient_has_its_answer_in_their_order(start: Start) -> None:
    service = start()

    with service.connect() as client:
        accepted = client.envelope(ADA, "ada@news.example.org", BO)
        answers = client.message(MAIL, answers=2)
        after = client.command("NOOP")

    assert accepted == ["250 2.1.5 OK", "550 5.1.1 no such address here", "250 2.1.5 OK"]
    assert answers == [STORED, STORED]
    assert after == "250 OK"
    assert service.store.kept[0][2] == [ADA, BO]


@pytest.mark.parametrize("path", ["bounces+x", "", '"a b', "bounces+\x01@news.example.org", "@"])
def test_what_is_no_address_of_ours_is_refused(start: Start, path: str) -> None:
    with start().connect() as client:
        (answer,) = client.envelope(path)

    assert answer.startswith(("550 5.1.1", "553 5.1.3"))


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ('"bounces+a b"@news.example.org', "bounces+a b@news.example.org"),
        (r'"bounces+a\"b"@news.example.org', 'bounces+a"b@news.example.org'),
        ("bounces+ä@news.example.org", "bounces+ä@news.example.org"),
        ("BOUNCES+X@NEWS.EXAMPLE.ORG", "BOUNCES+X@NEWS.EXAMPLE.ORG"),
        ("@relay.example.net:bounces+x@news.example.org", "bounces+x@news.example.org"),
    ],
)
def test_an_address_is_stored_without_its_quotes(start: Start, path: str, stored: str) -> None:
    service = start()

    with service.connect() as client:
        client.envelope(path)
        client.message(MAIL, answers=1)

    assert service.store.kept[0][2] == [stored]


def test_too_many_recipients_come_later(start: Start) -> None:
    with start(recipients=1).connect() as client:
        assert client.envelope(ADA, BO)[1].startswith("452")


def test_a_message_without_recipients_is_not_taken(start: Start) -> None:
    with start().connect() as client:
        client.envelope("ada@news.example.org")

        assert client.command("DATA").startswith("503")


def test_many_recipients_of_a_pipeline_are_answered(start: Start) -> None:
    service = start()
    lines = ["LHLO mx", "MAIL FROM:<>", f"RCPT TO:<{ADA}>", f"RCPT TO:<{BO}>", "DATA"]

    with service.connect() as client:
        client.send("".join(f"{line}\r\n" for line in lines))
        client.replies(5)
        client.send(MAIL + b".\r\nQUIT\r\n")
        answers = client.replies(3)

    assert answers == [STORED, STORED, "221 Bye"]


def test_what_is_announced_and_what_is_not(start: Start) -> None:
    with start(largest=123_456).connect() as client:
        lines = client.command("LHLO mx").splitlines()

    assert {line[4:] for line in lines[1:]} == {
        "SIZE 123456", "8BITMIME", "SMTPUTF8", "PIPELINING", "HELP",
    }  # fmt: skip
