"""The envelope of a message that a program hands over: for whom it is, and who sent it.

By LMTP the envelope comes before the message. A pipe has it in words, in variables, or only in the
lines that were added on top; a mailbox has nothing else. The most certain is taken first. Never
taken are EXTENSION, LOCAL_PART_SUFFIX, USER and LOGNAME: they are in lower case, or a sender's
choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import ConfigError
from digest.inbound.doors.addresses import addresses_in, unquoted
from digest.inbound.doors.store import IsOurs
from digest.inbound.null_sender import envelope_sender

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The variables of a pipe in which mail servers say for whom and from whom a message is.
RECIPIENT, SENDER = "RECIPIENT", "SENDER"
#: The most recipients that are taken from a header, which anybody can write.
MOST = 50
#: Octets of a header that are read.
_LONGEST_HEADER = 262_144
_ADDED = ("delivered-to", "x-original-to", "envelope-to")
_WRITTEN = ("to", "cc")
_FOR = re.compile(r"\bfor\s+(\S{3,512})", re.IGNORECASE)
_FROM_LINE = re.compile(rb"From ([^\r\n]*)\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n(?=[ \t])")


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """A message with its envelope."""

    content: bytes
    #: empty for the null sender
    sender: str
    #: at least one, unless nobody knows
    recipients: tuple[str, ...]
    #: whether the recipients are only those that the writer named in To or Cc
    is_guess: bool = False


def from_pipe(
    content: bytes,
    *,
    recipients: Sequence[str],
    sender: str | None,
    variables: Mapping[str, str],
    is_ours: IsOurs,
) -> HandedOver:
    """Return a message of a pipe with its envelope.

    Args:
        content: the message, perhaps after a `From ` line.
        recipients: those of the command line.
        sender: that of the command line; None if it has none.
        variables: the environment.
        is_ours: says whether an address is one of ours.

    Raises:
        ConfigError: a word is a placeholder that was not filled in, or no address.

    """
    message, from_line = split_from_line(content)
    header = _header(message)
    given = [word for word in recipients if word] or [variables.get(RECIPIENT, "")]
    named = [_named(word, "recipient") for word in given if word]
    return HandedOver(
        content=message,
        sender=_sender(sender, variables, header, from_line),
        recipients=tuple(dict.fromkeys(named or _added(header, is_ours))),
    )


def from_mailbox(content: bytes, *, is_ours: IsOurs) -> HandedOver:
    """Return a message of a mailbox with its envelope, as far as its header tells it.

    Where no line names an address of ours, as with Cyrus, or on Dovecot for two at once, those of
    To and Cc are taken, and else nobody.
    """
    message, from_line = split_from_line(content)
    header = _header(message)
    added = _added(header, is_ours)
    written = () if added else _once(_own(header, _WRITTEN, is_ours))
    return HandedOver(
        content=message,
        sender=_sender(None, {}, header, from_line),
        recipients=added or written,
        is_guess=not added,
    )


def split_from_line(content: bytes) -> tuple[bytes, str | None]:
    """Return a message without a first `From ` line (RFC 4155), and the sender that this names."""
    line = _FROM_LINE.match(content)
    if line is None:
        return content, None
    # `From MAILER-DAEMON  Sat Nov 28 …`; the sender may be missing.
    words = line[1].decode("utf-8", "replace").split()
    return content[line.end() :], words[0] if words else ""


def _named(word: str, what: str) -> str:
    """Return an address of a command line or a variable."""
    if word.startswith(("%(", "${", "%{")):
        raise ConfigError(
            f"the {what} {word} was not filled in by the mail server; correct the command in its"
            " configuration"
        )
    address = unquoted(word)
    if address is None:
        raise ConfigError(
            f"the {what} {word!r} is no address; let the mail server hand over the whole address,"
            " with its domain"
        )
    return address


def _sender(
    given: str | None,
    variables: Mapping[str, str],
    header: Sequence[tuple[str, str]],
    from_line: str | None,
) -> str:
    """Return the sender of the first of its places that is there."""
    paths = [value for name, value in header if name == "return-path"][:1]
    for place in (given, variables.get(SENDER), *paths, from_line):
        if place is None:
            continue
        sender = envelope_sender(place)
        if sender.startswith(("%(", "${", "%{")):
            raise ConfigError(
                f"the sender {sender} was not filled in by the mail server; correct the command in"
                " its configuration"
            )
        return unquoted(sender) or "".join(filter(str.isprintable, sender))
    return ""


def _header(message: bytes) -> list[tuple[str, str]]:
    """Return the lines of a header, unfolded: the names in lower case, and the values."""
    head = _HEADER_END.split(message[:_LONGEST_HEADER], maxsplit=1)[0]
    text = _FOLD.sub("", head.decode("utf-8", "replace"))
    lines = (line.partition(":") for line in text.splitlines())
    return [(name.strip().lower(), value.strip()) for name, colon, value in lines if colon]


def _own(
    header: Sequence[tuple[str, str]], names: Sequence[str], is_ours: IsOurs
) -> list[list[str]]:
    """Return the addresses of ours in some lines of a header, line by line."""
    values = [value for name, value in header if name in names]
    lines = [[one for one in addresses_in(value) if is_ours(one)] for value in values]
    return [line for line in lines if line]


def _once(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for line in lines for one in line))[:MOST]


def _added(header: Sequence[tuple[str, str]], is_ours: IsOurs) -> tuple[str, ...]:
    """Return the addresses of ours that servers on the way wrote on top of a message.

    All lines are looked through: the first may be another program's, such as "unknown". They are
    the stops on one way, so the address of a mailbox behind that with a tag does not count. The
    recipients of one copy stand in one line. Without any it is the address after "for" of the
    newest Received that has one of ours.
    """
    if lines := _own(header, _ADDED, is_ours):
        tagged = [line for line in lines if any("+" in one for one in line)]
        return _once(tagged or lines)
    for name, value in header:
        match = _FOR.search(value) if name == "received" else None
        own = [one for one in addresses_in(match[1]) if is_ours(one)] if match else []
        if own:
            return tuple(own)
    return ()
