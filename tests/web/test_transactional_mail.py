"""The letters a sign-up leads to: what is in them, and what happens when the server fails."""

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
    from support.site import House
    from web.conftest import Build


ADA = "ada@example.org"
LETTERS = [MailKind.CONFIRM, MailKind.KNOWN, MailKind.PRIVACY]


def test_the_confirmation_holds_nothing_the_visitor_typed_but_the_address(house: House) -> None:
    house.sign_up(
        ADA,
        "agents",
        "http://spam.example",
        name="Buy pills http://spam.example",
        subject="spam",
        **{"": "spam"},
    )

    mail = house.letter(ADA, MailKind.CONFIRM)

    assert "spam" not in mail.as_string()
    assert mail["To"] == ADA
    assert "Topics: Agents." in text_of(mail)


@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_says_that_a_machine_wrote_it_and_belongs_to_no_list(
    house: House, kind: MailKind
) -> None:
    reader = house.reader(ADA)
    house.app.transactional_queue.enqueue(reader.id, kind, now=house.now)

    mail = house.letter(ADA, kind)

    assert mail["Auto-Submitted"] == "auto-replied"
    assert [name for name in mail if name.startswith(("List-", "Precedence", "Feedback"))] == []
    assert mail["Date"].datetime == NOON


@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_is_a_text_and_a_page_with_the_same_links(house: House, kind: MailKind) -> None:
    reader = house.reader(ADA)
    house.app.transactional_queue.enqueue(reader.id, kind, now=house.now)

    mail = house.letter(ADA, kind)

    assert mail.get_content_type() == "multipart/alternative"
    lines = text_of(mail).split()
    addresses = [line for line in lines if line.startswith("https://")]
    assert addresses != []
    assert [url for url in addresses if url not in text_of(mail, "html")] == []
    assert "1 Test Street" in text_of(mail)


def test_letters_come_from_an_address_of_their_own_if_there_is_one(build: Build) -> None:
    own = build(mail={"letters_from": "hello@letters.example.org", "reply_to": "us@example.org"})
    own.sign_up(ADA)

    mail = own.letter(ADA, MailKind.CONFIRM)

    assert mail["From"] == "Trending Papers <hello@letters.example.org>"
    assert mail["Reply-To"] == "us@example.org"
    assert mail["Message-ID"].endswith("@letters.example.org>")


def test_letters_come_from_the_digest_s_address_otherwise(house: House) -> None:
    house.sign_up(ADA)

    assert house.letter(ADA, MailKind.CONFIRM)["From"] == "Trending Papers <digest@example.org>"


def test_an_international_domain_is_written_to_in_ascii(house: House) -> None:
    house.sign_up("ada@bücher.example")
    house.deliver()

    [mail] = house.mails()

    assert mail["To"] == "ada@xn--bcher-kva.example"


def test_a_visitor_wakes_the_post_and_the_refused_do_not(house: House) -> None:
    house.sign_up(ADA)
    house.sign_up(ADA)
    house.sign_up("nobody")

    assert len(house.pokes) == 1


# -- a server that fails ----------------------------------------------------------------------

CLOSED = MailServerError("mail.example.org is closed")


def test_a_closed_mail_server_changes_nothing_for_the_visitor(house: House) -> None:
    answer = house.sign_up(ADA)
    left = house.deliver(RecordingTransport(failures={ADA: CLOSED}))

    assert (answer.status_code, left) == (303, 0)
    assert house.app.transactional_queue.counts() == {"waiting": 1}


def test_a_closed_server_is_asked_once_per_round_whoever_waits(house: House) -> None:
    house.sign_up(ADA)
    house.sign_up("ben@example.org")
    server = RecordingTransport(failures={ADA: CLOSED, "ben@example.org": CLOSED})

    house.deliver(server)

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
def test_a_letter_that_could_not_leave_leaves_later(
    house: House, failure: Outcome | Exception
) -> None:
    house.sign_up(ADA)
    house.deliver(RecordingTransport(failures={ADA: failure}))
    house.wait(minutes=1)
    too_early = house.deliver()
    house.wait(minutes=1)

    assert (too_early, house.deliver()) == (0, 1)


def test_the_links_of_a_letter_that_had_to_wait_work_for_as_long_as_it_says(house: House) -> None:
    house.sign_up(ADA)
    house.deliver(RecordingTransport(failures={ADA: CLOSED}))
    house.wait(hours=60)
    link = path_in(house.letter(ADA, MailKind.CONFIRM), Purpose.CONFIRM)
    house.wait(hours=71)

    assert house.post(link).status_code == 200
    assert house.status(ADA) == "confirmed"


def test_a_letter_that_is_tried_again_has_the_same_name_and_date(house: House) -> None:
    house.sign_up(ADA)
    asked_at = house.now
    house.deliver(
        RecordingTransport(failures={ADA: Outcome(state=DeliveryState.UNKNOWN, reason="cut off")})
    )
    house.wait(hours=5)

    mail = house.letter(ADA, MailKind.CONFIRM)

    assert mail["Date"].datetime == asked_at


def test_an_address_that_does_not_exist_is_not_tried_again(house: House) -> None:
    house.sign_up(ADA)
    house.deliver(
        RecordingTransport(
            failures={ADA: Outcome(state=DeliveryState.FAILED, reason="550 no such user")}
        )
    )
    house.wait(days=1)

    assert house.deliver() == 0
    assert house.app.transactional_queue.counts() == {"failed": 1}


def test_who_asked_never_to_be_written_to_gets_no_letter_that_still_waits(house: House) -> None:
    reader = house.reader(ADA)
    house.app.transactional_queue.enqueue(reader.id, MailKind.CONFIRM, now=house.now)
    house.reader(ADA, Event.COMPLAINT)

    assert house.deliver() == 0
    assert house.app.transactional_queue.counts() == {"failed": 1}


def test_the_log_names_no_address(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.sign_up(ADA)
    house.deliver(
        RecordingTransport(
            failures={ADA: Outcome(state=DeliveryState.DEFERRED, reason="try later")}
        )
    )
    house.wait(minutes=5)
    house.deliver()

    said = [str(vars(record)) for record in caplog.records if record.name.startswith("digest")]
    assert len(said) == 2
    assert "ada" not in "".join(said)


def test_who_has_left_before_the_letter_was_sent_is_not_asked_to_confirm(house: House) -> None:
    reader = house.reader(ADA)
    house.app.transactional_queue.enqueue(reader.id, MailKind.CONFIRM, now=house.now)
    house.book.record(reader.id, Event.LEAVE, evidence=evidence())
    transport = RecordingTransport()

    house.deliver(transport)

    assert transport.attempted_recipients == []
    assert house.app.transactional_queue.counts() == {"failed": 1}
