"""Answers to mails, and mails that can be answered, as an installation sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.installation import RecordingTransport
from support.site import text_of

from digest.mail.command_address import CommandWord
from digest.models.delivery import DeliveryState, MailKind, Outcome
from subscribers import mail_tokens
from subscribers.mail_tokens import MailPurpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

ADA, BEN = "ada@example.org", "ben@example.org"


@pytest.fixture
def by_mail(build_site: BuildSite) -> Site:
    """A site to which readers may write as well."""
    return build_site(inbound={"address": "{command}@news.example.org"})


def answer(site: Site, kind: MailKind, address: str, subscriber_id: int | None = None) -> None:
    with site.app.engine.execution_options(writes=True).begin() as db:
        site.app.answers.answer_in(
            db,
            kind,
            address=address,
            subscriber_id=subscriber_id,
            in_reply_to="<1@example.net>",
            now=site.now,
        )


def test_a_confirmation_is_answered_to_an_address_that_confirms(by_mail: Site) -> None:
    by_mail.sign_up(ADA, "agents")

    mail = by_mail.mail_to(ADA, MailKind.CONFIRM)

    found = by_mail.app.command_addresses.parse(mail["Reply-To"])
    assert found is not None
    word, token = found
    assert word is CommandWord.CONFIRM
    reader = by_mail.book.find(ADA)
    assert reader is not None
    secrets, now = by_mail.app.secrets, by_mail.now
    assert mail_tokens.read(MailPurpose.CONFIRM, token, secrets=secrets, now=now) == reader.id


def test_somebody_unknown_is_sent_an_answer_and_then_forgotten(by_mail: Site) -> None:
    answer(by_mail, MailKind.HELP, BEN)

    mail = by_mail.mail_to(BEN, MailKind.HELP)

    assert (mail["To"], mail["In-Reply-To"]) == (BEN, "<1@example.net>")
    assert mail["Auto-Submitted"] == "auto-replied"
    assert "subscribe@news.example.org" in text_of(mail)
    assert by_mail.app.transactional_queue.counts() == {"sent": 1}
    assert "ben@" not in str(by_mail.dump())


def test_an_answer_that_cannot_leave_now_is_sent_later(by_mail: Site) -> None:
    answer(by_mail, MailKind.HELP, BEN)
    later = Outcome(state=DeliveryState.DEFERRED, reason="try later")
    by_mail.deliver(RecordingTransport(failures={BEN: later}))
    by_mail.wait(minutes=5)

    assert by_mail.mail_to(BEN, MailKind.HELP)["To"] == BEN


def test_who_must_not_be_written_to_gets_no_answer(by_mail: Site) -> None:
    reader = by_mail.subscriber(ADA, Event.COMPLAINT)
    answer(by_mail, MailKind.HELP, ADA, reader.id)

    assert by_mail.deliver() == 0
    assert by_mail.app.transactional_queue.counts() == {"failed": 1}


def test_where_no_mail_comes_in_any_more_an_answer_fails(site: Site) -> None:
    answer(site, MailKind.HELP, BEN)

    assert site.deliver() == 0
    assert site.app.transactional_queue.counts() == {"failed": 1}


def test_a_reader_s_answer_is_to_the_address_they_confirmed(by_mail: Site) -> None:
    reader = by_mail.subscriber(ADA, Event.CONFIRM)
    answer(by_mail, MailKind.DONE, "ADA+papers@example.org", reader.id)

    mail = by_mail.mail_to(ADA, MailKind.DONE)

    assert mail["To"] == ADA
    assert mail["Reply-To"].startswith("commands+")
