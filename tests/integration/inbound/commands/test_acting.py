"""What readers ask for by mail is done, and answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.mail_list import WORDING, body_of
from support.reader_mail import READER, mail, mail_octets
from support.readers import CHOSEN_AT

from digest.mail.command_address import CommandWord
from digest.models.inbound import Arrival, Envelope
from subscribers.models import Event, Preferences, Status

if TYPE_CHECKING:
    from support.mail_list import MailList

HOUR = timedelta(hours=1)


def test_a_life_by_mail(papers: MailList) -> None:
    papers.write(papers.own(CommandWord.SUBSCRIBE), "subscribe llm")
    (question,) = papers.send()
    assert papers.reader().status is Status.PENDING

    papers.answer(question)
    (welcome,) = papers.send()
    assert papers.reader().status is Status.CONFIRMED
    assert papers.reader().topics == ("llm",)

    papers.wait(2 * HOUR)
    papers.write(papers.own(CommandWord.HELP), "topics robotics, llm")
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
    assert papers.own(CommandWord.SUBSCRIBE) in body_of(goodbye)
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
    papers.write(papers.own(CommandWord.SUBSCRIBE))

    assert papers.reader().topics == ("trending",)


def test_topics_that_there_are_not_are_answered_with_those_that_are(papers: MailList) -> None:
    papers.write(papers.own(CommandWord.SUBSCRIBE), "subscribe cooking")

    (answer,) = papers.send()

    assert papers.book.all() == []
    assert "cooking" in body_of(answer)
    assert "robotics: Robotics" in body_of(answer)
    assert answer["In-Reply-To"] == "<1@reader.example>"


def test_with_some_topics_that_there_are_one_joins_and_hears_of_the_others(
    papers: MailList,
) -> None:
    papers.write(papers.own(CommandWord.SUBSCRIBE), "subscribe llm, cooking")

    mails = papers.send()

    assert papers.reader().topics == ("llm",)
    assert sorted("cooking" in body_of(one) for one in mails) == [False, True]


def test_a_stranger_cannot_change_the_topics_of_a_reader_by_joining_again(
    papers: MailList,
) -> None:
    papers.subscribe()

    papers.write(papers.own(CommandWord.SUBSCRIBE), "subscribe robotics")

    assert papers.reader().topics == ("llm",)
    assert [str(one["Subject"]) for one in papers.send()] != []
    assert papers.reader().status is Status.CONFIRMED


def test_sign_ups_have_the_limits_of_the_web(papers: MailList) -> None:
    for number in range(70):
        papers.write(papers.own(CommandWord.SUBSCRIBE), sender=f"reader{number}@reader.example")

    assert len(papers.book.all()) == 60
    assert papers.done[-1] == "nothing: too many sign-ups lately"


# -- changing ----------------------------------------------------------------------------------


def test_when_mail_comes_is_changed_by_an_answer_and_said_in_words(papers: MailList) -> None:
    papers.subscribe()

    papers.write(papers.own(CommandWord.HELP), "Weekly on Friday, at 7 Paris")
    (question,) = papers.send()
    assert question["Subject"] == "weekly on Friday at 7 Europe/Paris"
    then = "comes once a week, on Friday, at 07:00 (Europe/Paris)."
    assert then in " ".join(body_of(question).split())
    assert papers.reader().preferences == Preferences()

    papers.answer(question)
    (done,) = papers.send()
    assert then in " ".join(body_of(done).split())
    assert papers.reader().topics == ("llm",)
    assert papers.reader().preferences == Preferences(
        frequency="weekly", days=("fri",), hour=7, timezone="Europe/Paris"
    )


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ("at 7 Europe/Paris", {"hour": 7, "timezone": "Europe/Paris"}),
        ("weekly on monday", {"frequency": "weekly", "days": ("mon",)}),
        ("only when there is something", {"frequency": "enough"}),
        ("weekdays", {"frequency": "weekdays"}),
        ("at the site's hour", {"hour": None}),
        ("two lines on quiet days", {"quiet_mail": True}),
    ],
)
def test_what_is_said_of_times_keeps_all_other_choices(
    papers: MailList, command: str, changed: dict[str, Any]
) -> None:
    subscriber_id = papers.subscribe()
    known = Preferences(words_in=("maps",), hour=3, timezone="Asia/Tokyo", papers=9)
    papers.book.choose(subscriber_id, ["llm"], known, at=CHOSEN_AT)

    papers.write(papers.own(CommandWord.COMMANDS, subscriber_id), f"Re: {command}")

    assert papers.reader().preferences == replace(known, **changed)
    assert papers.reader().topics == ("llm",)


def test_each_change_of_times_is_answered_once(papers: MailList) -> None:
    subscriber_id = papers.subscribe()
    to = papers.own(CommandWord.COMMANDS, subscriber_id)

    for command in (
        "at 7 Europe/Paris", "weekdays", "weekdays", "at 8 Europe/Paris", "at 7 Europe/Paris"
    ):  # fmt: skip
        papers.write(to, command)

    said = [" ".join(body_of(answer).split()) for answer in papers.send()]
    assert [one.partition("It now ")[2].partition(". ")[0] for one in said] == [
        "comes every day, at 07:00 (Europe/Paris)",
        "comes from Monday to Friday, at 07:00 (Europe/Paris)",
        "comes from Monday to Friday, at 08:00 (Europe/Paris)",
        "comes from Monday to Friday, at 07:00 (Europe/Paris)",
    ]


def test_a_time_zone_that_there_is_not_changes_nothing_and_is_answered_with_help(
    papers: MailList,
) -> None:
    subscriber_id = papers.subscribe()

    papers.write(papers.own(CommandWord.COMMANDS, subscriber_id), "at 7 Mars/Olympus")

    (answer,) = papers.send()
    assert "at 7 Europe/Paris" in body_of(answer)
    assert papers.reader().preferences == Preferences()


@pytest.mark.parametrize("command", ["pause", "resume", "topics robotics", "weekdays"])
def test_without_a_token_nothing_changes_and_the_reader_is_asked(
    papers: MailList, command: str
) -> None:
    papers.subscribe()

    papers.write(papers.own(CommandWord.HELP), command)

    (question,) = papers.send()
    assert question["Subject"] == command
    assert "commands+" in question["Reply-To"]
    assert papers.reader().topics == ("llm",)
    assert papers.reader().status is Status.CONFIRMED


def test_an_answer_to_help_may_hold_a_command(papers: MailList) -> None:
    papers.subscribe()
    papers.write(papers.own(CommandWord.HELP))
    (help_mail,) = papers.send()
    to = str(help_mail["Reply-To"])

    papers.write(to, "Re: Papers by mail", "pause")

    assert papers.reader().status is Status.PAUSED


def test_to_choose_topics_keeps_the_other_preferences(papers: MailList) -> None:
    subscriber_id = papers.subscribe()
    before = papers.reader().preferences

    papers.write(papers.own(CommandWord.COMMANDS, subscriber_id), "topics robotics, cooking")

    assert papers.reader().topics == ("robotics",)
    assert papers.reader().preferences == before
    assert "cooking" in body_of(*papers.send())


# -- who is not written to ---------------------------------------------------------------------


@pytest.mark.parametrize("subject", ["subscribe", "unsubscribe", "pause", "help", "confirm"])
@pytest.mark.parametrize("event", [Event.BOUNCE, Event.COMPLAINT])
def test_a_suppressed_address_gets_no_answer(papers: MailList, subject: str, event: Event) -> None:
    papers.subscribe(READER, event)

    papers.write(papers.own(CommandWord.HELP), subject)

    assert papers.reader().status is Status.SUPPRESSED
    assert papers.send() == []


@pytest.mark.parametrize("subject", ["subscribe", "unsubscribe", "help"])
def test_an_address_that_was_erased_for_ever_gets_no_answer(papers: MailList, subject: str) -> None:
    subscriber_id = papers.subscribe(READER, Event.COMPLAINT)
    papers.book.erase(subscriber_id, evidence=papers.book.history(subscriber_id)[0].evidence)

    papers.write(papers.own(CommandWord.HELP), subject)

    assert papers.book.all() == []
    assert papers.send() == []


def test_nobody_gets_the_same_answer_twice_in_an_hour_or_more_than_ten_in_a_day(
    papers: MailList,
) -> None:
    numbers = []
    for _ in range(15):
        papers.write(papers.own(CommandWord.HELP))
        papers.write(papers.own(CommandWord.HELP))
        numbers.append(len(papers.send()))
        papers.wait(HOUR)

    assert numbers == [1] * 10 + [0] * 5
    assert papers.done[:2] == [
        "help was asked for; answered (help)",
        "help was asked for; no answer (help): there were enough",
    ]


def test_topics_pause_and_resume_are_asked_about_within_an_hour(papers: MailList) -> None:
    papers.subscribe()

    for subject in ("topics robotics", "pause", "resume", "pause"):
        papers.write(papers.own(CommandWord.HELP), subject)

    assert [str(one["Subject"]) for one in papers.send()] == ["topics robotics", "pause", "resume"]
    assert papers.done[2:] == [
        "there is no proof to resume; answered (ask)",
        "there is no proof to pause; no answer (ask): there were enough",
    ]


def test_a_domain_gets_no_flood_of_answers_to_forged_mails(papers: MailList) -> None:
    papers.subscribe("ada@corp.example")
    for number in range(80):
        papers.write(papers.own(CommandWord.HELP), sender=f"v{number}@corp.example")

    assert len(papers.send()) == 60
    papers.write(papers.own(CommandWord.HELP), "pause", sender="ada@corp.example")
    assert [str(one["Subject"]) for one in papers.send()] == ["pause"]


def test_what_is_rolled_back_was_not_done(papers: MailList) -> None:
    arrival = Arrival(
        id=1,
        envelope=Envelope(sender=READER, recipient=papers.own(CommandWord.SUBSCRIBE)),
        content=mail_octets(),
        received_at=papers.now,
        channel="lmtp",
    )

    with papers.engine.connect() as db:
        obeyed = papers.commands.obey(db, arrival)
        db.rollback()

    assert obeyed.result == "signed up; answered (confirm)"
    assert papers.book.all() == []
    assert papers.send() == []


def test_where_nobody_knows_the_envelope_the_head_tells_the_recipient(papers: MailList) -> None:
    to = papers.own(CommandWord.LEAVE, papers.subscribe())

    papers.write("", "Re: Papers", sender="x@elsewhere.example", To=f"Papers <{to}>")

    assert papers.reader().status is Status.LEFT


def test_it_is_said_why_a_message_is_a_command(papers: MailList) -> None:
    def why(to: str, **fields: str) -> str:
        return papers.commands.recognise(mail(**fields), Envelope(sender=READER, recipient=to))

    assert why(papers.address, subject="Re: pause") == "pause, by its Subject"
    assert why(papers.own(CommandWord.HELP)) == "help, by the address help"
    assert why(papers.address, subject="A question") == ""
