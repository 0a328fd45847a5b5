"""The envelopes of real messages, as mail servers, fetchers and mailboxes handed them over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from digest.errors import ConfigError
from digest.inbound.doors.envelope import HandedOver, from_mailbox, from_pipe

if TYPE_CHECKING:
    from pathlib import Path

#: For whom each message of a pipe is and who sent it, and which words of its call say so.
PIPED: dict[str, tuple[str, list[str], list[str] | None]] = {
    # name: (sender, recipients, words that are recipients; None: it has none)
    "postfix-pipe-null": ("", ["Bounces+AbC-d@p1.example.org"], ["Bounces+AbC-d@p1.example.org"]),
    "postfix-pipe-two": (
        "s+a@example.net",
        ["bounces+AbC@p1.example.org", "leave+Two@p1.example.org"],
        ["bounces+AbC@p1.example.org", "leave+Two@p1.example.org"],
    ),
    "postfix-pipe-Fqhu": ("", ["bounces+abc@p3.example.org"], ["bounces+abc@p3.example.org"]),
    "postfix-alias-null": ("", ["Bounces+AbC-d@mx.example.org"], None),
    "postfix-forward": ("s+l@example.net", ["ada+AbC@mx.example.org"], None),
    "exim-pipe-addresses": (
        "s+p2@example.net", ["Bounces+AbC@p2.example.org"], ["Bounces+AbC@p2.example.org"],
    ),
    "opensmtpd-mda": ("Send+Er@Example.net", ["Bounces+AbC@p1.example.org"], None),
    "opensmtpd-alias": ("", ["Bounces+AbC@mx.example.org"], None),
    "sendmail-alias": ("", ["Bounces+AbC@mx.example.org"], None),
    "getmail-simple": ("s+x@example.net", ["cat+AbC@example.net"], None),
    "getmail-multidrop": ("", ["mb+Multi@example.net"], ["mb+Multi@example.net"]),
    "dovecot-sieve-pipe": ("", ["ada+x@example.net"], None),
    "procmail": ("s@x.example", [], None),
}  # fmt: skip
#: Pipes whose command has the sender in a word of its own.
WITH_SENDER = {
    "postfix-pipe-null": "MAILER-DAEMON", "postfix-pipe-two": "s+a@example.net",
    "postfix-pipe-Fqhu": "MAILER-DAEMON", "getmail-multidrop": "",
    "getmail-simple": "s+x@example.net",
}  # fmt: skip
#: Messages of mailboxes, with the recipients that their headers name.
IN_MAILBOXES = {
    "dovecot-maildir-one": ["ada+One@example.net"],
    "cyrus-mailbox": [],
    "cyrus-mailbox-8bit": [],
    "getmail-simple": ["cat+AbC@example.net"],
}
LOCALS = ("bounces", "leave", "subscribe", "ada", "cat", "mb", "b")


def is_ours(address: str) -> bool:
    return address.partition("@")[0].partition("+")[0].lower() in LOCALS


def handed_over(folder: Path, name: str) -> HandedOver:
    """A message as the program's own call hands it over."""
    call: dict[str, Any] = {"argv": [], "env": {}}
    if (path := folder / f"{name}.call.json").exists():
        call = json.loads(path.read_text(encoding="utf-8"))
    elif name == "dovecot-sieve-pipe":
        lines = (folder / f"{name}.env.txt").read_text(encoding="utf-8").splitlines()
        call["env"] = dict(line.split("=", 1) for line in lines if "=" in line)
    words = PIPED[name][2] or []
    assert set(words) <= set(call["argv"])
    return from_pipe(
        (folder / f"{name}.eml").read_bytes(),
        recipients=words,
        sender=WITH_SENDER.get(name),
        variables=call["env"],
        is_ours=is_ours,
    )


@pytest.mark.parametrize("name", PIPED)
def test_a_real_pipe_names_recipients_and_sender(real_data: Path, name: str) -> None:
    handed = handed_over(real_data / "inbound", name)

    assert handed.sender == PIPED[name][0]
    assert list(handed.recipients) == PIPED[name][1]
    assert not handed.content.startswith(b"From ")


def test_a_placeholder_of_a_real_call_is_named(real_data: Path) -> None:
    call = json.loads((real_data / "inbound" / "getmail-simple.call.json").read_bytes())

    with pytest.raises(ConfigError, match=r"%\(recipient\)"):
        from_pipe(b"", recipients=[call["argv"][2]], sender="", variables={}, is_ours=is_ours)


@pytest.mark.parametrize("name", IN_MAILBOXES)
def test_a_real_mailbox_names_recipients_as_far_as_it_can(real_data: Path, name: str) -> None:
    content = (real_data / "inbound" / f"{name}.eml").read_bytes()

    handed = from_mailbox(content, is_ours=is_ours)

    assert list(handed.recipients) == IN_MAILBOXES[name]
    assert handed.is_guess == (not IN_MAILBOXES[name])


def test_every_real_message_is_tested(real_data: Path) -> None:
    names = {path.stem for path in (real_data / "inbound").glob("*.eml")}
    by_lmtp = {path.name.split(".")[0] for path in (real_data / "inbound").glob("*.lmtp.txt")}

    assert names == by_lmtp | set(PIPED) | set(IN_MAILBOXES)
