"""The command line of a pipe, its input, and what it stores."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON

from digest.errors import ConfigError
from digest.inbound.doors.addresses import OwnAddresses
from digest.inbound.doors.pipe import Call, hand_over, parse, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.inbound import Incoming

HELP, LEAVE = "help@news.example.org", "leave+a@news.example.org"
MAIL = b"Subject: hello\n\nDear reader\n"


@dataclass
class Kept:
    """A store that remembers how it was called."""

    calls: list[tuple[bytes, str, list[str], str]] = field(default_factory=list)

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        self.calls += [
            (one.content, one.sender, [*one.recipients], one.channel) for one in messages
        ]
        return [len(one.recipients) for one in messages]


def handed_over(content: bytes, call: Call, variables: dict[str, str]) -> Kept:
    store = Kept()
    ours = OwnAddresses(["{command}@news.example.org"])
    hand_over(content, call, variables=variables, store=store, is_ours=ours, now=NOON)
    return store


# -- the command line -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("inbound", Call()),
        ("-c x.toml -q inbound", Call(config="x.toml")),
        ("--config=x.toml inbound a@b", Call(config="x.toml", recipients=("a@b",))),
        ("-cx.toml inbound", Call(config="x.toml")),
        ("inbound -q --config x.toml", Call(config="x.toml")),
        ("inbound --sender s@x --recipient a@b", Call(sender="s@x", recipients=("a@b",))),
        ("inbound --sender=s@x --recipient=a@b", Call(sender="s@x", recipients=("a@b",))),
        ("inbound --recipient a@b --recipient c@d e@f", Call(recipients=("a@b", "c@d", "e@f"))),
        ("inbound --timeout 8", Call(timeout=8)),
        ("inbound -- --a@b", Call(recipients=("--a@b",))),
        ("inbound -c@b", Call(recipients=("-c@b",))),
        ("inbound inbound", Call(recipients=("inbound",))),
    ],
)
def test_a_command_line_says_whose_message_it_is_and_to_whom(line: str, call: Call) -> None:
    assert parse(line.split()) == call


@pytest.mark.parametrize("sender", ["", "-c", "--recipient", "--", "inbound", "-x@example.net"])
def test_a_sender_may_look_like_anything(sender: str) -> None:
    """Whoever writes the mail chooses it."""
    call = parse(["inbound", "--sender", sender, "--recipient", HELP])

    assert call == Call(sender=sender, recipients=(HELP,))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("inbound --recipent a@b", "there is no option --recipent"),
        ("inbound -x", "there is no option -x"),
        ("--verbose inbound", "there is no option --verbose"),
        ("inbound --sender", "--sender needs a value"),
        ("inbound --timeout soon", "--timeout soon: must be seconds"),
        ("inbound --timeout 0", "--timeout 0: must be seconds"),
        ("inbound --timeout nan", "--timeout nan: must be seconds"),
    ],
)
def test_a_wrong_word_is_named(line: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        parse(line.split())


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_are_understood_or_named(words: list[str]) -> None:
    with suppress(ConfigError):
        call = parse(["inbound", *words])

        assert set(call.recipients) <= {word.removeprefix("--recipient=") for word in words}


# -- the message ------------------------------------------------------------------------------


def test_a_long_message_is_read_to_its_end_and_its_beginning_kept() -> None:
    stream = io.BytesIO(b"x" * 300_000)

    assert read(stream, kept=1000) == b"x" * 1000
    assert stream.read() == b""


def test_a_message_is_stored_once_for_all_its_recipients() -> None:
    call = Call(sender="MAILER-DAEMON", recipients=(HELP, LEAVE))

    kept = handed_over(b"From MAILER-DAEMON today\n" + MAIL, call, {"RECIPIENT": "other@x"})

    assert kept.calls == [(MAIL, "", [HELP, LEAVE], "pipe")]


def test_without_words_the_variables_say_it() -> None:
    kept = handed_over(MAIL, Call(), {"RECIPIENT": HELP, "SENDER": "s@example.net"})

    assert kept.calls == [(MAIL, "s@example.net", [HELP], "pipe")]


def test_a_message_for_nobody_is_not_stored() -> None:
    with pytest.raises(ConfigError, match="nobody knows for whom the message is"):
        handed_over(MAIL, Call(), {"EXTENSION": HELP})


def test_no_message_at_all_is_an_error() -> None:
    with pytest.raises(ConfigError, match="there is no message"):
        handed_over(b"", Call(recipients=(HELP,)), {})
