"""Receipts (MDN, RFC 8098): a mail was read or deleted; or a reader's own rules refused it.

Sieve's `reject` (RFC 5429 §2.1) answers with a receipt that says "deleted", as a program does that
clears a full inbox. What tells them apart is that nobody did it by hand, and that it was refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.inbound.reading import addresses
from digest.inbound.reading.message import Fields, read_fields

if TYPE_CHECKING:
    from digest.inbound.reading.message import IncomingMessage, Part

RECEIPT_TYPES = ("message/disposition-notification", "message/global-disposition-notification")
_REFUSED = re.compile(r"(?i)\breject|\brefus|\babgelehnt|\brechaz|\brifiutat|\bgeweigerd|\brejet")


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a mail at its recipient."""

    recipient: str
    #: such as `displayed` or `deleted`, in lower case
    disposition: str
    #: whether the recipient's rules refused the mail
    is_refusal: bool
    #: why, in the recipient's words
    words: str
    fields: Fields


def read(message: IncomingMessage, receipt: Part, text: str) -> Receipt:
    """Return what a part `message/disposition-notification` says."""
    fields = read_fields(receipt.text.encode())
    mode, _, disposition = fields.get("disposition").lower().partition(";")
    disposition = disposition.partition("/")[0].strip()
    names = (("final-recipient", False), ("original-recipient", True))
    found = (addresses.from_report(fields.get(name), is_original=is_it) for name, is_it in names)
    is_automatic = "automatic-action" in mode and disposition in ("deleted", "denied", "failed")
    said = (
        f"{message.fields.get('auto-submitted')} {message.fields.text('subject')[:60]} {text[:400]}"
    )
    return Receipt(
        recipient=next(filter(None, found), ""),
        disposition=disposition,
        is_refusal=is_automatic and bool(_REFUSED.search(said)),
        words=" ".join(text.split())[:500],
        fields=fields,
    )
