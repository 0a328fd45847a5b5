"""When readers want mail, kept in step with what they chose and whether they may have any.

Whatever changes a reader's status or preferences calls `keep` in the same transaction. What is due
is worked out from these rows and the clock, so that no stored time can be out of date.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from subscribers.models import WEEK, Status
from subscribers.queries import batches, read_preferences
from subscribers.tables import reader_schedules, schedules, subscribers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from subscribers.models import Preferences

#: The day that was served last, of readers who have had no issue.
NEVER = date.min


class Wish(NamedTuple):
    """When mail is wanted: readers with the same wish are due together."""

    #: weekdays, such as "mon fri"
    days: str
    #: None for the hour of the site, in its time zone
    hour: int | None
    #: empty for the site's
    timezone: str


def wish_of(preferences: Preferences) -> Wish:
    """Return when mail is wanted; who chose no hour is in no time zone but the site's."""
    zone = "" if preferences.hour is None else preferences.timezone
    return Wish(" ".join(preferences.mail_days), preferences.hour, zone)


#: The wish of readers who chose nothing.
ANY_TIME = Wish(" ".join(WEEK), None, "")


def keep(db: sa.Connection, subscriber_ids: Collection[int], *, at: datetime) -> None:
    """Write when these readers want mail, after their status or preferences may have changed.

    A reader who is confirmed, comes back or wishes another time is served from that local day on:
    what was missed before is not made up for.
    """
    for some in batches(subscriber_ids):
        _keep(db, some, at)


def _keep(db: sa.Connection, subscriber_ids: Collection[int], at: datetime) -> None:
    query = sa.select(
        subscribers.c.id,
        subscribers.c.status,
        sa.cast(subscribers.c.preferences, sa.Text).label("preferences"),
        reader_schedules.c.schedule_id,
        reader_schedules.c.since,
        reader_schedules.c.covered,
    ).select_from(subscribers.outerjoin(reader_schedules))
    rows = db.execute(query.where(subscribers.c.id.in_(subscriber_ids))).all()
    wishes = {row.id: wish_of(read_preferences(row.preferences)) for row in rows}
    ids = schedule_ids(db, wishes.values())
    new, changed = [], []
    for row in rows:
        schedule_id, since = ids[wishes[row.id]], row.since
        if row.status != Status.CONFIRMED:
            since = None
        elif since is None or schedule_id != row.schedule_id:
            since = at
        first = first_row(row.id, schedule_id, since)
        if row.schedule_id is None:
            new.append(first)
        elif (schedule_id, since) != (row.schedule_id, row.since):
            covered = row.covered or first["covered"]
            changed.append(
                {"this": row.id, "schedule_id": schedule_id, "since": since, "covered": covered}
            )
    if new:
        db.execute(reader_schedules.insert(), new)
    if changed:
        this = reader_schedules.c.subscriber_id == sa.bindparam("this")
        db.execute(reader_schedules.update().where(this), changed)


def first_row(subscriber_id: int, schedule_id: int, since: datetime | None) -> dict[str, Any]:
    """Return the row of a reader who has had no issue.

    Their first gathers the papers from the day (UTC) before they were confirmed on, as if they had
    had an issue then.
    """
    return {
        "subscriber_id": subscriber_id,
        "schedule_id": schedule_id,
        "since": since,
        "served_on": NEVER,
        "covered": None if since is None else since.date() - timedelta(days=1),
    }


def schedule_ids(db: sa.Connection, wishes: Iterable[Wish]) -> dict[Wish, int]:
    """Return the ids of these wishes; those that nobody had before are stored."""
    found = {}
    for wish in set(wishes):
        values = wish._asdict()
        same = sa.and_(*(schedules.c[name].is_not_distinct_from(it) for name, it in values.items()))
        known = db.execute(sa.select(schedules.c.id).where(same)).scalar()
        if known is None:
            (known,) = db.execute(schedules.insert().values(values)).inserted_primary_key or (0,)
        found[wish] = int(known)
    return found
