"""What came back of mails, and how the mail that comes in stands, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digest.text import bounds
from digest.text.bounds import bounded
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.app.inbound.standing import InboundStatus
    from digest.storage.bounces import Bounce


def of_mail(came_back: Sequence[Bounce]) -> str:
    """Return what came back of one mail, such as `came back: soft 4.2.2 mailbox full`."""
    said = [" ".join((one.bounce_class, *_words(one))) for one in came_back]
    return f"came back: {bounded('; '.join(said), bounds.REASONS)}" if said else ""


def _words(bounce: Bounce) -> list[str]:
    """Return the code and the words of the server, each once."""
    codes = [] if bounce.status in bounce.diagnostic else [bounce.status]
    return list(filter(None, (*codes, bounce.diagnostic)))


def in_sum(classes: Mapping[str, int]) -> str:
    """Return how many mails came back, by class, such as `2 hard, 1 delayed`."""
    return ", ".join(f"{number} {name}" for name, number in Counter(classes).most_common())


def inbound_lines(status: InboundStatus) -> Iterator[str]:
    """Yield what an operator should look at."""
    if status.is_alarming:
        yield (
            f"mail servers refused {count(status.refused, 'mail')} within a day for what we are,"
            " not for their readers: check SPF, DKIM, DMARC, and blocklists for our address"
        )
    if status.unproven:
        yield (
            f"{count(status.unproven, 'bounce')} came in within a day without a signature of ours:"
            " forged, or the address has lost its tag, or [site] secret_key has changed"
        )
    if status.waiting:
        yield f"{count(status.waiting, 'message')} came in and must still be handled"
    if status.kept:
        yield f"{count(status.kept, 'message')} came in not understood: `digest inbound list`"
