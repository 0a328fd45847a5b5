"""Mail to the operator, and only when something is wrong.

The same trouble is told once a day until it changes, and once it is over. It is over when a run has
looked at what was wrong, see `trouble`.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app import serializers
from digest.delivery.transports import send_one
from digest.mail.alert import build_alert
from digest.models.delivery import AlertKind, DeliveryState
from digest.text.controls import without_controls
from digest.text.wording import shorten, squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.app.services import App
    from digest.app.trouble import Trouble
    from digest.storage.alert_log import SentAlert
    from digest.storage.run_log import RunRecord, RunResult

log = logging.getLogger(__name__)

#: The same trouble is told again after that; runs of a day do not begin on the second.
REPEAT = timedelta(hours=23, minutes=30)
#: Characters; the words of a server may be many lines.
LONGEST_SUBJECT = 120


def to_tell(kinds: frozenset[str], last: SentAlert | None, *, now: datetime) -> AlertKind | None:
    """Return what the operator should be told after a run, if anything.

    Args:
        kinds: the kinds of trouble that there are.
        last: what they were told last.
        now: the time.

    """
    known = last.kinds if last else frozenset[str]()
    if not kinds:
        return AlertKind.WELL if known else None
    if last and kinds == known and now - last.sent_at < REPEAT:
        return None
    return AlertKind.TROUBLE


def tell_operator(
    app: App,
    record: RunRecord,
    result: RunResult,
    troubles: Sequence[Trouble],
    *,
    now: datetime,
) -> None:
    """Mail the operator if there is news, to `[alerts] mail`.

    Raises:
        DigestError: the mail cannot be made or sent, or the database cannot be used.

    """
    to = app.config.alerts.mail
    if not to:
        return
    kinds, last = frozenset(trouble.kind for trouble in troubles), app.alert_log.last()
    kind = to_tell(kinds, last, now=now)
    if kind is None:
        return
    name, settings = app.config.site.name, app.transactional_settings
    what = "all is well again" if kind is AlertKind.WELL else troubles[0].text
    subject = without_controls(squeeze(f"{name}: {what}"))
    message = build_alert(
        kind,
        subject=shorten(subject, LONGEST_SUBJECT),
        lines=_lines(record, result, troubles),
        sender=settings.sender,
        to=to,
        at=now,
        secret=settings.secret,
        signer=settings.signer,
    )
    transport = app.transport()
    try:
        outcome = send_one(transport, message)
    finally:
        transport.close()
    if outcome.state is not DeliveryState.SENT:
        log.warning("alert not sent", extra={"error": f"the mail is {outcome.state}"})
        return
    log.info("alert sent", extra={"kind": str(kind), "trouble": ", ".join(sorted(kinds))})
    app.alert_log.record(kinds, now=now)


def _lines(record: RunRecord, result: RunResult, troubles: Sequence[Trouble]) -> list[str]:
    """Write the mail."""
    day = f" of {record.day}" if record.day else ""
    counts = ", ".join(f"{number} {state}" for state, number in result.counts.items())
    texts = [without_controls(squeeze(trouble.text)) for trouble in troubles]
    about = [f"- {text}" for text in texts] or ["Nothing is wrong any more."]
    more = f"`digest status --day {record.day}` shows the day" if record.day else ""
    began, ended = serializers.moment(record.started_at), serializers.moment(record.ended_at)
    return [
        f"The {record.what}{day} on {record.process.host} began at {began} and ended at {ended}.",
        "",
        *about,
        "",
        f"Mails: {counts or 'none'}.",
        f"{more}, `digest runs` the last runs." if more else "`digest runs` shows the last runs.",
        "",
        "This mail comes when trouble changes, once a day while it lasts, and when it is over.",
        "[alerts] mail in the configuration turns it off.",
    ]
