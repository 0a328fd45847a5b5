"""Messages that no person wrote: no command of theirs is carried out, and none is answered.

What answers by itself must not answer an answer (RFC 3834 §2), or two programs write to each other
for ever. What is forged must not be answered to its victim, who would get mail from us.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.inbound.commands.writer import writer_of
from digest.inbound.null_sender import is_null_sender
from digest.inbound.reading import auto_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.inbound.reading.message import IncomingMessage
    from digest.models.inbound import Envelope

#: Fields that only programs write, besides those of an automatic answer.
_FIELDS = ("x-loop", "x-failed-recipients", "feedback-id", "x-digest-issue")
#: What senders of automatic mail at Microsoft's write to get no automatic answer.
_SUPPRESS = re.compile(r"\b(all|autoreply|oof)\b", re.IGNORECASE)
#: Names of programs and of those who read nothing (RFC 3834 §2, RFC 2142).
_NAMES = re.compile(
    r"mailer-?daemon|postmaster|no-?_?\.?reply(-.*)?|do-?_?not-?_?reply|nobody|daemon|root"
    r"|auto-?(reply|responder?|mailer|confirm)|bounces?|majordomo|listserv|sympa|mailman"
    r"|(bounces?|owner|request)[-+=].*|.+-(bounces?|owner|request|errors)"
)
#: Subjects of reports by programs that say it in no field.
_UNDELIVERED = re.compile(
    r"undeliver|delivery (status|failure|notification)|mail delivery|returned mail", re.IGNORECASE
)


def why_automatic(
    message: IncomingMessage, envelope: Envelope, *, is_own: Callable[[str], bool]
) -> str:
    """Return why no person seems to have written a message; empty if one may have.

    `is_own` says whether an address is one of ours: the sender's, for replies, commands or bounces.
    """
    fields = message.fields
    if is_null_sender(envelope.sender):
        return "it has the null sender"
    if why := auto_reply.reason_for(message, is_null_sender=False):
        return why
    names = [name for name, _ in fields.pairs]
    if listed := next((name for name in names if name.startswith("list-")), ""):
        return f"it comes from a mailing list ({listed})"  # RFC 2369, RFC 2919
    if _SUPPRESS.search(fields.get("x-auto-response-suppress")):
        return "it says X-Auto-Response-Suppress"
    if marked := next((name for name in names if name in _FIELDS), ""):
        return f"a program wrote it ({marked})"
    if message.content_type == "multipart/report":
        return "it is a report"
    if _UNDELIVERED.match(fields.text("subject").strip()):
        return "its Subject is that of a report"
    return _why_nobody(fields.all("from"), envelope.sender, is_own)


def _why_nobody(from_fields: list[str], sender: str, is_own: Callable[[str], bool]) -> str:
    """Return why an answer would reach nobody who may have one; empty if it would."""
    writer = writer_of(from_fields)
    if not writer:
        return "its From field does not name one address"
    for address in (writer, sender):
        if is_own(address):
            return f"it is from {address}, an address of ours"
        if _NAMES.fullmatch(address.rpartition("@")[0].lower() or address.lower()):
            return f"it is from {address}, which is no person's"
    return ""
