"""What readers ask for by mail is done, and answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, enrolled
from support.mail_list import SECRET, WORDING, MailList, body_of
from support.reader_mail import READER, mail, mail_octets

from digest.mail.command_address import CommandWord
from digest.mail.message import message_id
from digest.mail.verp import return_address
from digest.models.inbound import Arrival, Envelope
from subscribers import mail_tokens
from subscribers.mail_tokens import MailPurpose
from subscribers.models import Event, Status

if TYPE_CHECKING:
    import sqlalchemy as sa

HOUR = timedelta(hours=1)


@pytest.fixture
def papers(engine: sa.Engine) -> MailList:
    return MailList(engine)


def own(papers: MailList, word: CommandWord, subscriber_id: int = 0) -> str:
    """An address for commands, with the token of a subscriber if there is one."""
    if not subscriber_id:
        return papers.addresses.of(word)
    purpose = MailPurpose(str(word))
    token = mail_tokens.sign(purpose, subscriber_id, secrets=[SECRET], at=papers.now)
    return papers.addresses.of(word, token)


def subscribed(papers: MailList, address: str = READER, *events: Event) -> int:
    return enrolled(papers.book, address, Event.CONFIRM, *events, topics=("llm",)).id


def test_a_life_by_mail(papers: MailList) -> None:
    papers.write(own(papers, CommandWord.SUBSCRIBE), "subscribe llm")
    (question,) = papers.send()
    assert papers.reader().status is Status.PENDING

    papers.answer(question)
    (welcome,) = papers.send()
    assert papers.reader().status is Status.CONFIRMED
    assert papers.reader().topics == ("llm",)

    papers.wait(2 * HOUR)
    papers.write(own(papers, CommandWord.HELP), "topics robotics, llm")
    (question,) = papers.send()
    assert papers.reader().topics == ("llm",)
    papers.answer(question)
    assert papers.reader().topics == ("robotics", "llm")
    (done,) = papers.send()
    assert "Robotics, Large language models" in body_of(done)

    papers.wait(2 * HOUR)
    papers.write(papers.address, "pause")
    papers.answer(*papers.send())
    assert papers.reader().status is Status.PAUSED
    papers.send()

    papers.wait(2 * HOUR)
    papers.write(papers.address, "resume")
    papers.answer(*papers.send())
    assert papers.reader().status is Status.CONFIRMED
    papers.send()

    papers.wait(2 * HOUR)
    papers.write(papers.address, "Re: Five papers", "Bitte abmelden!")
    (goodbye,) = papers.send()
    assert papers.reader().status is Status.LEFT
    assert own(papers, CommandWord.SUBSCRIBE) in body_of(goodbye)
    assert welcome["Auto-Submitted"] == goodbye["Auto-Submitted"] == "auto-replied"


# -- joining -----------------------------------------------------------------------------------


def test_the_evidence_says_how_it_came_in_and_what_was_agreed_to(papers: MailList) -> None:
    papers.write(papers.addresses.of(CommandWord.SUBSCRIBE, "llm"))

    (record,) = papers.book.history(papers.reader().id)
    evidence = record.evidence

    assert record.event is Event.SIGN_UP
    assert (evidence.at, evidence.channel, evidence.wording) == (papers.now, "mail", WORDING)
    assert "<1@reader.example>" in evidence.note
    assert "subscribe" in evidence.note
    assert evidence.network == ""


def test_who_names_no_topic_gets_those_of_the_web(papers: MailList) -> None:
    papers.write(own(papers, CommandWord.SUBSCRIBE))

    assert papers.reader().topics == ("trending",)


def test_topics_that_there_are_not_are_answered_with_those_that_are(papers: MailList) -> None:
    papers.write(own(papers, CommandWord.SUBSCRIBE), "subscribe cooking")

    (answer,) = papers.send()

    assert papers.book.all() == []
    assert "cooking" in body_of(answer)
    assert "robotics: Robotics" in body_of(answer)
    assert answer["In-Reply-To"] == "<1@reader.example>"


def test_with_some_topics_that_there_are_one_joins_and_hears_of_the_others(
    papers: MailList,
) -> None:
    papers.write(own(papers, CommandWord.SUBSCRIBE), "subscribe llm, cooking")

    mails = papers.send()

    assert papers.reader().topics == ("llm",)
    assert sorted("cooking" in body_of(one) for one in mails) == [False, True]


def test_a_stranger_cannot_change_the_topics_of_a_reader_by_joining_again(
    papers: MailList,
) -> None:
    subscribed(papers)

    papers.write(own(papers, CommandWord.SUBSCRIBE), "subscribe robotics")

    assert papers.reader().topics == ("llm",)
    assert [str(one["Subject"]) for one in papers.send()] != []
    assert papers.reader().status is Status.CONFIRMED


def test_sign_ups_have_the_limits_of_the_web(papers: MailList) -> None:
    for number in range(70):
        papers.write(own(papers, CommandWord.SUBSCRIBE), sender=f"reader{number}@reader.example")

    assert len(papers.book.all()) == 60
    assert papers.done[-1] == "nothing: too many sign-ups lately"


# -- confirming --------------------------------------------------------------------------------


def asked(papers: MailList) -> int:
    return enrolled(papers.book, READER, topics=("llm",)).id


def test_whoever_has_the_token_confirms_from_another_address_too(papers: MailList) -> None:
    to = own(papers, CommandWord.CONFIRM, asked(papers))

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
    to = own(papers, CommandWord.CONFIRM, asked(papers))

    assert papers.write(to, "Re: Please confirm", **fields).startswith("nothing: ")
    assert papers.reader().status is Status.PENDING
    assert papers.send() == []


def test_an_answer_that_says_no_confirms_nothing(papers: MailList) -> None:
    to = own(papers, CommandWord.CONFIRM, asked(papers))

    papers.write(to, "Re: Please confirm", "I did not ask for this.")

    assert papers.reader().status is Status.PENDING


def test_an_answer_that_says_to_leave_leaves(papers: MailList) -> None:
    to = own(papers, CommandWord.CONFIRM, asked(papers))

    papers.write(to, "Re: Please confirm", "unsubscribe", sender="other@elsewhere.example")

    assert papers.reader().status is Status.LEFT


def test_an_expired_token_confirms_nothing(papers: MailList) -> None:
    to = own(papers, CommandWord.CONFIRM, asked(papers))
    papers.wait(80 * HOUR)

    papers.write(to, "Re: Please confirm", "Yes")

    assert papers.reader().status is Status.PENDING


def test_a_token_counts_from_when_the_answer_arrived(papers: MailList) -> None:
    to = own(papers, CommandWord.CONFIRM, asked(papers))
    arrived = papers.now + HOUR
    papers.wait(100 * HOUR)

    papers.receive(to, mail_octets("Yes"), at=arrived)

    assert papers.reader().status is Status.CONFIRMED


# -- leaving -----------------------------------------------------------------------------------


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
    to = own(papers, CommandWord.LEAVE, subscribed(papers))

    papers.receive(to, mail_octets(**fields), sender=sender)

    assert papers.commands.is_leave_address(to, at=papers.now)
    assert papers.reader().status is Status.LEFT
    assert papers.send() == []


def test_a_forged_token_leaves_for_the_address_of_the_writer_alone(papers: MailList) -> None:
    subscribed(papers)
    to = papers.addresses.of(CommandWord.LEAVE, "a" * 28)

    papers.write(to, sender="other@elsewhere.example")

    assert not papers.commands.is_leave_address(to, at=papers.now)
    assert papers.reader().status is Status.CONFIRMED


def test_a_command_counts_for_the_address_that_wrote_it(papers: MailList) -> None:
    subscribed(papers)
    subscribed(papers, "bo@elsewhere.example")

    papers.write(papers.address, "unsubscribe", sender="Bo@elsewhere.example")

    assert papers.reader().status is Status.CONFIRMED
    assert papers.reader("bo@elsewhere.example").status is Status.LEFT


def test_whoever_answers_to_the_return_address_leaves_whatever_address_they_write_from(
    papers: MailList,
) -> None:
    subscriber_id = subscribed(papers)
    to = return_address(papers.bounce_address, DAY, subscriber_id, secret=SECRET)

    papers.write(to, "Re: Five papers", "unsubscribe", sender="other@elsewhere.example")

    assert papers.reader().status is Status.LEFT
    assert [str(one["To"]) for one in papers.send()] == [READER]


def test_whoever_answers_a_digest_from_another_address_leaves(papers: MailList) -> None:
    subscriber_id = subscribed(papers)
    answered = message_id(DAY, subscriber_id, secret=SECRET, domain=papers.domain)

    papers.write(
        papers.address, "Re: Papers", "stop", sender="x@elsewhere.example", In_Reply_To=answered
    )

    assert papers.reader().status is Status.LEFT


def test_a_reader_who_answers_a_forwarded_digest_leaves_for_themselves(papers: MailList) -> None:
    subscriber_id = subscribed(papers)
    subscribed(papers, "bo@elsewhere.example")
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


# -- changing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["pause", "resume", "topics robotics"])
def test_without_a_token_nothing_changes_and_the_reader_is_asked(
    papers: MailList, command: str
) -> None:
    subscribed(papers)

    papers.write(own(papers, CommandWord.HELP), command)

    (question,) = papers.send()
    assert question["Subject"] == command
    assert "commands+" in question["Reply-To"]
    assert papers.reader().topics == ("llm",)
    assert papers.reader().status is Status.CONFIRMED


def test_an_answer_to_help_may_hold_a_command(papers: MailList) -> None:
    subscribed(papers)
    papers.write(own(papers, CommandWord.HELP))
    (help_mail,) = papers.send()
    to = str(help_mail["Reply-To"])

    papers.write(to, "Re: Papers by mail", "pause")

    assert papers.reader().status is Status.PAUSED


def test_to_choose_topics_keeps_the_other_preferences(papers: MailList) -> None:
    subscriber_id = subscribed(papers)
    before = papers.reader().preferences

    papers.write(own(papers, CommandWord.COMMANDS, subscriber_id), "topics robotics, cooking")

    assert papers.reader().topics == ("robotics",)
    assert papers.reader().preferences == before
    assert "cooking" in body_of(*papers.send())


# -- who is not written to ---------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["subscribe", "unsubscribe", "pause", "help", "confirm"])
@pytest.mark.parametrize("event", [Event.BOUNCE, Event.COMPLAINT])
def test_a_suppressed_address_gets_no_answer(papers: MailList, subject: str, event: Event) -> None:
    subscribed(papers, READER, event)

    papers.write(own(papers, CommandWord.HELP), subject)

    assert papers.reader().status is Status.SUPPRESSED
    assert papers.send() == []


@pytest.mark.parametrize("subject", ["subscribe", "unsubscribe", "help"])
def test_an_address_that_was_erased_for_ever_gets_no_answer(papers: MailList, subject: str) -> None:
    subscriber_id = subscribed(papers, READER, Event.COMPLAINT)
    papers.book.erase(subscriber_id, evidence=papers.book.history(subscriber_id)[0].evidence)

    papers.write(own(papers, CommandWord.HELP), subject)

    assert papers.book.all() == []
    assert papers.send() == []


def test_nobody_gets_the_same_answer_twice_in_an_hour_or_more_than_ten_in_a_day(
    papers: MailList,
) -> None:
    numbers = []
    for _ in range(15):
        papers.write(own(papers, CommandWord.HELP))
        papers.write(own(papers, CommandWord.HELP))
        numbers.append(len(papers.send()))
        papers.wait(HOUR)

    assert numbers == [1] * 10 + [0] * 5
    assert papers.done[1] == "sent help: help was asked for; no answer (help): there were enough"


def test_what_is_rolled_back_was_not_done(papers: MailList) -> None:
    arrival = Arrival(
        id=1,
        envelope=Envelope(sender=READER, recipient=own(papers, CommandWord.SUBSCRIBE)),
        content=mail_octets(),
        received_at=papers.now,
        channel="lmtp",
    )

    with papers.engine.connect() as db:
        obeyed = papers.commands.obey(db, arrival)
        db.rollback()

    assert obeyed.result == "asked to confirm"
    assert papers.book.all() == []
    assert papers.send() == []


def test_where_nobody_knows_the_envelope_the_head_tells_the_recipient(papers: MailList) -> None:
    to = own(papers, CommandWord.LEAVE, subscribed(papers))

    papers.write("", "Re: Papers", sender="x@elsewhere.example", To=f"Papers <{to}>")

    assert papers.reader().status is Status.LEFT


def test_it_is_said_why_a_message_is_a_command(papers: MailList) -> None:
    def why(to: str, **fields: str) -> str:
        return papers.commands.recognise(mail(**fields), Envelope(sender=READER, recipient=to))

    assert why(papers.address, subject="Re: pause") == "pause, by its Subject"
    assert why(own(papers, CommandWord.HELP)) == "help, by the address help"
    assert why(papers.address, subject="A question") == ""
