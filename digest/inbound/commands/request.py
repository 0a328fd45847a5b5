"""What a message asks for: by the address it was sent to, its Subject, or its first line.

What was quoted says nothing. Whoever says to leave in any of these leaves, whatever the rest says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.inbound.commands.phrases import Command
from digest.inbound.commands.understanding import (
    Said,
    refuses,
    same,
    understand,
    without_prefixes,
    without_reply,
)
from digest.inbound.commands.writer import writer_of
from digest.inbound.commands.written import first_line
from digest.mail.command_address import CommandWord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.inbound.commands.timing import Timing
    from digest.inbound.reading.message import IncomingMessage
    from digest.mail.command_address import CommandAddresses
    from digest.models.inbound import Envelope

#: The most topics of one command.
MOST_TOPICS = 50


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody asks for, and what they show for it."""

    command: Command
    #: the topics they named, as they wrote them, without case
    wanted: tuple[str, ...] = ()
    #: when they want their mail
    timing: Timing | None = None
    #: the address of the writer; empty if there is not exactly one
    writer: str
    #: the command of the address it was sent to, and the token behind its `+`
    word: CommandWord | None = None
    token: str = ""
    #: where the command stood
    where: str
    #: whether whoever is asked to confirm may have written it, by its Subject
    may_agree: bool = True
    message_id: str = ""


def read_request(
    message: IncomingMessage,
    recipient: str,
    *,
    addresses: CommandAddresses,
    names: Sequence[str] = (),
    confirm_subject: str = "",
) -> Request | None:
    """Return what a message asks for, or None if it is no command.

    `recipient` is that of the envelope. `names` are words that may stand beside a command, such as
    the name of the site. `confirm_subject` is the Subject of the mail that asks to confirm. Without
    command addresses nothing can be done by mail but leave.
    """
    writer = writer_of(message.fields.all("from"))
    word, tag = addresses.parse(recipient) or (None, "")
    names = (*names, writer)
    written = message.fields.text("subject")
    subject = understand(without_prefixes(written), names=names)
    line = first_line(message)
    found = _said(word, subject, line, understand(line, names=names))
    if found is None or not (addresses or found[0].command is Command.LEAVE):
        return None
    said, where = found
    has_topics = word is CommandWord.SUBSCRIBE and said.command is Command.JOIN
    wanted = (*(tag.split("+") if has_topics else ()), *said.wanted)
    return Request(
        command=said.command,
        wanted=tuple(filter(None, wanted))[:MOST_TOPICS],
        timing=said.timing,
        writer=writer,
        word=word,
        token="" if word is CommandWord.SUBSCRIBE else tag,
        where=where,
        may_agree=_may_agree(without_reply(written), confirm_subject, names),
        message_id=message.fields.get("message-id"),
    )


def why_command(
    message: IncomingMessage,
    envelope: Envelope,
    *,
    addresses: CommandAddresses,
    names: Sequence[str] = (),
) -> str:
    """Return why a message is a command; empty if it is none. The arguments are as above."""
    request = read_request(message, envelope.recipient, addresses=addresses, names=names)
    return f"{request.command}, by {request.where}" if request else ""


def _may_agree(subject: str, confirm_subject: str, names: Sequence[str]) -> bool:
    """Whether a Subject without "Re:" is one of who confirms: ours, none, or to confirm.

    Programs answer too, and many change only the Subject: "Out of the office: ", "[Ticket 1] ".
    """
    if not subject or (confirm_subject and same(subject, confirm_subject)):
        return True
    said = understand(subject, names=names)
    return said is not None and said.command is Command.CONFIRM


def _said(
    word: CommandWord | None, subject: Said | None, line: str, in_line: Said | None
) -> tuple[Said, str] | None:
    """Return what was said, and where."""
    by_subject, by_line = (subject, "its Subject"), (in_line, "its first line")
    by_address = f"the address {word}"
    for said, where in (by_subject, by_line):
        if said and said.command is Command.LEAVE:
            return said, where
    if word is CommandWord.LEAVE:
        return Said(command=Command.LEAVE), by_address
    if word in (CommandWord.CONFIRM, CommandWord.SUBSCRIBE):
        return _agreed(word, subject, by_address, is_refused=refuses(line))
    for said, where in (by_subject, by_line):
        if said and (word or not _is_for_people(said, line)):
            return said, where
    return (Said(command=Command.HELP), by_address) if word else None


def _is_for_people(said: Said, line: str) -> bool:
    """Whether a message to an address that is for no command asks people for help."""
    return said.command is Command.HELP and (said.is_question or bool(line))


def _agreed(
    word: CommandWord, subject: Said | None, by_address: str, *, is_refused: bool
) -> tuple[Said, str]:
    """Return what a message to an address that joins or confirms says: perhaps no."""
    if is_refused:
        return Said(command=Command.HELP), "its first line, which may say no"
    if subject and subject.command is Command.HELP:
        return subject, "its Subject"
    if word is CommandWord.CONFIRM:
        return Said(command=Command.CONFIRM), by_address
    wanted = subject.wanted if subject and subject.command is Command.JOIN else ()
    return Said(command=Command.JOIN, wanted=wanted), by_address
