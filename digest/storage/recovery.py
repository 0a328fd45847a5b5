"""What becomes of the rows that a worker leaves behind when it ends.

Its claimed rows are planned again: their mails have not left. Of the inflight ones the ledger knows
nothing. The transport may know: it is asked first, and only what it cannot say is unknown.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import IN_PROGRESS, DeliveryState, DoubtfulMessage
from digest.storage.schema import deliveries, editions, workers
from subscribers.addresses import for_envelope
from subscribers.errors import AddressError
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from datetime import datetime

    from digest.models.delivery import WasSent

LOST = "the run ended while this mail was being sent; it may or may not have arrived"


def nobody_knows(_message: DoubtfulMessage) -> None:
    """Answer for a transport that cannot look: nobody can know whether a message has left."""


def end_worker(
    db: sa.Connection,
    worker: Any,
    *,
    certain: bool,
    resend: bool,
    now: datetime,
    was_sent: WasSent = nobody_knows,
) -> Counter[DeliveryState]:
    """End a worker and settle its rows; return how many went into each state.

    Where its quick commits may be lost (not `certain`), a claimed row may have left too.
    """
    mine = (deliveries.c.day == worker.day) & (deliveries.c.fencing_token == worker.id)
    found: Counter[DeliveryState] = Counter()
    if certain:
        claimed = mine & (deliveries.c.state == DeliveryState.CLAIMED)
        found[DeliveryState.PLANNED] = _plan_again(db, claimed)
    in_progress = mine & deliveries.c.state.in_(IN_PROGRESS)
    found += settle_doubtful(db, in_progress, resend=resend, now=now, was_sent=was_sent)
    db.execute(workers.update().where(workers.c.id == worker.id).values(ended_at=now))
    return found


def settle_doubtful(
    db: sa.Connection,
    which: sa.ColumnElement[bool],
    *,
    resend: bool,
    now: datetime,
    was_sent: WasSent = nobody_knows,
) -> Counter[DeliveryState]:
    """Settle rows whose mails may have left; return how many went into each state.

    With `resend` those of which nobody knows are planned again.
    """
    answers: dict[bool | None, list[int]] = {True: [], False: [], None: []}
    for delivery_id, message in _doubtful(db, which):
        answers[was_sent(message)].append(delivery_id)
    sent, not_sent, unknown = (
        deliveries.c.id.in_(answers[answer]) for answer in (True, False, None)
    )
    lost = DeliveryState.PLANNED if resend else DeliveryState.UNKNOWN
    _mark_mailed(db, sent if resend else sent | unknown, now)
    found = Counter({DeliveryState.PLANNED: _plan_again(db, not_sent)})
    found[DeliveryState.SENT] += _update(
        db, sent, state=DeliveryState.SENT, reason=None, settled_at=now
    )
    found[lost] += _update(db, unknown, state=lost, reason=LOST, settled_at=None if resend else now)
    return +found


def _mark_mailed(db: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> None:
    """Record of editions whose first mail left, or may have left, that they were mailed."""
    made_from = sa.select(deliveries.c.edition_id).where(which)
    unmailed = editions.c.mailed_at.is_(None) & editions.c.id.in_(made_from)
    db.execute(editions.update().where(unmailed).values(mailed_at=now))


def _doubtful(
    db: sa.Connection, which: sa.ColumnElement[bool]
) -> list[tuple[int, DoubtfulMessage]]:
    """Return the messages of rows, by the rows' ids."""
    query = (
        sa.select(
            deliveries.c.id,
            deliveries.c.day,
            deliveries.c.state,
            deliveries.c.message_id,
            subscribers.c.address,
        )
        .join_from(deliveries, subscribers)
        .where(which)
    )
    return [
        (
            row.id,
            DoubtfulMessage(
                day=row.day,
                recipient=_recipient(row.address),
                message_id=row.message_id or "",
                was_leaving=row.state == DeliveryState.INFLIGHT,
            ),
        )
        for row in db.execute(query)
    ]


def _recipient(address: str) -> str:
    """Return the address as it stands in the envelope."""
    try:
        return for_envelope(address)
    except AddressError:  # no mail can have gone to it
        return address


def _plan_again(db: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Plan rows again whose mails have not left, as if they had not been attempted."""
    attempts = deliveries.c.attempts - 1
    return _update(db, which, state=DeliveryState.PLANNED, fencing_token=None, attempts=attempts)


def _update(db: sa.Connection, which: sa.ColumnElement[bool], **values: object) -> int:
    return db.execute(deliveries.update().where(which).values(**values)).rowcount
