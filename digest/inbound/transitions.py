"""What a bounce or a complaint changes for the reader it is about. Pure.

A bounce counts only if a valid signature of ours names the mail that it is about.

| what came back            | what happens                                             |
|---------------------------|----------------------------------------------------------|
| hard                      | the address is suppressed at once                        |
| the reader's own refusal  | the reader has left; they can sign up again              |
| soft, `MOST_SOFT` issues  | the reader is paused, and can resume                     |
| soft, fewer               | nothing yet                                              |
| policy                    | nothing: it speaks of us                                 |
| delayed                   | nothing: the server still tries                          |
| complaint                 | the address is suppressed at once                        |
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from digest.models.inbound import BounceClass
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from digest.models.inbound import BouncedRecipient

#: A reader is paused when so many issues bounced softly, heard on as many days,
MOST_SOFT = 5
#: the first and the last at least so far apart. A full mailbox or a broken server gets a week.
SOFT_SPAN = timedelta(days=7)
#: A soft bounce counts for so long: later ones belong to another trouble.
SOFT_LIFETIME = timedelta(days=30)

#: From the mildest.
_SEVERITY = (BounceClass.DELAYED, BounceClass.POLICY, BounceClass.SOFT, BounceClass.HARD)


def verdict_for(address: str, recipients: Sequence[BouncedRecipient]) -> BouncedRecipient | None:
    """Return what a report says of the reader with this address; None if it says nothing.

    A mail has one recipient. If the report has others, the reader has it forwarded: to one address,
    which then speaks for theirs, or to several, of which the mildest does.
    """
    own = [one for one in recipients if _folded(one.address) == _folded(address)]
    return min(own or recipients, key=lambda one: _SEVERITY.index(one.bounce_class), default=None)


def event_of(
    bounce_class: BounceClass,
    *,
    is_refusal: bool,
    status: Status,
    soft: Iterable[tuple[date, datetime]],
    now: datetime,
) -> Event | None:
    """Return what a bounce changes for a reader of this status; None if it changes nothing.

    Args:
        bounce_class: what the bounce says.
        is_refusal: whether the reader's own rules refused the mail.
        status: the reader's, before it.
        soft: of each issue that bounced softly, this one included: its day, and when that was
            heard.
        now: the time of the bounce.

    """
    if status is Status.SUPPRESSED:
        return None
    if bounce_class is BounceClass.HARD:
        if is_refusal:
            return None if status is Status.LEFT else Event.LEAVE
        return Event.BOUNCE
    if bounce_class is BounceClass.SOFT and status is Status.CONFIRMED and is_lasting(soft, now):
        return Event.PAUSE
    return None


def is_lasting(soft: Iterable[tuple[date, datetime]], now: datetime) -> bool:
    """Whether soft bounces of issues, heard at these times, are no passing trouble any more."""
    lately = [(day, at) for day, at in soft if now - at <= SOFT_LIFETIME]
    issues = {day for day, _ in lately}
    heard = {at.date() for _, at in lately}
    if min(len(issues), len(heard)) < MOST_SOFT:
        return False
    times = [at for _, at in lately]
    return max(times) - min(times) >= SOFT_SPAN


def _folded(address: str) -> str:
    local, _, domain = address.rpartition("@")
    unquoted = local.strip('"').casefold()
    return f"{unquoted}@{domain.casefold()}"
