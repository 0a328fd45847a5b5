"""Readers leave by mail: by the address of List-Unsubscribe, or by saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import DAY
from support.mail_list import SECRET, body_of
from support.reader_mail import READER, mail_octets

from digest.mail.command_address import CommandWord
from digest.mail.message import message_id
from digest.mail.verp import return_address
from subscribers.models import Status

if TYPE_CHECKING:
    from support.mail_list import MailList


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        (READER, {}),
        ("other@elsewhere.example", {}),
        ("", {"sender": ""}),
        (READER, {"Auto_Submitted": "auto-generated"}),
    ],
)
def test_the_address_of_list_unsubscribe_leaves_at_once_and_without_an_answer(
    papers: MailList, sender: str, fields: dict[str, str]
) -> None:
    to = papers.own(CommandWord.LEAVE, papers.subscribe())

    papers.receive(to, mail_octets(**fields), sender=sender)

    assert papers.commands.is_leave_address(to, at=papers.now)
    assert papers.reader().status is Status.LEFT
    assert papers.send() == []


def test_a_forged_token_leaves_for_the_address_of_the_writer_alone(papers: MailList) -> None:
    papers.subscribe()
    to = papers.addresses.of(CommandWord.LEAVE, "a" * 28)

    papers.write(to, sender="other@elsewhere.example")

    assert not papers.commands.is_leave_address(to, at=papers.now)
    assert papers.reader().status is Status.CONFIRMED


def test_a_command_counts_for_the_address_that_wrote_it(papers: MailList) -> None:
    papers.subscribe()
    papers.subscribe("bo@elsewhere.example")

    papers.write(papers.address, "unsubscribe", sender="Bo@elsewhere.example")

    assert papers.reader().status is Status.CONFIRMED
    assert papers.reader("bo@elsewhere.example").status is Status.LEFT


def test_whoever_answers_to_the_return_address_leaves_whatever_address_they_write_from(
    papers: MailList,
) -> None:
    subscriber_id = papers.subscribe()
    to = return_address(papers.bounce_address, DAY, subscriber_id, secret=SECRET)

    papers.write(to, "Re: Five papers", "unsubscribe", sender="other@elsewhere.example")

    assert papers.reader().status is Status.LEFT
    assert [str(one["To"]) for one in papers.send()] == [READER]


def test_whoever_answers_a_digest_from_another_address_leaves(papers: MailList) -> None:
    subscriber_id = papers.subscribe()
    answered = message_id(DAY, subscriber_id, secret=SECRET, domain=papers.domain)

    papers.write(
        papers.address, "Re: Papers", "stop", sender="x@elsewhere.example", In_Reply_To=answered
    )

    assert papers.reader().status is Status.LEFT


def test_a_reader_who_answers_a_forwarded_digest_leaves_for_themselves(papers: MailList) -> None:
    subscriber_id = papers.subscribe()
    papers.subscribe("bo@elsewhere.example")
    answered = message_id(DAY, subscriber_id, secret=SECRET, domain=papers.domain)

    papers.write(
        papers.address, "Re: Papers", "stop", sender="bo@elsewhere.example", In_Reply_To=answered
    )

    assert papers.reader().status is Status.CONFIRMED
    assert papers.reader("bo@elsewhere.example").status is Status.LEFT


def test_a_stranger_who_leaves_hears_that_they_get_nothing(papers: MailList) -> None:
    papers.write(papers.address, "unsubscribe")

    (answer,) = papers.send()

    assert papers.book.all() == []
    assert "This address gets no digest from us." in body_of(answer)
