"""One subscriber's mail through claim, send and settle, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.delivery.transports import post
from digest.errors import MailServerError
from digest.models import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.delivery.ledger import Claim, Ledger
    from digest.delivery.transports import Parcel, Transport


def deliver(
    claim: Claim,
    parcel: Parcel,
    *,
    ledger: Ledger,
    transport: Transport,
    clock: Callable[[], datetime],
) -> tuple[State, str | None]:
    """Send a claimed mail and settle its row; return the state and the reason.

    Raises:
        MailServerError: nothing can be sent at all; the row is deferred, the run should stop.

    """
    try:
        answer = post(transport, parcel)
    except MailServerError as error:
        ledger.settle(claim, State.DEFERRED, reason=str(error), now=clock())
        raise
    ledger.settle(claim, answer.state, reason=answer.reason, now=clock())
    return answer.state, answer.reason
