"""What follows a run: the file of metrics, the mail to the operator, and the heartbeat.

None of it can fail the run: the mails have left.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.app.trouble import troubles_of
from digest.errors import DigestError
from digest.storage.run_log import RUN
from digest.text.reply_words import without_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.services import App
    from digest.app.trouble import Trouble
    from digest.storage.run_log import RunRecord, RunResult

log = logging.getLogger(__name__)


def report(app: App, record: RunRecord, result: RunResult, *, is_watched: bool) -> None:
    """Report a run that has ended and was recorded.

    Args:
        app: the installation.
        record: the run.
        result: how it ended, and what was wrong before and is so still.
        is_watched: whether the operator is told of it.

    """
    troubles = troubles_of(result, asks=app.policy.asks)
    try:
        write_metrics(app)
    except (DigestError, OSError) as error:
        log.error("metrics not written", extra={"error": str(error)})  # noqa: TRY400
    if is_watched:
        _tell_operator(app, record, result, troubles)
        _beat(app, record, troubles)


def write_metrics(app: App) -> None:
    """Write the file of metrics, if `[metrics] file` names one.

    Raises:
        DigestError: the database cannot be used.
        OSError: the file cannot be written.

    """
    if app.config.metrics.file:
        # Imported here, since most installations have no such file.
        from digest.app.metrics import write_file

        write_file(app, app.config.path(app.config.metrics.file))


def _tell_operator(
    app: App, record: RunRecord, result: RunResult, troubles: Sequence[Trouble]
) -> None:
    if not app.config.alerts.mail:
        return
    from digest.app.alert import tell_operator

    try:
        tell_operator(app, record, result, troubles, now=now())
    except (DigestError, OSError) as error:
        log.warning("alert not sent", extra={"error": without_addresses(str(error))})


def _beat(app: App, record: RunRecord, troubles: Sequence[Trouble]) -> None:
    address = app.config.alerts.heartbeat.get_secret_value()
    if address and record.what == RUN:
        from digest.app.heartbeat import beat

        beat(address, kinds=[trouble.kind for trouble in troubles])
