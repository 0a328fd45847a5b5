"""Plans the mails of a day: who gets a row in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.delivery import DeliveryState
from digest.storage.begun_days import was_confirmed
from digest.storage.delivery_states import is_unread
from digest.storage.indexes import without_index
from digest.storage.pruning import refuse_pruned
from digest.storage.reader_schedules import (
    due_readers,
    serve,
    serve_planned,
    site_readers,
    write_turns,
)
from digest.storage.schema import days, deliveries, is_not_sent
from subscribers.models import WEEK, Status
from subscribers.tables import reader_schedules, schedules, subscribers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from digest.models.due import Turn


#: Of a delivery, whether its reader is confirmed, and whether they go by the site's hours.
_is_confirmed = sa.exists().where(
    subscribers.c.id == deliveries.c.subscriber_id, subscribers.c.status == Status.CONFIRMED
)
_goes_by_the_site = sa.exists().where(
    reader_schedules.c.subscriber_id == deliveries.c.subscriber_id,
    reader_schedules.c.schedule_id == schedules.c.id,
    schedules.c.hour.is_(None),
)


def plan(
    db: sa.Connection,
    day: date,
    *,
    now: datetime,
    only: int | None = None,
    turns: Sequence[Turn] | None = None,
    confirmed_by: datetime | None = None,
) -> int:
    """Plan a mail of a day for every confirmed subscriber who is meant; see `Ledger.plan`.

    Raises:
        PrunedError: the deliveries of the day are pruned.

    """
    refuse_pruned(db, day)
    meant = subscribers.c.status == Status.CONFIRMED
    if turns is not None:
        write_turns(db, turns)
        meant &= subscribers.c.id.in_(due_readers())
    elif confirmed_by is not None:
        meant &= was_confirmed(confirmed_by)
        if not _is_for_all(db, day):
            meant &= subscribers.c.id.in_(site_readers())
    if only is not None:
        meant &= subscribers.c.id == only
    planned_before = sa.exists().where(
        deliveries.c.day == day, deliveries.c.subscriber_id == subscribers.c.id
    )
    rows = sa.select(
        sa.literal(day), subscribers.c.id, sa.literal(DeliveryState.PLANNED.value),
        sa.literal(now, deliveries.c.planned_at.type), sa.literal(0),
    ).where(meant, ~planned_before)  # fmt: skip
    columns = ["day", "subscriber_id", "state", "planned_at", "attempts"]
    new = db.execute(deliveries.insert().from_select(columns, rows)).rowcount
    skipped = (
        (deliveries.c.day == day) & (deliveries.c.state == DeliveryState.SKIPPED) & is_not_sent
    )
    # Those who were skipped are few beside those who are meant.
    reader = without_index(deliveries.c.subscriber_id)
    again_meant: sa.ColumnElement[bool] = reader.in_(sa.select(subscribers.c.id).where(meant))
    if turns is not None:
        # Who was served already is not due any more, but papers may have come for them.
        again_meant |= is_unread
        if any(turn.is_site for turn in turns):
            again_meant |= _goes_by_the_site
        skipped &= _is_confirmed
    skipped &= again_meant
    # The bytes of a mail that was tried before stay the same, and so does its Date.
    planned_at = sa.case((deliveries.c.edition_id.is_(None), now), else_=deliveries.c.planned_at)
    again = db.execute(
        deliveries.update()
        .where(skipped)
        .values(state=DeliveryState.PLANNED, reason=None, settled_at=None, planned_at=planned_at)
    ).rowcount
    if turns is None:
        serve_planned(db, day=day, planned_at=now)
        _skip_those_of_other_days(db, day, now)
    else:
        serve(db, day=day)
    _count(db, day, new, begun_at=_still_begun(only, confirmed_by))
    return int(new + again)


def _skip_those_of_other_days(db: sa.Connection, day: date, now: datetime) -> None:
    """Skip whom a run for everybody has planned, and who want no mail on this weekday.

    Of those who go by the site's hours, the weekday of the day's papers counts, see
    `digest.delivery.issues`.
    """
    of_other_days = (
        sa.select(reader_schedules.c.subscriber_id)
        .join_from(reader_schedules, schedules)
        .where(schedules.c.hour.is_not(None), ~schedules.c.days.contains(WEEK[day.weekday()]))
    )
    db.execute(
        deliveries.update()
        .where(
            deliveries.c.day == day,
            deliveries.c.state == DeliveryState.PLANNED,
            deliveries.c.planned_at == now,
            deliveries.c.subscriber_id.in_(of_other_days),
        )
        .values(state=DeliveryState.SKIPPED, reason=f"wants no mail on a {day:%A}", settled_at=now)
    )


def _still_begun(only: int | None, confirmed_by: datetime | None) -> sa.ColumnElement[Any]:
    """Return when a run began that has the day still to plan: none, unless it has begun since."""
    if only is not None:
        return days.c.begun_at
    if confirmed_by is None:
        return sa.null()
    return sa.case((days.c.begun_at <= confirmed_by, None), else_=days.c.begun_at)


def _is_for_all(db: sa.Connection, day: date) -> bool:
    """Whether the run that began a day is for everybody, whatever their hours."""
    found = db.execute(sa.select(days.c.is_for_all).where(days.c.day == day)).scalar()
    return found is None or found


def _count(db: sa.Connection, day: date, new: int, *, begun_at: sa.ColumnElement[Any]) -> None:
    """Add to how many deliveries of a day were ever planned; the day is open again."""
    values = {"planned": days.c.planned + new, "closed_at": None, "begun_at": begun_at}
    if not db.execute(days.update().where(days.c.day == day).values(values)).rowcount:
        db.execute(days.insert().values(day=day, planned=new))
