"""What shows who wrote a command."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON
from support.reader_mail import mail

from digest.inbound.commands.decision import Proof
from digest.inbound.commands.phrases import Command
from digest.inbound.commands.proof import by_own_mail, by_token
from digest.inbound.commands.request import Request
from digest.inbound.reading.returned_mail import Ours
from digest.mail.command_address import CommandWord
from digest.mail.message import message_id
from digest.mail.verp import return_address
from digest.models.inbound import ReturnedMail
from subscribers.mail_tokens import MailPurpose, sign

SECRETS = ("a secret", "an older one")
PATTERN = "bounces+{id}@example.org"
COMMANDS = {
    CommandWord.CONFIRM: (Command.CONFIRM, Proof.CONFIRM_TOKEN),
    CommandWord.LEAVE: (Command.LEAVE, Proof.LEAVE_TOKEN),
    CommandWord.COMMANDS: (Command.PAUSE, Proof.COMMANDS_TOKEN),
}


def request(word: CommandWord, token: str, command: Command | None = None) -> Request:
    asked = command or COMMANDS[word][0]
    return Request(command=asked, word=word, token=token, writer="ada@example.org", where="")


def token(word: CommandWord, secret: str = SECRETS[0]) -> str:
    return sign(MailPurpose(str(word)), 7, secrets=[secret], at=NOON)


@pytest.mark.parametrize("word", COMMANDS)
def test_a_token_proves_what_its_address_is_for(word: CommandWord) -> None:
    for secret in SECRETS:
        found = by_token(request(word, token(word, secret)), secrets=SECRETS, now=NOON)
        assert found == (COMMANDS[word][1], 7)


@pytest.mark.parametrize("word", COMMANDS)
def test_a_token_of_another_address_or_secret_proves_nothing(word: CommandWord) -> None:
    others = [token(other) for other in COMMANDS if other is not word]

    for wrong in (*others, token(word, "a stranger's"), "", "x"):
        assert by_token(request(word, wrong), secrets=SECRETS, now=NOON) is None


def test_a_token_for_leaving_is_for_nothing_else() -> None:
    leave = CommandWord.LEAVE
    asked = request(leave, token(leave), Command.HELP)

    assert by_token(asked, secrets=SECRETS, now=NOON) is None


@pytest.mark.parametrize("word", [CommandWord.CONFIRM, CommandWord.COMMANDS])
def test_all_tokens_but_for_leaving_expire(word: CommandWord) -> None:
    later = NOON + timedelta(days=4)

    assert by_token(request(word, token(word)), secrets=SECRETS, now=later) is None
    leave = request(CommandWord.LEAVE, token(CommandWord.LEAVE))
    assert by_token(leave, secrets=SECRETS, now=later) is not None


def answered(recipient: str, **fields: str) -> ReturnedMail:
    ours = Ours(bounce_address=PATTERN, secrets=SECRETS, today=DAY)
    return by_own_mail(mail("unsubscribe", **fields), recipient, ours=ours)


def test_a_return_address_tells_whose_mail_was_answered() -> None:
    found = answered(return_address(PATTERN, DAY, 7, secret=SECRETS[1]).upper())

    assert (found.subscriber_id, found.is_proven) == (7, True)


@pytest.mark.parametrize("field", ["In_Reply_To", "References"])
def test_an_answer_tells_which_mail_it_answers(field: str) -> None:
    identifier = message_id(DAY, 7, secret=SECRETS[0], domain="example.org")

    found = answered("digest@example.org", **{field: f"<other@example.org> {identifier}"})

    assert (found.subscriber_id, found.is_proven) == (7, True)


def test_what_we_did_not_sign_proves_nothing() -> None:
    forged = return_address(PATTERN, DAY, 7, secret="a stranger's")
    identifier = message_id(DAY, 7, secret="a stranger's", domain="example.org")

    for recipient in (forged, "bounces+7@example.org", "bounces@example.org", ""):
        assert not answered(recipient, In_Reply_To=identifier).is_proven


@given(st.text(max_size=80))
def test_whatever_is_written_is_read_without_an_error(text: str) -> None:
    assert not answered(text).is_proven
    assert by_token(request(CommandWord.CONFIRM, text), secrets=SECRETS, now=NOON) is None
