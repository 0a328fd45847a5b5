"""Readers confirm by mail: by an answer to the question, if a person wrote it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import enrolled
from support.reader_mail import READER, mail_octets

from digest.mail.command_address import CommandWord
from subscribers.models import Status

if TYPE_CHECKING:
    from support.mail_list import MailList

HOUR = timedelta(hours=1)


def asked(papers: MailList) -> int:
    return enrolled(papers.book, READER, topics=("llm",)).id


def test_whoever_has_the_token_confirms_from_another_address_too(papers: MailList) -> None:
    to = papers.own(CommandWord.CONFIRM, asked(papers))

    papers.write(to.upper(), "Re: Please confirm", "Yes", sender="ada.lovelace@elsewhere.example")

    assert papers.reader().status is Status.CONFIRMED
    assert [str(one["To"]) for one in papers.send()] == [READER]


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_an_automatic_answer_confirms_nothing(papers: MailList, fields: dict[str, str]) -> None:
    to = papers.own(CommandWord.CONFIRM, asked(papers))

    assert papers.write(to, "Re: Please confirm", **fields).startswith("nothing: ")
    assert papers.reader().status is Status.PENDING
    assert papers.send() == []


@pytest.mark.parametrize(
    "prefix", ["Fjarverandi:", "[Ticket#2026021200001]", "We have got your request:"]
)
def test_an_automatic_answer_without_marks_confirms_nothing(papers: MailList, prefix: str) -> None:
    papers.write(papers.own(CommandWord.SUBSCRIBE))
    (question,) = papers.send()
    to, subject = str(question["Reply-To"]), f"{prefix} {question['Subject']}"

    papers.write(to, subject, "We shall answer within two days.")

    assert papers.reader().status is Status.PENDING
    assert papers.send() == []
    papers.wait(25 * HOUR)
    papers.write(to, subject, "We shall answer within two days.")
    assert [one["Subject"] for one in papers.send()] == [question["Subject"]]
    papers.answer(question)
    assert papers.reader().status is Status.CONFIRMED


def test_an_answer_that_says_no_confirms_nothing(papers: MailList) -> None:
    to = papers.own(CommandWord.CONFIRM, asked(papers))

    papers.write(to, "Re: Please confirm", "I did not ask for this.")

    assert papers.reader().status is Status.PENDING


def test_an_answer_that_says_to_leave_leaves(papers: MailList) -> None:
    to = papers.own(CommandWord.CONFIRM, asked(papers))

    papers.write(to, "Re: Please confirm", "unsubscribe", sender="other@elsewhere.example")

    assert papers.reader().status is Status.LEFT


def test_an_expired_token_confirms_nothing(papers: MailList) -> None:
    to = papers.own(CommandWord.CONFIRM, asked(papers))
    papers.wait(80 * HOUR)

    papers.write(to, "Re: Please confirm", "Yes")

    assert papers.reader().status is Status.PENDING


def test_a_token_counts_from_when_the_answer_arrived(papers: MailList) -> None:
    to = papers.own(CommandWord.CONFIRM, asked(papers))
    arrived = papers.now + HOUR
    papers.wait(100 * HOUR)

    papers.receive(to, mail_octets("Yes"), at=arrived)

    assert papers.reader().status is Status.CONFIRMED


def test_who_confirmed_just_now_hears_of_it_when_somebody_leaves_in_their_name(
    papers: MailList,
) -> None:
    papers.write(papers.own(CommandWord.CONFIRM, asked(papers)), "Re: Please confirm")
    papers.write(papers.own(CommandWord.HELP), "leave")

    subjects = [str(one["Subject"]) for one in papers.send()]
    assert [one.partition(" Trending")[0] for one in subjects] == [
        "You are subscribed to",
        "You have left",
    ]
