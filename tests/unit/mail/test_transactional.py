"""A transactional mail is signed and has an envelope sender of its own, as a digest has."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, subscriber

from digest.app.config.resources import templates_dir
from digest.errors import RenderError
from digest.mail.answers import Asked, Done
from digest.mail.command_address import CommandAddresses, CommandWord
from digest.mail.links import LinkBuilder
from digest.mail.message import FromIdentity
from digest.mail.templates import Templates
from digest.mail.transactional import TransactionalSettings, render
from digest.mail.verp import parse_return_address
from digest.models.delivery import ANSWERS, MailKind, TransactionalMail
from subscribers import mail_tokens
from subscribers.mail_tokens import MailPurpose
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.mail.headers import Field
    from subscribers.models import Subscriber

MAIL = TransactionalMail(id=3, subscriber_id=7, kind=MailKind.CONFIRM, made_at=NOON, attempts=0)
LINKS = LinkBuilder(
    secrets=["for the tests"], web_url="https://example.org", reply_to="us@example.org"
)
SETTINGS = TransactionalSettings(
    templates={kind: Templates(templates_dir(), kind) for kind in MailKind},
    sender=FromIdentity(name="Papers", address="digest@example.org"),
    postal_address="1 Main Street",
    bounce_address="bounces+{id}@example.org",
    secret="for the tests",
    links=LINKS,
    topics={"agents": "Agents", "q-a": "Q&A", "robots": "Robots"},
)
BY_MAIL = replace(
    SETTINGS, links=replace(LINKS, commands=CommandAddresses("{command}@news.example.org"))
)
ADA = subscriber(7, topics=("agents", "gone", "q-a"))


def parsed(
    mail: TransactionalMail,
    reader: Subscriber | None = ADA,
    settings: TransactionalSettings = BY_MAIL,
) -> EmailMessage:
    content = render(mail, reader, settings=settings, now=NOON).content
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def texts(message: EmailMessage) -> tuple[str, str]:
    text, html = (part.get_content() for part in message.iter_parts())  # type: ignore[attr-defined]
    return text, html


def answer(kind: MailKind, **details: str | list[str]) -> TransactionalMail:
    return replace(MAIL, kind=kind, details=details, in_reply_to="<1@example.org>")


def to_stranger(kind: MailKind, **details: str | list[str]) -> TransactionalMail:
    return replace(answer(kind, **details), subscriber_id=None, address="ben@example.org")


def held_by(address: str, word: CommandWord) -> int:
    """The subscriber whose token an address has."""
    found = BY_MAIL.links.commands.parse(address)
    assert found is not None
    assert found[0] is word
    return mail_tokens.read(MailPurpose(word), found[1], secrets=LINKS.secrets, now=NOON)


def test_a_mail_s_envelope_names_the_subscriber() -> None:
    message = render(MAIL, subscriber(7), settings=SETTINGS, now=NOON)

    identifier = message.sender.removeprefix("bounces+").removesuffix("@example.org")
    assert parse_return_address(identifier, secrets=["for the tests"]) == (DAY, 7)
    assert f"<{message.envid}@example.org>".encode() in message.content


def test_a_mail_names_its_topics_in_both_parts() -> None:
    text, html = texts(parsed(MAIL, settings=SETTINGS))

    assert "Topics: Agents, Q&A." in text
    assert "Topics: Agents, Q&amp;A." in html


def test_a_mail_is_signed_as_it_is_sent() -> None:
    class Stamp:
        def sign(
            self, headers: Sequence[Field], body: bytes, *, at: datetime, canonical: bool
        ) -> bytes:
            return f"X-Stamp: {len(headers)} {len(body)} {at:%H:%M}\r\n".encode()

    signed, unsigned = (
        render(MAIL, subscriber(7), settings=settings, now=NOON).content
        for settings in (replace(SETTINGS, signer=Stamp()), SETTINGS)
    )

    length = len(unsigned.partition(b"\r\n\r\n")[2])
    assert signed == f"X-Stamp: 9 {length} 12:00\r\n".encode() + unsigned


def test_a_confirmation_is_confirmed_by_a_reply_where_mail_comes_in() -> None:
    message = parsed(replace(MAIL, kind=MailKind.CONFIRM))

    assert held_by(message["Reply-To"], CommandWord.CONFIRM) == 7
    text, html = texts(message)
    assert "Confirm here within three days, or just reply to this mail:" in text
    assert "Or just reply to this mail. Then you can" in html


def test_a_confirmation_offers_no_reply_where_no_mail_comes_in() -> None:
    message = parsed(replace(MAIL, kind=MailKind.CONFIRM), settings=SETTINGS)

    assert message["Reply-To"] is None
    assert not any("reply" in part for part in texts(message))


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PAUSED])
def test_a_subscriber_may_answer_with_a_command(kind: MailKind, status: Status) -> None:
    message = parsed(answer(kind), replace(ADA, status=status))

    assert message["To"] == ADA.address
    assert held_by(message["Reply-To"], CommandWord.COMMANDS) == 7
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == message["References"] == "<1@example.org>"
    assert [name for name in message if name.startswith(("List-", "Precedence"))] == []


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("status", [Status.PENDING, Status.LEFT])
def test_whoever_is_not_subscribed_gets_no_token(kind: MailKind, status: Status) -> None:
    message = parsed(answer(kind), replace(ADA, status=status))

    assert message["Reply-To"] is None
    assert b"commands+" not in message.as_bytes()


@pytest.mark.parametrize("kind", [MailKind.HELP, MailKind.TOPICS])
def test_a_stranger_gets_an_answer_without_any_token(kind: MailKind) -> None:
    message = parsed(to_stranger(kind), None)

    assert message["To"] == "ben@example.org"
    text, html = texts(message)
    assert "subscribe@news.example.org" in text
    assert "mailto:subscribe@news.example.org?subject=subscribe" in html
    assert not any("+" in part for part in (text, html, str(message["Reply-To"])))


def test_the_return_address_of_an_answer_to_a_stranger_names_nobody() -> None:
    message = render(to_stranger(MailKind.HELP), None, settings=BY_MAIL, now=NOON)

    identifier = message.sender.removeprefix("bounces+").removesuffix("@example.org")
    assert parse_return_address(identifier, secrets=["for the tests"]) == (DAY, 0)


def test_an_answer_repeats_only_words_that_could_be_topics() -> None:
    words = ["robotz", "Buy pills", "http://spam.example", "x" * 41, *(f"w{n}" for n in range(20))]

    text, html = texts(parsed(answer(MailKind.TOPICS, unknown=words, understood=["agents", "x"])))

    assert "We do not know: robotz, w0, w1, w2, w3, w4, w5, w6, w7, w8." in text
    assert "We took: Agents." in text
    for forbidden in ("pills", "spam", "xxx", "w9"):
        assert forbidden not in text + html


def test_who_has_not_confirmed_is_told_to_do_that_before_choosing_again() -> None:
    mail = answer(MailKind.TOPICS, unknown=["robotz"], understood=["agents"])

    text, html = texts(parsed(mail, replace(ADA, status=Status.PENDING)))

    for part in (text, html):
        assert "First confirm your subscription, by our other mail." in " ".join(part.split())
        assert "subscribe@" not in part


@pytest.mark.parametrize(
    ("details", "subject"),
    [
        ({"command": Asked.PAUSE}, "pause"),
        ({"command": Asked.RESUME}, "resume"),
        ({"command": Asked.TOPICS, "topics": ["q-a", "pills", "robots"]}, "topics q-a, robots"),
        ({"command": Asked.TIMES, "times": "weekly at 7", "when": "once a week"}, "weekly at 7"),
    ],
)
def test_a_question_has_the_command_as_its_subject(
    details: dict[str, str | list[str]], subject: str
) -> None:
    message = parsed(answer(MailKind.ASK, **details))

    assert message["Subject"] == subject
    assert f"{message['Reply-To']}?subject={subject.partition(' ')[0]}" in texts(message)[1]


@pytest.mark.parametrize(
    ("done", "status", "undo"),
    [
        (Done.CONFIRMED, Status.CONFIRMED, "pause"),
        (Done.RESUMED, Status.CONFIRMED, "pause"),
        (Done.PAUSED, Status.PAUSED, "resume"),
        (Done.TOPICS, Status.CONFIRMED, "topics agents, q-a"),
        (Done.TIMES, Status.CONFIRMED, "weekly on Monday at 7 Europe/Paris"),
        (Done.LEFT, Status.LEFT, "To come back, write to subscribe@news.example.org."),
    ],
)
def test_what_was_done_is_said_with_how_to_undo_it(done: Done, status: Status, undo: str) -> None:
    message = parsed(answer(MailKind.DONE, done=done), replace(ADA, status=status))

    assert undo in texts(message)[0].splitlines()
    assert "Papers" in message["Subject"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.CONFIRMED, "You get Papers at this address."),
        (Status.PAUSED, "You have paused Papers."),
        (Status.PENDING, "nobody has confirmed it"),
        (Status.LEFT, "This address gets no digest from us."),
        (None, "This address gets no digest from us."),
    ],
)
def test_help_lists_the_topics_and_says_how_the_subscription_stands(
    status: Status | None, said: str
) -> None:
    reader = replace(ADA, status=status) if status else None

    text, html = texts(
        parsed(answer(MailKind.HELP) if reader else to_stranger(MailKind.HELP), reader)
    )

    assert said in " ".join(text.split())
    assert said in html
    assert {"agents: Agents", "q-a: Q&A", "robots: Robots"} <= set(text.splitlines())


@pytest.mark.parametrize("forged", ["", "no id", "<a b@x>", "<a@x>\r\nBcc: b@x", f"<{'a' * 201}>"])
def test_what_is_no_message_id_is_not_answered_to(forged: str) -> None:
    message = parsed(replace(answer(MailKind.HELP), in_reply_to=forged))

    assert (message["In-Reply-To"], message["References"], message["Bcc"]) == (None, None, None)


def test_where_no_mail_comes_in_any_more_an_answer_is_refused() -> None:
    with pytest.raises(RenderError, match=r"\[inbound\] address is empty"):
        parsed(answer(MailKind.HELP), settings=SETTINGS)
