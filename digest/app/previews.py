"""What a run would do, for previews and dry runs: whom it would serve, and from which editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.pipeline import build_edition
from digest.models.delivery import WAITING, DeliveryState
from digest.sources.fetch import no_progress
from digest.storage.reader_schedules import missed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.models.due import Turn
    from digest.models.issue import Edition
    from subscribers.models import Subscriber


def windows_for(
    app: App,
    day: date,
    subscriber_ids: Sequence[int],
    *,
    lists_of: date | None = None,
    progress: ProgressBar = no_progress,
) -> dict[date, Edition]:
    """Return the editions of a day for those of some readers who have missed some before it.

    They are by the day after which they begin, see `build_edition`.
    """
    covered = app.reader_schedules.covered(subscriber_ids, day=day)
    last = app.editions.last_mailed_day(before=day)
    return {
        since: build_edition(app, day, since=since, lists_of=lists_of, progress=progress)
        for since in sorted(missed(covered.values(), day, last_mailed=last))
    }


def undelivered(
    app: App,
    day: date,
    *,
    only: Subscriber | None = None,
    turns: Sequence[Turn] | None = None,
) -> list[Subscriber]:
    """Return the confirmed subscribers whose message of a day may still leave.

    With `only` it is that one at most; with `turns` those who are due in them, or wait already.
    """
    # What a killed run had claimed has not left; the next run sends it.
    waiting = (*WAITING, DeliveryState.CLAIMED, DeliveryState.SKIPPED)
    settled = app.history.subscribers_apart_from(waiting, day=day)
    if only is not None:
        subscribers = [only]
    elif turns is None:
        subscribers = app.book.confirmed()
    else:
        rows = app.history.each(day=day, states=waiting)
        meant = {*app.reader_schedules.due_ids(turns), *(row.subscriber_id for row in rows)}
        subscribers = [one for one in app.book.confirmed() if one.id in meant]
    return [subscriber for subscriber in subscribers if subscriber.id not in settled]
