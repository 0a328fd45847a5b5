"""The reports that real mail systems wrote, which stand beside a checkout, and what they truly are.

The classes of `INDEX.tsv` are ours, but that a delay is `delay`, and no bounce `not-a-bounce`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from digest.models.inbound import Explanation

NOT_A_BOUNCE, COMPLAINT, DELAY = "not-a-bounce", "complaint", "delay"
#: Between two addresses; a quoted local part may hold a blank too.
_BETWEEN = re.compile(r"(?<=\S) (?=[^\s@]+@)")


@dataclass(frozen=True, kw_only=True)
class TrueBounce:
    """A message of the corpus."""

    name: str
    octets: bytes
    sender: str
    recipient: str
    #: the class of each recipient; of a message that bounces nobody, one of its own
    classes: dict[str, str]


def read_corpus(folder: Path) -> list[TrueBounce]:
    """Return every message of the folder's index."""
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [
        TrueBounce(
            name=row["file"],
            octets=(folder / row["file"]).read_bytes(),
            sender=row["envelope_from"].partition("<")[2].partition(">")[0],
            recipient=row["envelope_rcpt(VERP)"],
            classes=_classes(row["true_class"], row["true_recipient"]),
        )
        for row in rows
    ]


def _classes(true_class: str, recipients: str) -> dict[str, str]:
    if true_class.startswith("mixed: "):
        pairs = true_class.removeprefix("mixed: ").split(", ")
        return {address: name for address, _, name in (pair.rpartition("=") for pair in pairs)}
    if true_class == NOT_A_BOUNCE:
        return {}
    # Only one address in the corpus has a blank in it, and it stands alone.
    parts = _BETWEEN.split(recipients) if recipients.count("@") > 1 else [recipients]
    return dict.fromkeys(parts, true_class)


def said_classes(found: Explanation) -> dict[str, str]:
    """Return what an explanation says, in the words of the index."""
    if found.kind == COMPLAINT:
        return {one.address: COMPLAINT for one in found.recipients}
    names = {"delayed": DELAY}
    return {
        one.address: names.get(one.bounce_class, str(one.bounce_class)) for one in found.recipients
    }
