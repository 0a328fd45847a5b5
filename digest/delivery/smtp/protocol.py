"""One SMTP session from its first MAIL command on, without any I/O.

Messages and octets from the server come in, events and octets to write come out.

What a failure means for a message depends on when it happens. Before the final dot is written the
server has accepted nothing. From the first octet of the dot until the reply nobody can know
(RFC 1047). So the protocol counts the octets that were really written, and at most one message at
a time has its data written and no reply to it.

With PIPELINING (RFC 2920) the data of a message, its dot and the envelope of the next message are
one write, and all replies to them come after one round trip. Without it every command waits for
the reply to the one before.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from digest.delivery.smtp.commands import (
    EnvelopeError,
    Extensions,
    TooBigError,
    envelope_commands,
)
from digest.delivery.smtp.refusals import STAGES, TOO_BIG
from digest.delivery.smtp.replies import (
    InvalidReplyError,
    Reply,
    ReplyParser,
    accepted_outcome,
    refused_outcome,
    why_unusable,
)
from digest.models.delivery import DeliveryState, Outcome, OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What a reply can answer. The names also stand in the reasons of outcomes.
_MAIL, _RCPT, _DATA, _END_OF_DATA = STAGES
_RSET, _QUIT = "RSET", "QUIT"
#: The end of an empty message; see `_on_start_mail_input`.
_END_OF_NOTHING = "the end of an empty mail"
_DOT_LINE = b".\r\n"

#: The code of a server that closes the connection (RFC 5321 §3.8).
SERVICE_CLOSING = 421

#: Faster than `b"\n." in content`, which compares at every octet.
_search_dot_line = re.compile(rb"\n\.").search


class Completed(NamedTuple):
    """The outcome of a message is final."""

    message: OutgoingMessage
    outcome: Outcome


class ReadyForData(NamedTuple):
    """The server expects the data of this message: call `send_data`, or `abort`."""

    message: OutgoingMessage


class SessionEnded(NamedTuple):
    """The session is over; no more octets can be sent or received."""

    reason: str
    #: 421 if the server closed the connection with that code, otherwise 0.
    code: int = 0
    #: Whether the server cannot be used for any message, over any connection.
    unusable: bool = False


class Retryable(NamedTuple):
    """The session ended when only the envelope of this message was sent."""

    message: OutgoingMessage
    #: Its outcome, if it is not tried again.
    outcome: Outcome
    #: Whether the session ended at the message before it, so this one cannot be the cause.
    caused_by_previous: bool


Event = Completed | ReadyForData | SessionEnded | Retryable


class SMTPProtocol:
    """The client's side of an SMTP session.

    The caller writes `output` to the server, and calls `mark_written` with the number of octets. It
    calls `receive` with the octets that arrive. Each message that `begin_transaction` has accepted
    is the subject of exactly one `Completed` or `Retryable` event.
    """

    def __init__(self, extensions: Extensions, *, server: str) -> None:
        """Start after the greeting and the login; the name of the server is for messages."""
        self._extensions, self._server = extensions, server
        self._replies = ReplyParser()
        #: The octets to write next.
        self.output: list[bytes | memoryview] = []
        #: Whether the session is over.
        self.has_ended = False
        # Commands that wait for the reply to the one before; empty with pipelining.
        self._waiting_commands: deque[tuple[str, bytes]] = deque()
        # What was sent and has no reply yet, in order.
        self._outstanding: deque[str] = deque()
        # The message whose envelope is sent, and whether the server has refused it already.
        self._envelope: OutgoingMessage | None = None
        self._is_envelope_refused = False
        # Whether the server is in a mail transaction, which the next MAIL would be nested in.
        self._is_transaction_open = False
        # The message whose data is sent and has no reply yet.
        self._data: OutgoingMessage | None = None
        # The octets in `output`, and those of them before the dot. The second number becomes
        # negative when octets of the dot are written.
        self._octets_queued = 0
        self._octets_before_dot = 0

    # -- state ---------------------------------------------------------------------------------

    @property
    def can_begin(self) -> bool:
        """Whether `begin_transaction` may be called now."""
        return (
            self._envelope is None
            and not self.has_ended
            and (self._extensions.pipelining or not self._outstanding)
        )

    @property
    def is_idle(self) -> bool:
        """Whether no message is under way and no reply is due."""
        return self._envelope is None and not self._outstanding

    @property
    def has_data_under_way(self) -> bool:
        """Whether the data of a message was sent and has no reply yet."""
        return self._data is not None

    @property
    def awaits_final_reply(self) -> bool:
        """Whether all of a message is written and its reply is due, which may take minutes."""
        return self._data is not None and self._is_dot_written

    @property
    def outstanding_replies(self) -> int:
        """How many replies are due."""
        return len(self._outstanding)

    # -- actions -------------------------------------------------------------------------------

    def begin_transaction(self, message: OutgoingMessage) -> Outcome | None:
        """Send the envelope of a message, or return its outcome if it cannot be sent here."""
        try:
            mail, rcpt, data = envelope_commands(message, self._extensions, server=self._server)
        except TooBigError as error:
            # As a server says it in reply to MAIL.
            return Outcome(
                state=DeliveryState.FAILED, reason=str(error), status=TOO_BIG, stage=_MAIL
            )
        except EnvelopeError as error:
            return Outcome(state=DeliveryState.FAILED, reason=str(error))
        self._envelope, self._is_envelope_refused = message, False
        if self._extensions.pipelining:
            if self._is_transaction_open:
                self._send(b"RSET\r\n", _RSET)
            self._send(mail + rcpt + data, _MAIL, _RCPT, _DATA)
        else:
            if self._is_transaction_open:
                self._waiting_commands.append((_RSET, b"RSET\r\n"))
            self._waiting_commands.extend(((_MAIL, mail), (_RCPT, rcpt), (_DATA, data)))
            self._send_waiting_command()
        return None

    def send_data(self) -> None:
        """Send the data of the message that is ready, and the final dot (RFC 5321 §4.5.2).

        Raises:
            RuntimeError: no message is ready, which is an error of the caller.

        """
        message = self._envelope
        if message is None:
            raise RuntimeError("no mail is ready to be handed over")
        self._envelope, self._data = None, message
        content = message.content
        if not message.is_dot_free and (_search_dot_line(content) or content.startswith(b".")):
            content = re.sub(rb"(?m)^\.", b"..", content)
        self._queue(content)
        if not content.endswith(b"\r\n"):
            self._queue(b"\r\n")
        self._octets_before_dot = self._octets_queued
        self._send(_DOT_LINE, _END_OF_DATA)

    def quit(self) -> None:
        """Send QUIT."""
        self._send(b"QUIT\r\n", _QUIT)

    def mark_written(self, octets: int) -> None:
        """Remove octets from `output` that the operating system has taken."""
        self._octets_queued -= octets
        self._octets_before_dot -= octets
        if not self._octets_queued:
            self.output.clear()
            return
        while octets >= len(self.output[0]):
            octets -= len(self.output.pop(0))
        self.output[0] = memoryview(self.output[0])[octets:]

    def receive(self, octets: bytes) -> Sequence[Event]:
        """Return what these octets from the server mean."""
        events: list[Event] = []
        try:
            for reply in self._replies.feed(octets):
                self._on_reply(reply, events)
                if self.has_ended:
                    break
        except InvalidReplyError as error:
            events += self.abort(str(error))
        return events

    def abort(self, reason: str) -> Sequence[Event]:
        """End the session, and return what that means for the messages under way."""
        return [] if self.has_ended else self._end(SessionEnded(reason))

    # -- commands ------------------------------------------------------------------------------

    def _queue(self, octets: bytes) -> None:
        self.output.append(octets)
        self._octets_queued += len(octets)

    def _send(self, octets: bytes, *stages: str) -> None:
        """Queue octets to which the server will reply once for each stage, in this order."""
        self._queue(octets)
        self._outstanding.extend(stages)

    def _send_waiting_command(self) -> None:
        """Without pipelining: send the next command of the envelope."""
        if self._waiting_commands:
            stage, command = self._waiting_commands.popleft()
            self._send(command, stage)

    # -- replies -------------------------------------------------------------------------------

    def _on_reply(self, reply: Reply, events: list[Event]) -> None:
        """Handle a reply, which is that to the oldest outstanding command."""
        if not self._outstanding:
            code = reply.code if reply.code == SERVICE_CLOSING else 0
            events += self._end(SessionEnded(f"it said unasked: {reply}", code), reply.status)
            return
        stage = self._outstanding.popleft()
        if stage == _END_OF_DATA and self._data is not None:
            self._on_final_reply(self._data, reply, events)
        elif reply.code == SERVICE_CLOSING:
            events += self._end(SessionEnded(str(reply), SERVICE_CLOSING), reply.status)
        elif stage == _DATA and reply.code == 354:
            self._on_start_mail_input(events)
        elif reply.code < 300 and stage != _DATA:
            self._on_success(stage, events)
        elif reply.code >= 400:
            self._on_failure(stage, reply, events)
        else:
            events += self.abort(f"it answered {stage} with {reply}")

    def _on_final_reply(self, message: OutgoingMessage, reply: Reply, events: list[Event]) -> None:
        """Handle the reply to the end of a message's data."""
        if 300 <= reply.code < 400 or (reply.code < 300 and not self._is_dot_written):
            events += self.abort(f"it answered {_END_OF_DATA} with {reply}")
            return
        self._data = None
        if reply.code < 300:
            events.append(Completed(message, accepted_outcome(reply)))
            return
        # By any of these codes, 421 too, the server says that it has not accepted the message.
        events.append(Completed(message, self._refused(_END_OF_DATA, reply, message)))
        why = why_unusable(_END_OF_DATA, reply, server=self._server, message=message)
        if why is not None:
            events += self._end(SessionEnded(why, unusable=True))
        elif reply.code == SERVICE_CLOSING:
            events += self._end(SessionEnded(str(reply), SERVICE_CLOSING), reply.status)
        elif not self._is_dot_written:
            events += self.abort(f"it answered before the end of the mail: {reply}")

    def _on_start_mail_input(self, events: list[Event]) -> None:
        """Handle 354, after which the server takes all octets up to the dot as data."""
        # The dot ends the transaction.
        self._is_transaction_open = False
        if self._envelope is not None and not self._is_envelope_refused:
            events.append(ReadyForData(self._envelope))
        else:
            # RFC 2920 §3.1: a server may reply so although it has refused the only recipient. Then
            # the client sends an empty message, which goes to nobody.
            self._envelope = None
            self._send(_DOT_LINE, _END_OF_NOTHING)

    def _on_success(self, stage: str, events: list[Event]) -> None:
        if stage == _QUIT:
            events += self.abort("goodbye")
        elif stage == _MAIL:
            self._is_transaction_open = True
        elif stage == _RSET:
            self._is_transaction_open = False
        self._send_waiting_command()

    def _on_failure(self, stage: str, reply: Reply, events: list[Event]) -> None:
        if stage in (_RSET, _QUIT):
            events += self.abort(f"it answered {stage} with {reply}")
        elif stage != _END_OF_NOTHING and self._envelope is not None:
            self._refuse_envelope(self._envelope, stage, reply, events)

    def _refuse_envelope(
        self, message: OutgoingMessage, stage: str, reply: Reply, events: list[Event]
    ) -> None:
        """Complete a message whose envelope is refused.

        With pipelining the rest of the envelope is sent already. The server refuses that too, and
        those replies say nothing new.
        """
        if not self._is_envelope_refused:
            why = why_unusable(stage, reply, server=self._server, message=message)
            if why is not None:
                events += self._end(SessionEnded(why, unusable=True))
                return
            self._is_envelope_refused = True
            events.append(Completed(message, self._refused(stage, reply, message)))
        if stage == _DATA or self._waiting_commands:
            self._waiting_commands.clear()
            self._envelope = None

    def _refused(self, stage: str, reply: Reply, message: OutgoingMessage) -> Outcome:
        return refused_outcome(stage, reply, server=self._server, message=message)

    # -- the end of the session ----------------------------------------------------------------

    @property
    def _is_dot_written(self) -> bool:
        return self._octets_before_dot <= -len(_DOT_LINE)

    def _end(self, ended: SessionEnded, status: str = "") -> list[Event]:
        """End the session; `status` is the enhanced status code of the reply that ended it."""
        reason = ended.reason
        if not ended.unusable:
            reason = f"{self._server} broke the connection: {reason}"
        deferred = Outcome(
            state=DeliveryState.DEFERRED, reason=reason, code=ended.code, status=status
        )
        events: list[Event] = []
        if self._data is not None:
            events.append(Completed(self._data, self._unknown(ended) or deferred))
        events.append(ended)
        if self._envelope is not None and not self._is_envelope_refused:
            caused_by_previous = self._data is not None
            events.append(Retryable(self._envelope, deferred, caused_by_previous))
        self._data = self._envelope = None
        self._outstanding.clear()
        self.output.clear()
        self.has_ended = True
        return events

    def _unknown(self, ended: SessionEnded) -> Outcome | None:
        """Return the outcome of a message whose dot was written in part, or None if none of it."""
        if self._octets_before_dot >= 0:
            return None
        return Outcome(
            state=DeliveryState.UNKNOWN,
            reason=f"{self._server} was lost after the mail was handed over: {ended.reason};"
            " it may have been delivered",
        )
