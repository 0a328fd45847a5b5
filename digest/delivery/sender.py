"""One subscriber's mail through claim, send and settle, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import (
    MailServerError,
    RecipientDeferredError,
    RecipientRefusedError,
    UnknownOutcomeError,
)
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
    state, reason = State.SENT, None
    try:
        transport.send(parcel)
    except MailServerError as error:
        ledger.settle(claim, State.DEFERRED, reason=str(error), now=clock())
        raise
    except RecipientDeferredError as error:
        state, reason = State.DEFERRED, str(error)
    except RecipientRefusedError as error:
        state, reason = State.FAILED, str(error)
    except UnknownOutcomeError as error:
        state, reason = State.UNKNOWN, str(error)
    ledger.settle(claim, state, reason=reason, now=clock())
    return state, reason
