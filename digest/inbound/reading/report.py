"""Reports about deliveries (RFC 3464, RFC 6533): the blocks of `message/delivery-status`.

Such a part is looked for in any multipart, since OpenSMTPD puts it into `multipart/mixed`. A report
inside a forwarded message counts as well, but the nearer one counts first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.inbound.reading import addresses
from digest.inbound.reading.message import Fields, Part, read_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
#: The parts that hold the mail of ours, or its head alone.
RETURNED_TYPES = (
    "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers",
    "message/rfc822-headers",
)  # fmt: skip
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
#: How many recipients of one report are read.
MOST_RECIPIENTS = 100
#: The fields of which a block has at most one, so that a second one begins another recipient.
_ONCE = frozenset({"final-recipient", "original-recipient", "action", "status"})
#: Who a block is about, the surest field first.
_NAMES = (
    ("final-recipient", False), ("original-recipient", True),
    ("x-actual-recipient", False), ("x-failed-recipient", False),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class RecipientBlock:
    """What a report says of one recipient."""

    address: str
    #: the first word, in lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`
    action: str
    #: such as `5.1.1`; empty without one
    status: str
    #: the words of `Diagnostic-Code`, without their type
    diagnostic: str
    #: whether the server says until when it will try again
    is_still_tried: bool


def first_part(message: Part, types: Collection[str]) -> Part | None:
    """Return the part of one of these types that lies least deep; None without one."""
    level: tuple[Part, ...] = (message,)
    while level:
        for part in level:
            if part.content_type in types:
                return part
        level = tuple(inner for part in level for inner in part.parts)
    return None


def beside(message: Part, part: Part) -> tuple[Part, ...]:
    """Return the parts of the multipart that holds this part."""
    return next(
        (whole.parts for whole in message.walk() if any(one is part for one in whole.parts)), ()
    )


def read_blocks(status_part: Part) -> tuple[RecipientBlock, ...]:
    """Return what a part of delivery status says of each recipient that it names."""
    blocks = (_block(fields) for fields in _split(status_part.text))
    return tuple(block for block in blocks if block is not None)[:MOST_RECIPIENTS]


def _split(text: str) -> Iterator[Fields]:
    """Return the fields of each block, also where the empty line between two of them is missing."""
    for chunk in _EMPTY_LINE.split(text):
        if not chunk.strip():
            continue
        pairs: list[tuple[str, str]] = []
        for name, value in read_fields(chunk.encode()).pairs:
            if name in _ONCE and any(name == key for key, _ in pairs):
                yield Fields(tuple(pairs))
                pairs = []
            pairs.append((name, value))
        yield Fields(tuple(pairs))


def _block(fields: Fields) -> RecipientBlock | None:
    """Return a recipient's block; None for the block about the message, which comes first."""
    named = [
        addresses.from_report(fields.get(name), is_original=is_original)
        for name, is_original in _NAMES
    ]
    # A server may name its own mailbox as the final recipient, with a domain of its own making.
    named.sort(key=lambda address: "." not in address.rpartition("@")[2])
    address = next(filter(None, named), "")
    if not address:
        return None
    return RecipientBlock(
        address=address,
        action=fields.get("action").lower().partition("(")[0].strip(" ;.") or "",
        status=fields.get("status"),
        diagnostic=_diagnostic(fields),
        is_still_tried="will-retry-until" in fields,
    )


def _diagnostic(fields: Fields) -> str:
    """Return the words of the diagnostic code. Its type is one word before the first semicolon."""
    value = fields.get("diagnostic-code")
    before, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and " " not in before.strip() else value
