"""A transactional mail is signed and has an envelope sender of its own, as a digest has."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from support.builders import DAY, NOON, subscriber

from digest.app.config.resources import templates_dir
from digest.mail.message import FromIdentity
from digest.mail.templates import Templates
from digest.mail.transactional import TransactionalSettings, render
from digest.mail.verp import parse_return_address
from digest.models.delivery import MailKind, TransactionalMail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.mail.headers import Field

MAIL = TransactionalMail(id=3, subscriber_id=7, kind=MailKind.CONFIRM, made_at=NOON, attempts=0)
SETTINGS = TransactionalSettings(
    templates={MailKind.CONFIRM: Templates(templates_dir(), "confirm")},
    sender=FromIdentity(name="Papers", address="digest@example.org"),
    postal_address="1 Main Street",
    bounce_address="bounces+{id}@example.org",
    secret="for the tests",
    links=lambda *_: {
        f"{name}_url": f"https://example.org/{name}" for name in ("confirm", "manage", "refuse")
    },
    topic_names=lambda _: ["Agents", "Q&A"],
)


def test_a_mail_s_envelope_names_the_subscriber() -> None:
    message = render(MAIL, subscriber(7), settings=SETTINGS, now=NOON)

    identifier = message.sender.removeprefix("bounces+").removesuffix("@example.org")
    assert parse_return_address(identifier, secrets=["for the tests"]) == (DAY, 7)
    assert f"<{message.envid}@example.org>".encode() in message.content


def test_a_mail_names_its_topics_in_both_parts() -> None:
    message = render(MAIL, subscriber(7), settings=SETTINGS, now=NOON)

    parsed = message_from_bytes(message.content, policy=policy.default)
    text, html = (part.get_content() for part in parsed.iter_parts())  # type: ignore[attr-defined]
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
    assert signed == f"X-Stamp: 8 {length} 12:00\r\n".encode() + unsigned
