"""Transactional mails: their content, and what happens when the mail server fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, evidence
from support.installation import RecordingTransport
from support.site import path_in, text_of

from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, MailKind, Outcome
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite


ADA = "ada@example.org"
KINDS = [MailKind.CONFIRM, MailKind.KNOWN, MailKind.PRIVACY]


def test_the_confirmation_holds_nothing_the_visitor_typed_but_the_address(site: Site) -> None:
    site.sign_up(
        ADA,
        "agents",
        "http://spam.example",
        name="Buy pills http://spam.example",
        subject="spam",
        **{"": "spam"},
    )

    mail = site.mail_to(ADA, MailKind.CONFIRM)

    assert "spam" not in mail.as_string()
    assert mail["To"] == ADA
    assert "Topics: Agents." in text_of(mail)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_marked_as_automatic_and_belongs_to_no_list(site: Site, kind: MailKind) -> None:
    subscriber = site.subscriber(ADA)
    site.app.transactional_queue.enqueue(subscriber.id, kind, now=site.now)

    mail = site.mail_to(ADA, kind)

    assert mail["Auto-Submitted"] == "auto-replied"
    assert [name for name in mail if name.startswith(("List-", "Precedence", "Feedback"))] == []
    assert mail["Date"].datetime == NOON


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_has_text_and_html_with_the_same_links(site: Site, kind: MailKind) -> None:
    subscriber = site.subscriber(ADA)
    site.app.transactional_queue.enqueue(subscriber.id, kind, now=site.now)

    mail = site.mail_to(ADA, kind)

    assert mail.get_content_type() == "multipart/alternative"
    lines = text_of(mail).split()
    addresses = [line for line in lines if line.startswith("https://")]
    assert addresses != []
    assert [url for url in addresses if url not in text_of(mail, "html")] == []
    assert "1 Test Street" in text_of(mail)


def test_mails_come_from_their_own_address_if_one_is_configured(build_site: BuildSite) -> None:
    own = build_site(
        mail={"letters_from": "hello@letters.example.org", "reply_to": "us@example.org"}
    )
    own.sign_up(ADA)

    mail = own.mail_to(ADA, MailKind.CONFIRM)

    assert mail["From"] == "Trending Papers <hello@letters.example.org>"
    assert mail["Reply-To"] == "us@example.org"
    assert mail["Message-ID"].endswith("@letters.example.org>")


def test_mails_come_from_the_address_of_the_digest_otherwise(site: Site) -> None:
    site.sign_up(ADA)

    assert site.mail_to(ADA, MailKind.CONFIRM)["From"] == "Trending Papers <digest@example.org>"


def test_an_international_domain_is_written_to_in_ascii(site: Site) -> None:
    site.sign_up("ada@bücher.example")
    site.deliver()

    [mail] = site.mails()

    assert mail["To"] == "ada@xn--bcher-kva.example"


def test_a_sign_up_wakes_the_sender_only_if_a_mail_was_queued(site: Site) -> None:
    site.sign_up(ADA)
    site.sign_up(ADA)
    site.sign_up("nobody")

    assert len(site.wake_ups) == 1


# -- a server that fails ----------------------------------------------------------------------

CLOSED = MailServerError("mail.example.org is closed")


def test_a_closed_mail_server_changes_nothing_for_the_visitor(site: Site) -> None:
    answer = site.sign_up(ADA)
    left = site.deliver(RecordingTransport(failures={ADA: CLOSED}))

    assert (answer.status_code, left) == (303, 0)
    assert site.app.transactional_queue.counts() == {"waiting": 1}


def test_a_closed_server_is_tried_once_per_run(site: Site) -> None:
    site.sign_up(ADA)
    site.sign_up("ben@example.org")
    server = RecordingTransport(failures={ADA: CLOSED, "ben@example.org": CLOSED})

    site.deliver(server)

    assert server.attempted_recipients == [ADA]
    assert server.closed


@pytest.mark.parametrize(
    "failure",
    [
        CLOSED,
        Outcome(state=DeliveryState.PLANNED, reason="not yet"),
        Outcome(state=DeliveryState.DEFERRED, reason="greylisted"),
        Outcome(state=DeliveryState.UNKNOWN, reason="cut off"),
    ],
)
def test_a_mail_that_could_not_be_sent_is_sent_later(
    site: Site, failure: Outcome | Exception
) -> None:
    site.sign_up(ADA)
    site.deliver(RecordingTransport(failures={ADA: failure}))
    site.wait(minutes=1)
    too_early = site.deliver()
    site.wait(minutes=1)

    assert (too_early, site.deliver()) == (0, 1)


def test_the_links_of_a_delayed_mail_work_as_long_as_it_says(site: Site) -> None:
    site.sign_up(ADA)
    site.deliver(RecordingTransport(failures={ADA: CLOSED}))
    site.wait(hours=60)
    link = path_in(site.mail_to(ADA, MailKind.CONFIRM), Purpose.CONFIRM)
    site.wait(hours=71)

    assert site.post(link).status_code == 200
    assert site.status(ADA) == "confirmed"


def test_a_mail_that_is_tried_again_has_the_same_file_name_and_date(site: Site) -> None:
    site.sign_up(ADA)
    queued_at = site.now
    site.deliver(
        RecordingTransport(failures={ADA: Outcome(state=DeliveryState.UNKNOWN, reason="cut off")})
    )
    site.wait(hours=5)

    mail = site.mail_to(ADA, MailKind.CONFIRM)

    assert mail["Date"].datetime == queued_at


def test_an_address_that_does_not_exist_is_not_tried_again(site: Site) -> None:
    site.sign_up(ADA)
    site.sign_up("ben@example.org")  # is accepted, so the server is not wrong for all
    site.deliver(
        RecordingTransport(
            failures={ADA: Outcome(state=DeliveryState.FAILED, reason="550 no such user")}
        )
    )
    site.wait(days=1)

    assert site.deliver() == 0
    assert site.app.transactional_queue.counts() == {"failed": 1, "sent": 1}


def test_who_refused_all_mail_gets_no_mail_that_was_still_queued(site: Site) -> None:
    subscriber = site.subscriber(ADA)
    site.app.transactional_queue.enqueue(subscriber.id, MailKind.CONFIRM, now=site.now)
    site.subscriber(ADA, Event.COMPLAINT)

    assert site.deliver() == 0
    assert site.app.transactional_queue.counts() == {"failed": 1}


def test_the_log_names_no_address(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.sign_up(ADA)
    site.deliver(
        RecordingTransport(
            failures={ADA: Outcome(state=DeliveryState.DEFERRED, reason="try later")}
        )
    )
    site.wait(minutes=5)
    site.deliver()

    records = [str(vars(record)) for record in caplog.records if record.name.startswith("digest")]
    assert len(records) == 2
    assert "ada" not in "".join(records)


@pytest.mark.parametrize(
    ("events", "kind"), [((), MailKind.CONFIRM), ((Event.CONFIRM,), MailKind.KNOWN)]
)
def test_who_left_before_the_mail_was_sent_gets_none_that_strangers_caused(
    site: Site, events: tuple[Event, ...], kind: MailKind
) -> None:
    subscriber = site.subscriber(ADA, *events)
    site.app.transactional_queue.enqueue(subscriber.id, kind, now=site.now)
    site.book.record(subscriber.id, Event.LEAVE, evidence=evidence())
    transport = RecordingTransport()

    site.deliver(transport)

    assert transport.attempted_recipients == []
    assert site.app.transactional_queue.counts() == {"failed": 1}
