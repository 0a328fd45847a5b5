"""One SMTP session after its greeting and login, without any I/O: bytes in, events and bytes out.

What an error means depends on where it strikes. Before the final dot of a mail nothing was
accepted; from its first octet on nobody can know (RFC 1047). So the conversation counts the octets
that were really written, and has at most one mail whose dot is not answered.

With PIPELINING (RFC 2920) the body of a mail, its dot and the envelope of the next mail are one
write, and all that answers it comes after one round trip. Without it every command waits for the
answer to the one before.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from digest.delivery.smtp.commands import EnvelopeError, Extensions, commands
from digest.delivery.smtp.replies import NoReplyError, Replies, Reply, outcome_of, taken, unusable
from digest.models.delivery import DeliveryState, Outcome, OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

_RSET, _MAIL, _RCPT, _DATA, _DOT = "RSET", "MAIL", "RCPT", "DATA", "the end of DATA"
#: The dot that ends an empty mail, where nobody is left to get it.
_LONE_DOT = "the end of nothing"
_QUIT = "QUIT"
_DOT_LINE = b".\r\n"

#: RFC 5321 §3.8: a server that closes the connection says so.
CLOSING = 421

#: Faster than `b"\n." in content`, which looks at every octet.
_dotted_line = re.compile(rb"\n\.").search


class Answered(NamedTuple):
    """The fate of a mail is known, or will never be."""

    parcel: OutgoingMessage
    answer: Outcome


class Ready(NamedTuple):
    """The server waits for the body of this mail: `hand_over` it, or end the session."""

    parcel: OutgoingMessage


class Ended(NamedTuple):
    """The session is over."""

    reason: str
    #: 421 when the server said that it closes
    code: int = 0
    #: no mail at all can go to this server, whatever the connection
    unusable: bool = False


class Returned(NamedTuple):
    """Of this mail nothing but the envelope was sent; `answer` is for who does not try again."""

    parcel: OutgoingMessage
    answer: Outcome
    #: the session broke at the mail before it
    blameless: bool


Event = Answered | Ready | Ended | Returned


class SMTPProtocol:
    """Parcels in, commands out, replies in, events out."""

    def __init__(self, offers: Extensions, *, server: str) -> None:
        """Speak to a server that offers this; its name is for messages."""
        self._offers, self._server = offers, server
        self._replies = Replies()
        #: what to write next; say how much was with `written`
        self.output: list[bytes | memoryview] = []
        #: nothing more can be said or heard
        self.over = False
        # The commands that wait for the answer to the one before, and those that were given out.
        self._held: deque[tuple[str, bytes]] = deque()
        self._unanswered: deque[str] = deque()
        # The mail whose envelope is under way, and whether it has been turned away already.
        self._envelope: OutgoingMessage | None = None
        self._turned_away = False
        self._transaction_open = False
        # The mail whose dot is not answered; octets queued in all, and before its dot.
        self._body: OutgoingMessage | None = None
        self._queued = 0
        self._before_dot = 0

    # -- what the shell asks ------------------------------------------------------------------

    @property
    def free(self) -> bool:
        """Whether the envelope of another mail can begin now."""
        return (
            self._envelope is None
            and not self.over
            and (self._offers.pipelining or not self._unanswered)
        )

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._envelope is None and not self._unanswered

    @property
    def carrying(self) -> bool:
        """Whether a mail was handed over and is not answered."""
        return self._body is not None

    @property
    def patient(self) -> bool:
        """Whether the answer waited for is that to a whole mail, which may take minutes."""
        return self._body is not None and self._dot_is_out

    @property
    def unanswered(self) -> int:
        """How many answers are waited for."""
        return len(self._unanswered)

    # -- what the shell does ------------------------------------------------------------------

    def begin(self, parcel: OutgoingMessage) -> Outcome | None:
        """Send the envelope of a mail; return its answer at once if it can not be sent here."""
        try:
            mail, rcpt, data = commands(parcel, self._offers, server=self._server)
        except EnvelopeError as error:
            return Outcome(state=DeliveryState.FAILED, reason=str(error))
        self._envelope, self._turned_away = parcel, False
        if self._offers.pipelining:
            if self._transaction_open:
                self._say(b"RSET\r\n", _RSET)
            self._say(mail + rcpt + data, _MAIL, _RCPT, _DATA)
        else:
            if self._transaction_open:
                self._held.append((_RSET, b"RSET\r\n"))
            self._held.extend(((_MAIL, mail), (_RCPT, rcpt), (_DATA, data)))
            self._go_on()
        return None

    def hand_over(self) -> None:
        """Send the body of the mail that is ready, and its final dot."""
        parcel = self._envelope
        if parcel is None:
            raise RuntimeError("no mail is ready to be handed over")
        self._envelope, self._body = None, parcel
        content = parcel.content
        if not parcel.is_dot_free and (_dotted_line(content) or content.startswith(b".")):
            content = re.sub(rb"(?m)^\.", b"..", content)
        self._queue(content)
        if not content.endswith(b"\r\n"):
            self._queue(b"\r\n")
        self._before_dot = self._queued
        self._say(_DOT_LINE, _DOT)

    def quit(self) -> None:
        """Say goodbye."""
        self._say(b"QUIT\r\n", _QUIT)

    def written(self, octets: int) -> None:
        """Take note that so many octets of `output` are on their way."""
        self._queued -= octets
        self._before_dot -= octets
        if not self._queued:
            self.output.clear()
            return
        while octets >= len(self.output[0]):
            octets -= len(self.output.pop(0))
        self.output[0] = memoryview(self.output[0])[octets:]

    def receive(self, octets: bytes) -> Sequence[Event]:
        """Return what these bytes from the server mean."""
        events: list[Event] = []
        try:
            for reply in self._replies.feed(octets):
                self._hear(reply, events)
                if self.over:
                    break
        except NoReplyError as error:
            events += self.end(str(error))
        return events

    def end(self, reason: str) -> Sequence[Event]:
        """Give up the session; say what that means for the mails under way."""
        return [] if self.over else self._end(Ended(reason))

    # -- commands -----------------------------------------------------------------------------

    def _queue(self, octets: bytes) -> None:
        self.output.append(octets)
        self._queued += len(octets)

    def _say(self, octets: bytes, *stages: str) -> None:
        """Queue commands that will be answered in this order."""
        self._queue(octets)
        self._unanswered.extend(stages)

    def _go_on(self) -> None:
        """Without pipelining: send the next command."""
        if self._held:
            stage, command = self._held.popleft()
            self._say(command, stage)

    # -- replies ------------------------------------------------------------------------------

    def _hear(self, reply: Reply, events: list[Event]) -> None:
        """Take the answer to the oldest command that has none."""
        if not self._unanswered:
            code = reply.code if reply.code == CLOSING else 0
            events += self._end(Ended(f"it said unasked: {reply}", code), reply.status)
            return
        stage = self._unanswered.popleft()
        if stage == _DOT and self._body is not None:
            self._hear_of_body(self._body, reply, events)
        elif reply.code == CLOSING:
            events += self._end(Ended(str(reply), CLOSING), reply.status)
        elif stage == _DATA and reply.code == 354:
            self._be_invited(events)
        elif reply.code < 300 and stage != _DATA:
            self._be_accepted(stage, events)
        elif reply.code >= 400:
            self._be_refused(stage, reply, events)
        else:
            events += self.end(f"it answered {stage} with {reply}")

    def _hear_of_body(self, parcel: OutgoingMessage, reply: Reply, events: list[Event]) -> None:
        if 300 <= reply.code < 400 or (reply.code < 300 and not self._dot_is_out):
            events += self.end(f"it answered {_DOT} with {reply}")
            return
        self._body = None
        if reply.code < 300:
            events.append(Answered(parcel, taken(reply)))
            return
        # It is the server's word that it has not taken the mail, even with 421.
        events.append(Answered(parcel, self._verdict(_DOT, reply)))
        why = unusable(_DOT, reply, server=self._server, sender=parcel.sender)
        if why is not None:
            events += self._end(Ended(why, unusable=True))
        elif reply.code == CLOSING:
            events += self._end(Ended(str(reply), CLOSING), reply.status)
        elif not self._dot_is_out:
            events += self.end(f"it answered before the end of the mail: {reply}")

    def _be_invited(self, events: list[Event]) -> None:
        """Whatever is sent now ends the transaction."""
        self._transaction_open = False
        if self._envelope is not None and not self._turned_away:
            events.append(Ready(self._envelope))
        else:
            # RFC 2920 §3.1: no recipient was accepted, yet the server wants a mail.
            self._envelope = None
            self._say(_DOT_LINE, _LONE_DOT)

    def _be_accepted(self, stage: str, events: list[Event]) -> None:
        if stage == _QUIT:
            events += self.end("goodbye")
        elif stage == _MAIL:
            self._transaction_open = True
        elif stage == _RSET:
            self._transaction_open = False
        self._go_on()

    def _be_refused(self, stage: str, reply: Reply, events: list[Event]) -> None:
        if stage in (_RSET, _QUIT):
            events += self.end(f"it answered {stage} with {reply}")
        elif stage != _LONE_DOT and self._envelope is not None:
            self._turn_away(self._envelope, stage, reply, events)

    def _turn_away(
        self, parcel: OutgoingMessage, stage: str, reply: Reply, events: list[Event]
    ) -> None:
        """Answer for the mail whose envelope is refused; what follows it is refused anyhow."""
        if not self._turned_away:
            why = unusable(stage, reply, server=self._server, sender=parcel.sender)
            if why is not None:
                events += self._end(Ended(why, unusable=True))
                return
            self._turned_away = True
            events.append(Answered(parcel, self._verdict(stage, reply)))
        if stage == _DATA or self._held:
            self._held.clear()
            self._envelope = None

    def _verdict(self, stage: str, reply: Reply) -> Outcome:
        return outcome_of(stage, reply, server=self._server)

    # -- the end ------------------------------------------------------------------------------

    @property
    def _dot_is_out(self) -> bool:
        return self._before_dot <= -len(_DOT_LINE)

    def _end(self, ended: Ended, status: str = "") -> list[Event]:
        reason = ended.reason
        if not ended.unusable:
            reason = f"{self._server} broke the connection: {reason}"
        not_now = Outcome(
            state=DeliveryState.DEFERRED, reason=reason, code=ended.code, status=status
        )
        events: list[Event] = []
        if self._body is not None:
            events.append(Answered(self._body, self._lost(ended) or not_now))
        events.append(ended)
        if self._envelope is not None and not self._turned_away:
            events.append(Returned(self._envelope, not_now, blameless=self._body is not None))
        self._body = self._envelope = None
        self._unanswered.clear()
        self.output.clear()
        self.over = True
        return events

    def _lost(self, ended: Ended) -> Outcome | None:
        """Answer for a mail whose dot is on its way; None while nothing of the dot is."""
        if self._before_dot >= 0:
            return None
        return Outcome(
            state=DeliveryState.UNKNOWN,
            reason=f"{self._server} was lost after the mail was handed over: {ended.reason};"
            " it may have been delivered",
        )
