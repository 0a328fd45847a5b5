"""What shows who wrote a command."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON

from digest.inbound.commands.decision import Proof
from digest.inbound.commands.phrases import Command
from digest.inbound.commands.proof import by_return_address, by_token
from digest.inbound.commands.request import Request
from digest.mail.command_address import CommandWord
from digest.mail.verp import return_address
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


def test_a_return_address_tells_whose_mail_was_answered() -> None:
    address = return_address(PATTERN, DAY, 7, secret=SECRETS[1])

    for written in (
        address,
        address.upper(),
        f"<{address}>",
        f'"{address.replace("@", chr(34) + "@")}',
    ):
        assert by_return_address(PATTERN, written, secrets=SECRETS) == 7


def test_a_return_address_that_we_did_not_sign_tells_nothing() -> None:
    forged = return_address(PATTERN, DAY, 7, secret="a stranger's")

    for address in (forged, "bounces+7@example.org", "bounces@example.org", ""):
        assert by_return_address(PATTERN, address, secrets=SECRETS) is None
    assert by_return_address("bounces@example.org", "bounces@example.org", secrets=SECRETS) is None


@given(st.text(max_size=80))
def test_whatever_is_written_is_read_without_an_error(text: str) -> None:
    assert by_return_address(PATTERN, text, secrets=SECRETS) is None
    assert by_token(request(CommandWord.CONFIRM, text), secrets=SECRETS, now=NOON) is None
