"""What a message asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reader_mail import ADDRESSES, READER, mail

from digest.inbound.commands.phrases import Command
from digest.inbound.commands.request import Request, read_request
from digest.inbound.commands.timing import Timing
from digest.inbound.reading.message import parse
from digest.mail.command_address import CommandAddresses, CommandWord

TO_US = "digest@example.org"
QUOTED = "\n\nOn Monday, 2 Feb 2026, Digest wrote:\n> unsubscribe"


def asked(
    text: str = "", *, to: str = TO_US, subject: str = "Re: Five papers", **fields: str
) -> Request | None:
    return read_request(mail(text, subject=subject, **fields), to, addresses=ADDRESSES)


def command_of(*args: str, **kwargs: str) -> Command | None:
    request = asked(*args, **kwargs)
    return request.command if request else None


def own(word: CommandWord, tag: str = "") -> str:
    return ADDRESSES.of(word, tag)


# -- the address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "command"),
    [
        (own(CommandWord.SUBSCRIBE), Command.JOIN),
        (own(CommandWord.CONFIRM, "token"), Command.CONFIRM),
        (own(CommandWord.LEAVE, "token"), Command.LEAVE),
        (own(CommandWord.LEAVE), Command.LEAVE),
        (own(CommandWord.COMMANDS, "token"), Command.HELP),
        (own(CommandWord.HELP), Command.HELP),
        (TO_US, None),
        ("", None),
    ],
)
def test_an_address_says_what_to_do(to: str, command: Command | None) -> None:
    assert command_of("Something else." + QUOTED, to=to) is command


def test_an_address_may_name_topics_and_the_subject_more() -> None:
    to = own(CommandWord.SUBSCRIBE, "llm+robotics")

    request = asked(to=to, subject="subscribe vision")

    assert request is not None
    assert request.wanted == ("llm", "robotics", "vision")
    assert request.token == ""


def test_a_request_says_who_wrote_and_what_they_show_for_it() -> None:
    assert asked("yes", subject="Re: confirm", to=own(CommandWord.CONFIRM, "token")) == Request(
        command=Command.CONFIRM,
        writer=READER,
        word=CommandWord.CONFIRM,
        token="token",
        where="the address confirm",
        message_id="<1@reader.example>",
    )


# -- the Subject -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "command"),
    [
        ("subscribe llm", Command.JOIN),
        ("Re: topics llm", Command.TOPICS),
        ("AW: pause", Command.PAUSE),
        ("resume", Command.RESUME),
        ("confirm", Command.CONFIRM),
        ("leave", Command.LEAVE),
        ("désabonner", Command.LEAVE),
        ("help", Command.HELP),
        ("Hello", None),
    ],
)
@pytest.mark.parametrize("to", [TO_US, ""])
def test_a_subject_is_a_command_wherever_it_is_sent(
    subject: str, command: Command | None, to: str
) -> None:
    assert command_of(subject=subject, to=to) is command


def test_when_mail_is_wanted_is_said_by_the_subject_or_the_first_line() -> None:
    weekly = Timing(frequency="weekly", hour=7)

    for request in (asked(subject="weekly at 7"), asked("weekly at 7" + QUOTED)):
        assert request is not None
        assert (request.command, request.timing) == (Command.TIMES, weekly)


def test_an_answer_to_a_question_of_ours_has_the_command_in_its_subject() -> None:
    request = asked("ok", subject="Re: topics llm", to=own(CommandWord.COMMANDS, "token"))

    assert request is not None
    assert (request.command, request.wanted) == (Command.TOPICS, ("llm",))
    assert request.token


# -- the first line ----------------------------------------------------------------------------


def test_the_first_line_of_an_answer_to_a_digest_may_be_to_leave() -> None:
    for line in ("unsubscribe", "Bitte abmelden", "退订"):
        assert command_of(line + QUOTED) is Command.LEAVE


def test_a_later_line_says_nothing() -> None:
    assert command_of("Thank you for the paper on sleep.\nunsubscribe") is None


def test_what_is_quoted_says_nothing() -> None:
    assert command_of("I liked the first one." + QUOTED) is None
    assert command_of(QUOTED) is None


# -- leaving wins ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        own(CommandWord.SUBSCRIBE, "llm"),
        own(CommandWord.CONFIRM, "token"),
        own(CommandWord.COMMANDS, "token"),
        own(CommandWord.HELP),
    ],
)
def test_whoever_says_to_leave_leaves_whatever_the_rest_says(to: str) -> None:
    assert command_of("unsubscribe", to=to, subject="help") is Command.LEAVE
    assert command_of("thanks", to=to, subject="unsubscribe") is Command.LEAVE


@pytest.mark.parametrize("to", [own(CommandWord.CONFIRM, "token"), own(CommandWord.SUBSCRIBE)])
@pytest.mark.parametrize("line", ["No, that was not me", "I never asked for this!", "Nein danke"])
def test_a_no_neither_confirms_nor_joins(to: str, line: str) -> None:
    assert command_of(line + QUOTED, to=to) is Command.HELP


CONFIRM_SUBJECT = "Bitte sagen Sie ja zu den Papers"


def may_agree(subject: str) -> bool:
    request = read_request(
        mail("Yes", subject=subject),
        own(CommandWord.CONFIRM, "token"),
        addresses=ADDRESSES,
        names=["Five papers"],
        confirm_subject=CONFIRM_SUBJECT,
    )
    assert request is not None
    return request.may_agree


@pytest.mark.parametrize(
    "subject",
    [
        "", "Re:", CONFIRM_SUBJECT, f"Re: {CONFIRM_SUBJECT}", f"AW: Re: {CONFIRM_SUBJECT.upper()}",
        f"Re: [EXTERNAL] {CONFIRM_SUBJECT}", f"[Extern] SV: {CONFIRM_SUBJECT}", "confirm",
        "Re: Please confirm your subscription to Five papers", "Bestätigen", "确认",
    ],
)  # fmt: skip
def test_an_answer_to_the_mail_that_asks_may_confirm(subject: str) -> None:
    assert may_agree(subject)


@pytest.mark.parametrize(
    "subject",
    [
        f"{prefix} {CONFIRM_SUBJECT}" for prefix in (
            "Fuera de la oficina:", "Automatisk svar:", "Otomatik Yanıt:", "自動応答:",
            "Fjarverandi:", "I am out of the office:", "[Ticket#2026021200001]",
            "[Request received]", "Re: [#1]",
        )
    ] + ["Ticket 17 was opened", "Thank you for your message", "Five papers"],
)  # fmt: skip
def test_an_answer_whose_subject_a_program_may_have_made_does_not(subject: str) -> None:
    assert not may_agree(subject)


def test_without_a_known_subject_the_word_counts() -> None:
    request = asked(subject="Re: Please confirm", to=own(CommandWord.CONFIRM, "token"))

    assert request is not None
    assert request.may_agree


def test_a_question_gets_help_at_an_address_for_commands_and_else_is_for_people() -> None:
    assert command_of(subject="How do I unsubscribe?", to=own(CommandWord.LEAVE)) is Command.LEAVE
    assert command_of(subject="How do I unsubscribe?", to=own(CommandWord.HELP)) is Command.HELP
    assert command_of(subject="How do I unsubscribe?") is None


def test_help_for_something_is_asked_of_people() -> None:
    assert command_of(subject="help") is Command.HELP
    assert command_of("The link in your mail is broken.", subject="Help!") is None
    assert command_of("help") is None


def test_without_addresses_for_commands_one_can_only_leave() -> None:
    none = CommandAddresses("")

    assert read_request(mail(subject="subscribe"), TO_US, addresses=none) is None
    assert read_request(mail("unsubscribe"), TO_US, addresses=none) is not None


def test_the_address_of_the_writer_may_stand_behind_the_command() -> None:
    assert command_of(subject=f"unsubscribe {READER}") is Command.LEAVE
    assert command_of(subject="unsubscribe bo@example.org") is None


# -- properties --------------------------------------------------------------------------------

_RECIPIENTS = st.sampled_from(
    [TO_US, "", *(own(word, "tag") for word in CommandWord if word is not CommandWord.LEAVE)]
)


#: Any text, behind a word that no command has: Hypothesis finds the words that have.
_TEXTS = st.text(max_size=200).map("zebra {}".format)
_SUBJECTS = st.text(max_size=50).map(lambda text: " ".join(f"zebra {text}".split()))


@given(_TEXTS, _SUBJECTS, _RECIPIENTS)
def test_random_text_never_leaves_except_at_the_address_for_it(
    text: str, subject: str, to: str
) -> None:
    assert command_of(text, subject=subject, to=to) is not Command.LEAVE


@given(_TEXTS, _SUBJECTS)
def test_random_text_to_people_is_no_command(text: str, subject: str) -> None:
    assert asked(text, subject=subject) is None


@given(st.binary(max_size=500), st.text(max_size=60))
def test_whatever_octets_come_are_read_without_an_error(octets: bytes, to: str) -> None:
    read_request(parse(octets), to, addresses=ADDRESSES)
