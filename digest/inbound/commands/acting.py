"""Does what commands ask for, and queues the answers, in the transaction of who handles them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from digest.inbound.commands.automatic import why_automatic
from digest.inbound.commands.choice import choose
from digest.inbound.commands.decision import Proof, decide
from digest.inbound.commands.phrases import Command
from digest.inbound.commands.proof import by_own_mail, by_token, is_leave_token
from digest.inbound.commands.request import read_request, why_command
from digest.inbound.handling import Obeyed
from digest.inbound.reading.envelope import recipients_of
from digest.inbound.reading.message import parse
from digest.inbound.reading.returned_mail import Ours
from digest.mail.answers import SUBSCRIBED
from digest.mail.command_address import CommandWord
from digest.models.delivery import MailKind
from digest.models.inbound import RETURN_ADDRESS
from subscribers import addresses
from subscribers.book import Evidence
from subscribers.models import INACTIVE, Status
from subscribers.timing_words import ANY_TIMES, SiteTimes, when

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from digest.inbound.commands.choice import Choice
    from digest.inbound.commands.decision import Decision
    from digest.inbound.commands.request import Request
    from digest.inbound.reading.message import IncomingMessage
    from digest.mail.command_address import CommandAddresses
    from digest.models.delivery import Details
    from digest.models.inbound import Arrival, Envelope, ReturnedMail
    from digest.storage.answers import AnswerQueue
    from digest.storage.transactional import TransactionalQueue
    from subscribers.book import Book
    from subscribers.models import Subscriber, Topic

#: How a consent by mail came in.
CHANNEL = "mail"
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
#: What the answer `done` says, by the command; see `digest.mail.answers`.
_DONE = {
    Command.CONFIRM: "confirmed",
    Command.TOPICS: "topics",
    Command.TIMES: "times",
    Command.PAUSE: "paused",
    Command.RESUME: "resumed",
    Command.LEAVE: "left",
}


class AllowJoin(Protocol):
    """Counts sign-ups by mail: `SignupLimiter.allow_by_mail`."""

    def __call__(self, db: sa.Connection, *, mailbox: str, now: datetime) -> bool:
        """Return whether one more is within the limits."""


@dataclass(frozen=True, kw_only=True)
class Commands:
    """The commands of one installation."""

    book: Book
    queue: TransactionalQueue
    answers: AnswerQueue
    allow_join: AllowJoin
    command_addresses: CommandAddresses
    #: `[mail] bounce_address`
    bounce_address: str
    #: the addresses that our mails are from and may be answered to
    own_addresses: Sequence[str]
    #: the keys that sign tokens and return addresses, the current one first
    secrets: Sequence[str]
    topics: Sequence[Topic]
    #: the topics of a subscriber who names none
    default_topics: Sequence[str]
    #: what people may call the list beside a command, such as the name of the site
    names: Sequence[str]
    #: the Subject of the mail that asks to confirm
    confirm_subject: str
    #: the version of the text that people agree to
    wording: str
    clock: Callable[[], datetime]
    site_times: SiteTimes = ANY_TIMES

    def recognise(self, message: IncomingMessage, envelope: Envelope) -> str:
        """Return why a message is a command; empty if it is none."""
        return why_command(message, envelope, addresses=self.command_addresses, names=self.names)

    def is_leave_address(self, recipient: str, *, at: datetime) -> bool:
        """Whether whatever is sent to an address leaves: the one of a List-Unsubscribe field."""
        word, token = self.command_addresses.parse(recipient) or (None, "")
        return word is CommandWord.LEAVE and is_leave_token(token, secrets=self.secrets, now=at)

    def obey(self, db: sa.Connection, arrival: Arrival) -> Obeyed:
        """Do what a message asks for, in this transaction; return what was done, in words."""
        message = parse(arrival.content)
        recipient = arrival.envelope.recipient or self._own_recipient(message)
        arrival = replace(arrival, envelope=replace(arrival.envelope, recipient=recipient))
        request = self._read(message, recipient)
        if request is None:
            return Obeyed("nothing: it is no command")
        return _Act(self, db, arrival, message, request).act()

    def is_own(self, address: str) -> bool:
        """Whether an address is one of ours."""
        named = (*self.own_addresses, self.bounce_address)
        is_named = any(address.casefold() == own.casefold() for own in named)
        is_command = self.command_addresses.parse(address) is not None
        return is_named or is_command or bool(self.answered(parse(b""), address).found_in)

    def answered(self, message: IncomingMessage, recipient: str) -> ReturnedMail:
        """Return which mail of ours a message answers."""
        ours = Ours(
            bounce_address=self.bounce_address,
            secrets=tuple(self.secrets),
            today=self.clock().date(),
        )
        return by_own_mail(message, recipient, ours=ours)

    def _own_recipient(self, message: IncomingMessage) -> str:
        """Return the address of ours that the head of a message names; empty without one."""
        return next(filter(self.is_own, recipients_of(message)), "")

    def _read(self, message: IncomingMessage, recipient: str) -> Request | None:
        return read_request(
            message,
            recipient,
            addresses=self.command_addresses,
            names=self.names,
            confirm_subject=self.confirm_subject,
        )


class _Act:
    """One command, while it is carried out."""

    def __init__(
        self,
        commands: Commands,
        db: sa.Connection,
        arrival: Arrival,
        message: IncomingMessage,
        request: Request,
    ) -> None:
        self._commands, self._db = commands, db
        self._arrival, self._message, self._request = arrival, message, request
        self._book = commands.book.within(db)
        self._now = commands.clock()

    def act(self) -> Obeyed:
        """Do it, and answer."""
        request = self._request
        proof, subscriber = self._who()
        why = why_automatic(self._message, self._arrival.envelope, is_own=self._commands.is_own)
        # Mail programs write to a leave address by themselves, so that alone needs no person.
        if why and proof is not Proof.LEAVE_TOKEN:
            return Obeyed(f"nothing: {why}")
        address = subscriber.address if subscriber else request.writer
        may_write = bool(address) and not self._book.must_not_be_written_to(address)
        if not may_write and request.command is not Command.LEAVE:
            return Obeyed("nothing: this address must not be written to", _id(subscriber))
        choice = choose(request.wanted, self._commands.topics)
        decision = decide(
            request.command,
            proof,
            subscriber.status if subscriber else None,
            known=bool(choice.known),
            unknown=choice.has_unknown,
        )
        if decision.joins and not self._may_join(address):
            return Obeyed("nothing: too many sign-ups lately", _id(subscriber))
        is_stranger = proof is Proof.FROM and not _is_reader(subscriber)
        if decision.joins:
            subscriber = self._join(address, subscriber, choice)
        elif subscriber:
            self._change(subscriber, decision, choice)
        answers = decision.answers if may_write else ()
        results = [
            self._answer(kind, address, subscriber, choice, is_stranger=is_stranger)
            for kind in answers
        ]
        return Obeyed("; ".join((decision.done, *results)), _id(subscriber))

    def _who(self) -> tuple[Proof, Subscriber | None]:
        """Return whom the command is about, and what proves it."""
        commands, request = self._commands, self._request
        # A command may have waited here longer than its token is valid.
        found = by_token(request, secrets=commands.secrets, now=self._arrival.received_at)
        if found:
            return found[0], self._book.get(found[1])
        writer = self._book.find(request.writer) if request.writer else None
        if request.command is Command.LEAVE:
            answered = commands.answered(self._message, self._arrival.envelope.recipient)
            # A mail that somebody forwarded is answered by others too, but not to where it bounces.
            is_theirs = answered.found_in == RETURN_ADDRESS or not _is_active(writer)
            if answered.subscriber_id is not None and answered.is_proven and is_theirs:
                return Proof.OWN_MAIL, self._book.get(answered.subscriber_id)
        return Proof.FROM, writer

    def _may_join(self, address: str) -> bool:
        mailbox = addresses.parse(address).mailbox
        return self._commands.allow_join(self._db, mailbox=mailbox, now=self._now)

    def _join(self, address: str, known: Subscriber | None, choice: Choice) -> Subscriber | None:
        # Anybody can write in anybody's name. Only a token can change topics that a mail has named.
        keeps = known and known.status in (Status.PENDING, Status.CONFIRMED, Status.PAUSED)
        topics = known.topics if known and keeps else choice.known or self._commands.default_topics
        evidence = self._evidence(wording=self._commands.wording)
        return self._book.add(address, topics, confirmed=False, evidence=evidence)

    def _change(self, subscriber: Subscriber, decision: Decision, choice: Choice) -> None:
        if decision.event:
            self._book.record(subscriber.id, decision.event, evidence=self._evidence())
        if decision.chooses:
            timing, known = self._request.timing, subscriber.preferences
            topics = subscriber.topics if timing else choice.known
            chosen = timing.applied(known) if timing else known
            self._book.choose(subscriber.id, topics, chosen, at=self._now)

    def _evidence(self, *, wording: str = "") -> Evidence:
        request = self._request
        note = (
            f"{request.command}, by {request.where}, in the mail {self._message_id or 'without id'}"
        )
        return Evidence(at=self._now, channel=CHANNEL, note=note, wording=wording)

    @property
    def _message_id(self) -> str:
        match = _MESSAGE_ID.search(self._request.message_id)
        return match[0] if match else ""

    def _answer(
        self,
        kind: MailKind,
        address: str,
        subscriber: Subscriber | None,
        choice: Choice,
        *,
        is_stranger: bool,
    ) -> str:
        """Queue an answer, within the limits; return in words whether there is one."""
        commands = self._commands
        mailbox = addresses.parse(address).mailbox
        details = self._details(kind, choice, subscriber)
        if not commands.answers.may_answer(
            self._db, mailbox, kind, details=details, is_stranger=is_stranger, now=self._now
        ):
            return f"no answer ({kind}): there were enough"
        if kind in (MailKind.CONFIRM, MailKind.KNOWN):
            ids = [subscriber.id] if subscriber else []
            queued = commands.queue.enqueue_in(self._db, ids, kind, now=self._now)
            return f"answered ({kind})" if queued else f"no answer ({kind}): there was one lately"
        commands.answers.answer_in(
            self._db,
            kind,
            address=address,
            subscriber_id=_id(subscriber),
            details=details,
            in_reply_to=self._message_id,
            now=self._now,
        )
        return f"answered ({kind})"

    def _details(self, kind: MailKind, choice: Choice, subscriber: Subscriber | None) -> Details:
        if kind is MailKind.TOPICS:
            return {"unknown": list(choice.unknown), "understood": list(choice.known)}
        timing = self._request.timing
        if kind is MailKind.ASK and timing and subscriber:
            then = when(timing.applied(subscriber.preferences), site=self._commands.site_times)
            return {"command": str(self._request.command), "times": timing.command, "when": then}
        if kind is MailKind.ASK:
            return {"command": str(self._request.command), "topics": list(choice.known)}
        if kind is not MailKind.DONE:
            return {}
        done: Details = {"done": _DONE[self._request.command]}
        if timing and subscriber:
            then = when(timing.applied(subscriber.preferences), site=self._commands.site_times)
            return {**done, "when": then}
        return {**done, "topics": list(choice.known)} if choice.known else done


def _is_reader(subscriber: Subscriber | None) -> bool:
    return subscriber is not None and subscriber.status in SUBSCRIBED


def _is_active(subscriber: Subscriber | None) -> bool:
    return subscriber is not None and subscriber.status not in INACTIVE


def _id(subscriber: Subscriber | None) -> int | None:
    return subscriber.id if subscriber else None
