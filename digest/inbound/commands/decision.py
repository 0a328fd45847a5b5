"""What follows from a command: a table of what was asked, what proves it, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digest.inbound.commands.phrases import Command
from digest.models.delivery import MailKind
from subscribers.models import Event, Status


class Proof(StrEnum):
    """What shows that a subscriber wrote a message, or somebody who has their mail."""

    #: the address of a List-Unsubscribe field: programs write to it, and expect no answer
    LEAVE_TOKEN = "leave token"  # noqa: S105 (the kind of a token)
    #: the address to answer to of a mail that asks to confirm
    CONFIRM_TOKEN = "confirm token"  # noqa: S105 (the kind of a token)
    #: the address to answer to of a mail that asks whether it was they who asked
    COMMANDS_TOKEN = "commands token"  # noqa: S105 (the kind of a token)
    #: the return address or the Message-ID of a mail to them, signed by us
    OWN_MAIL = "own mail"
    #: the From field alone, which anybody can write
    FROM = "From"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is done, and which mails answer."""

    #: what is recorded; None to record nothing
    event: Event | None = None
    #: whether the topics, or when mail comes, become as was said
    chooses: bool = False
    answers: tuple[MailKind, ...] = ()
    #: for the operator: what was done, or why there is an answer alone
    done: str

    @property
    def joins(self) -> bool:
        """Whether somebody signs up."""
        return self.event is Event.SIGN_UP


_SUBSCRIBED = (Status.CONFIRMED, Status.PAUSED)
_ACTIVE = (*_SUBSCRIBED, Status.PENDING)
_EVENTS = {Command.PAUSE: Event.PAUSE, Command.RESUME: Event.RESUME}
_DONE = {
    Command.PAUSE: "paused",
    Command.RESUME: "resumed",
    Command.TOPICS: "topics chosen",
    Command.TIMES: "times chosen",
}

_NOTHING = Decision(done="nothing: this address must not be written to")
_ASK_TO_CONFIRM = Decision(answers=(MailKind.CONFIRM,), done="the writer has not confirmed")


def decide(
    command: Command,
    proof: Proof,
    status: Status | None,
    *,
    known: bool = False,
    unknown: bool = False,
) -> Decision:
    """Return what follows from a command of somebody with this status; None is a stranger's.

    `known` and `unknown` say whether topics were named that there are, or that there are not.
    """
    if status is Status.SUPPRESSED:
        return _NOTHING
    if command is Command.LEAVE:
        return _leave(proof, status)
    if command is Command.JOIN:
        return _join(status, known=known, unknown=unknown)
    if command is Command.HELP:
        return _help("help was asked for")
    if command is Command.CONFIRM:
        return _confirm(status, is_proven=proof is Proof.CONFIRM_TOKEN)
    if status is Status.PENDING:
        return _ASK_TO_CONFIRM
    if status not in _SUBSCRIBED:
        return _help("the writer is no reader")
    if command is Command.TOPICS and not known:
        return _what_there_is(is_named=unknown)
    if proof is not Proof.COMMANDS_TOKEN:
        return Decision(answers=(MailKind.ASK,), done=f"there is no proof to {command}")
    # Topics that there are not are named in the answer, beside those that were chosen.
    is_doubtful = command is Command.TOPICS and unknown
    return Decision(
        event=_EVENTS.get(command),
        chooses=command in (Command.TOPICS, Command.TIMES),
        answers=(MailKind.TOPICS if is_doubtful else MailKind.DONE,),
        done=_DONE[command],
    )


def _leave(proof: Proof, status: Status | None) -> Decision:
    if status not in _ACTIVE:
        if proof is Proof.LEAVE_TOKEN:
            return Decision(done="nothing: the reader had left")
        return _help("nothing is sent to the writer")
    if proof is Proof.LEAVE_TOKEN:
        return Decision(event=Event.LEAVE, done="left")
    return Decision(event=Event.LEAVE, answers=(MailKind.DONE,), done="left")


def _join(status: Status | None, *, known: bool, unknown: bool) -> Decision:
    if unknown and not known:
        return _what_there_is(is_named=True)
    if status in _SUBSCRIBED:
        return Decision(event=Event.SIGN_UP, answers=(MailKind.KNOWN,), done="was a reader already")
    also = (MailKind.TOPICS,) if unknown else ()
    return Decision(event=Event.SIGN_UP, answers=(MailKind.CONFIRM, *also), done="signed up")


def _confirm(status: Status | None, *, is_proven: bool) -> Decision:
    if status is not Status.PENDING:
        return _help("there is nothing to confirm")
    if not is_proven:
        return _ASK_TO_CONFIRM
    return Decision(event=Event.CONFIRM, answers=(MailKind.DONE,), done="confirmed")


def _what_there_is(*, is_named: bool) -> Decision:
    if is_named:
        return Decision(answers=(MailKind.TOPICS,), done="there are no such topics")
    return Decision(answers=(MailKind.HELP,), done="no topic was named")


def _help(why: str) -> Decision:
    return Decision(answers=(MailKind.HELP,), done=why)
