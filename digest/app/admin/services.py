"""What an installation provides to the operator's page."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from digest.app.admin.password import password_hash
from digest.errors import ConfigError
from subscribers.login_limits import LoginLimiter
from subscribers.web.admin.services import AdminServices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from digest.app.services import App
    from subscribers.models import Subscriber
    from subscribers.overview import Overview, Table
    from subscribers.timeline import DayAnswer, Timeline

log = logging.getLogger(__name__)

# What makes the figures is imported once somebody has logged in: few sites have the page.


def admin_services(app: App, *, clock: Callable[[], datetime]) -> AdminServices:
    """Return what the operator's page needs."""

    def overview_now() -> Overview:
        from digest.app.admin.overview import overview

        return overview(app, now=clock())

    def tables_now() -> Mapping[str, Table]:
        from digest.app.admin.tables import tables

        return tables(app, clock=clock)

    def tables_of(subscriber: Subscriber) -> Mapping[str, Table]:
        from digest.app.admin.tables import reader_tables

        return reader_tables(app, subscriber)

    def timeline_of(subscriber: Subscriber, before: date | None) -> Timeline:
        from digest.app.admin.timeline import timeline

        return timeline(app, subscriber, before=before)

    def answer_for(subscriber: Subscriber, day: date) -> DayAnswer:
        from digest.app.admin.timeline import answer

        return answer(app, subscriber, day)

    return AdminServices(
        password_hash=partial(_password_hash, app),
        limiter=LoginLimiter(app.engine, key=app.secrets[0]),
        on_login=_log_login,
        overview=overview_now,
        tables=tables_now,
        timeline=timeline_of,
        reader_tables=tables_of,
        answer=answer_for,
    )


def _password_hash(app: App) -> str:
    """Return the hash of the password; none if it cannot be read, which the log says."""
    try:
        return password_hash(app.config)
    except ConfigError as error:
        log.error("admin page is off", extra={"error": str(error)})  # noqa: TRY400 (one line)
        return ""


def _log_login(outcome: str, network: str) -> None:
    if outcome == "succeeded":
        log.info("operator logged in", extra={"network": network})
    else:
        log.warning("login refused", extra={"network": network, "reason": outcome})
