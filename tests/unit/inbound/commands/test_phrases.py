"""The phrases of all languages."""

from __future__ import annotations

from itertools import combinations

import pytest

from digest.inbound.commands.phrases import ALONE, LEAVING, WITH_TOPICS, Command
from digest.inbound.commands.understanding import understand, without_ignored

TABLES = {**ALONE, **WITH_TOPICS}
PHRASES = [
    pytest.param(command, phrase, id=f"{language} {phrase}")
    for command, table in TABLES.items()
    for language, phrases in table.items()
    for phrase in phrases.split("|")
]


@pytest.mark.parametrize(("command", "phrase"), PHRASES)
def test_every_phrase_says_its_command(command: Command, phrase: str) -> None:
    for text in (phrase, phrase.upper(), f"{phrase}!", f"“{phrase}.”"):
        said = understand(text)
        assert said is not None
        assert said.command is command


def test_people_can_leave_in_more_than_25_languages() -> None:
    assert len(LEAVING) >= 25


def test_no_phrase_says_two_commands() -> None:
    keys = {
        command: {
            "".join(without_ignored(phrase))
            for phrases in table.values()
            for phrase in phrases.split("|")
        }
        for command, table in TABLES.items()
    }

    assert [keys[one] & keys[other] for one, other in combinations(keys, 2)] == [set()] * 21
