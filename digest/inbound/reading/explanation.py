"""What a message is, and why: the surest signs are asked first.

A report for programs counts before any text, and what says that it is an automatic answer before a
text that may only be quoted. Commands come last: nobody subscribes by a bounce.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.inbound.null_sender import is_null_sender
from digest.inbound.reading import (
    addresses,
    auto_reply,
    complaint,
    notice,
    reason,
    receipt,
    report,
    returned_mail,
    second_opinion,
    text_bounce,
)
from digest.inbound.reading import envelope as envelopes
from digest.inbound.reading.message import Fields, IncomingMessage, Part, parse, split_head, with_lf
from digest.inbound.reading.status import status_of
from digest.models.inbound import (
    RETURN_ADDRESS,
    BounceClass,
    BouncedRecipient,
    Envelope,
    Explanation,
    MessageKind,
    ReturnedMail,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from digest.inbound.reading.returned_mail import Ours

    #: Returns why a message is a command, or an empty text if it is none.
    Recognise = Callable[[IncomingMessage, Envelope], str]

#: What the servers of a report say in `Action` when nothing has failed (RFC 3464 §2.3.3).
_DONE = frozenset({"delivered", "relayed", "expanded"})
_DELAYED = "delayed"
#: The longest diagnostic that is kept.
_LONGEST_DIAGNOSTIC = 1000
#: Where bounces go, here as nearly everywhere.
_RETURN_ADDRESS = re.compile(r"(?i)bounces?[-+=.@]")
_COMMAND_ADDRESS = re.compile(r"(?i)(subscribe|join|leave|unsubscribe|confirm|help)(?:\+[^@]*)?@")
_COMMAND_SUBJECT = re.compile(
    r"(?i)\A\s*+(?:re: ?|aw: ?)?(subscribe|unsubscribe|confirm|help|pause|resume|topics|leave)\b"
)


def recognise_plainly(message: IncomingMessage, envelope: Envelope) -> str:
    """Return why a message is a command, by its address or the first word of its subject."""
    if match := _COMMAND_ADDRESS.match(envelope.recipient):
        return f"it was sent to {match[1].lower()}@"
    if match := _COMMAND_SUBJECT.match(message.fields.text("subject")):
        return f"its subject begins with {match[1].lower()!r}"
    return ""


def explain(
    octets: bytes, envelope: Envelope, ours: Ours, recognise: Recognise = recognise_plainly
) -> Explanation:
    """Return what a message is; whatever bytes it has, this never raises.

    Args:
        octets: The message, with LF or CRLF line ends.
        envelope: How it was handed over. Without a recipient, those in its head are tried.
        ours: What our own mails can be known by.
        recognise: Says why a message is a command, if it is one.

    """
    message = parse(octets)
    return _Reading(octets, message, envelope, ours).explain(recognise)


class _Reading:
    """One message, while it is read."""

    def __init__(
        self, octets: bytes, message: IncomingMessage, envelope: Envelope, ours: Ours
    ) -> None:
        self._octets = octets
        self._message = message
        self._envelope = envelope
        self._ours = ours
        self._is_null = is_null_sender(envelope.sender)
        self._is_daemon = envelopes.is_daemon(message)

    def explain(self, recognise: Recognise) -> Explanation:
        """Return what the message is."""
        return (
            self._feedback()
            or self._receipt()
            or self._report()
            or self._answer_of_a_person()
            or self._text()
            or self._other(recognise)
        )

    # -- reports for programs ------------------------------------------------------------------

    def _feedback(self) -> Explanation | None:
        part = report.first_part(self._message, complaint.FEEDBACK_TYPES)
        returned = self._returned(part)
        found = (
            complaint.read_outlook(self._message, returned)
            if part is None
            else complaint.read(part)
        )
        if found is None:
            return None
        if not found.is_complaint:
            return self._explanation(
                MessageKind.NOT_A_BOUNCE, f"a feedback report of type {found.feedback_type}"
            )
        recipients = [
            BouncedRecipient(
                address=one, bounce_class=BounceClass.POLICY, diagnostic=found.feedback_type
            )
            for one in found.recipients or self._addressees(returned)
        ]
        return self._explanation(
            MessageKind.COMPLAINT,
            f"a feedback report of type {found.feedback_type} (RFC 5965)",
            recipients,
            self._proof(returned, found.fields),
        )

    def _receipt(self) -> Explanation | None:
        part = report.first_part(self._message, receipt.RECEIPT_TYPES)
        if part is None:
            return None
        found = receipt.read(self._message, part, self._notice(part))
        if not found.is_refusal:
            why = f"a receipt that says {found.disposition or 'nothing'} (RFC 8098)"
            return self._explanation(MessageKind.NOT_A_BOUNCE, why)
        returned = self._returned(part)
        recipients = [
            BouncedRecipient(address=one, bounce_class=BounceClass.HARD, diagnostic=found.words)
            for one in ([found.recipient] if found.recipient else self._addressees(returned))
        ]
        return self._explanation(
            MessageKind.BOUNCE,
            "the recipient's own rules refused the mail (RFC 5429)",
            recipients,
            self._proof(returned, found.fields),
            is_refusal=True,
        )

    def _report(self) -> Explanation | None:
        part = report.first_part(self._message, report.STATUS_TYPES) or self._flattened()
        blocks = report.read_blocks(part) if part is not None else ()
        if part is None or not blocks:
            return None
        text = self._notice(part) or part.text
        openings = list(notice.openings(text))
        judged = [
            self._judged(block, text, openings, is_alone=len(blocks) == 1) for block in blocks
        ]
        recipients = [one for one in judged if one is not None]
        if not recipients:
            return self._explanation(
                MessageKind.NOT_A_BOUNCE,
                f"a report that the mail was {blocks[0].action} (RFC 3464)",
            )
        return self._explanation(
            MessageKind.BOUNCE,
            "a delivery status report (RFC 3464)",
            recipients,
            self._proof(self._returned(part)),
        )

    def _flattened(self) -> Part | None:
        """Return the message as its own report, if a gateway made one text of all its parts."""
        is_report = b"Final-Recipient:" in self._message.body and not self._message.parts
        return self._message if is_report and (self._is_null or self._is_daemon) else None

    @staticmethod
    def _judged(
        block: report.RecipientBlock,
        text: str,
        openings: list[tuple[str, str]],
        *,
        is_alone: bool,
    ) -> BouncedRecipient | None:
        """Return what a block says of its recipient; None if nothing failed."""
        notices = [notice.about(openings, block.address), text if is_alone else ""]
        said = " ".join((block.diagnostic or next(filter(None, notices), "")).split())[
            :_LONGEST_DIAGNOSTIC
        ]
        if block.action in _DONE or (not block.action and block.status.startswith("2")):
            return None
        if block.action == _DELAYED:
            # A server that gave up says so in the code alone (OpenSMTPD 6.8).
            is_over = block.status.endswith(".4.7") and not block.is_still_tried
            found = reason.Verdict(
                BounceClass.SOFT if is_over else BounceClass.DELAYED,
                status_of(block.status),
            )
        else:
            found = reason.judge(
                diagnostic=block.diagnostic,
                status=block.status,
                notices=notices,
                remote_replies=notice.remote_replies(text, block.address),
            )
        return BouncedRecipient(
            address=block.address,
            bounce_class=found.bounce_class,
            status=found.status or status_of(block.status),
            diagnostic=said,
        )

    # -- texts ---------------------------------------------------------------------------------

    def _answer_of_a_person(self) -> Explanation | None:
        """Return an automatic answer that is no mail server's, whatever text it quotes."""
        if self._is_daemon or "x-failed-recipients" in self._message.fields:
            return None
        why = auto_reply.reason_for(self._message, is_null_sender=False)
        return self._explanation(MessageKind.AUTO_REPLY, why) if why else None

    def _text(self) -> Explanation | None:
        """Return what the text of a bounce says, of a mail that no person can have sent."""
        if not (self._is_null or self._is_daemon):
            return None
        text = notice.text_of((self._message,))
        found = text_bounce.read(self._message, text)
        if found is None and (self._is_daemon or "x-failed-recipients" in self._message.fields):
            found = text_bounce.read_unknown(self._message, text)
        if found is not None:
            returned = self._attached() if self._message.parts else found.returned
            why = (
                f"a bounce in the form of {found.system}"
                if found.system
                else "the text of a bounce"
            )
            return self._explanation(
                MessageKind.BOUNCE, why, found.recipients, self._proof(returned, found.returned)
            )
        return self._second_opinion() if self._is_null else None

    def _second_opinion(self) -> Explanation | None:
        failed = second_opinion.failed_addresses(with_lf(self._octets[: second_opinion.LONGEST]))
        if not failed:
            return None
        recipients = [
            BouncedRecipient(address=one, bounce_class=BounceClass.SOFT) for one in failed
        ]
        why = "flufl.bounce finds a bounce in it, in a form that is not known here"
        return self._explanation(MessageKind.BOUNCE, why, recipients, self._proof(self._attached()))

    def _other(self, recognise: Recognise) -> Explanation:
        why = auto_reply.reason_for(
            self._message,
            # Without From it may be any bytes.
            is_null_sender=self._is_null and not self._is_daemon and "from" in self._message.fields,
        )
        if why:
            return self._explanation(MessageKind.AUTO_REPLY, why)
        if not (self._is_null or self._is_daemon):
            for one in self._recipients():
                envelope = Envelope(sender=self._envelope.sender, recipient=one)
                if why := recognise(self._message, envelope):
                    return self._explanation(MessageKind.COMMAND, why)
            is_verp = self._proof().found_in == RETURN_ADDRESS
            if is_verp or _RETURN_ADDRESS.match(self._recipients()[0]):
                why = "only programs write to a return address"
                return self._explanation(MessageKind.AUTO_REPLY, why)
        return self._explanation(
            MessageKind.NOT_UNDERSTOOD,
            "a mail server's message in no form that is known"
            if self._is_null or self._is_daemon
            else "neither a report nor a command",
        )

    # -- what all need -------------------------------------------------------------------------

    def _explanation(
        self,
        kind: MessageKind,
        why: str,
        recipients: Iterable[BouncedRecipient] = (),
        returned: ReturnedMail | None = None,
        *,
        is_refusal: bool = False,
    ) -> Explanation:
        return Explanation(
            kind=kind,
            why=why,
            recipients=tuple(recipients),
            returned=returned if returned is not None else self._proof(),
            is_refusal=is_refusal,
            is_cut=self._message.is_cut,
        )

    def _proof(self, *heads: Fields) -> ReturnedMail:
        return returned_mail.find(self._ours, self._recipients(), heads)

    def _recipients(self) -> list[str]:
        """Return to whom the message came: as handed over, or else as its head says."""
        given = self._envelope.recipient
        return [given] if given else envelopes.recipients_of(self._message) or [""]

    def _notice(self, part: Part) -> str:
        """Return the text for people beside a report."""
        beside = report.beside(self._message, part)
        return notice.text_of(
            tuple(one for one in beside if one.content_type not in report.RETURNED_TYPES)
        )

    def _returned(self, part: Part | None) -> Fields:
        """Return the head of the mail that a report gives back."""
        beside = report.beside(self._message, part) if part is not None else self._message.parts
        return _head_of(beside)

    def _attached(self) -> Fields:
        return _head_of(tuple(self._message.walk()))

    @staticmethod
    def _addressees(returned: Fields) -> list[str]:
        """Return to whom the mail went that came back, if the report names nobody."""
        found = addresses.plain(returned.get("to"))
        return [found] if found else []


def _head_of(parts: Iterable[Part]) -> Fields:
    part = next((one for one in parts if one.content_type in report.RETURNED_TYPES), None)
    if part is None:
        return Fields()
    if part.parts:
        return part.parts[0].fields
    return split_head(part.text.encode("utf-8", "replace"))[0]
