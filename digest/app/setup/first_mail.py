"""The first mail of a new installation: a digest of the newest papers, or else a test mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app import mail_test, pipeline, recorded_runs
from digest.app.clock import now
from digest.models.delivery import DeliveryState
from digest.sources.fetch import no_progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from digest.app.pipeline import ProgressBar
    from digest.app.runs import DayReport
    from digest.app.services import App
    from digest.models.source import SourceReport


@dataclass(frozen=True, kw_only=True)
class FirstMail:
    """What became of the first mail."""

    #: the day of its papers; None if it is a test mail, or none left
    day: date | None
    #: where it is, if mails are written into a folder
    file: Path | None
    #: why it is no digest
    reason: str = ""
    #: the sources that could not be read, each with the reason
    unread: tuple[str, ...] = ()


def send_first(
    app: App,
    address: str,
    *,
    fetch_progress: ProgressBar = no_progress,
    delivery_progress: ProgressBar = no_progress,
) -> FirstMail:
    """Run the day, and if it brings no mail the newest day that has papers.

    Without papers there is a test mail, if mails are written into a folder: a mail server has had
    one already.

    Raises:
        DigestError: as `recorded_runs.run`.

    """
    report = recorded_runs.run(
        app, fetch_progress=fetch_progress, delivery_progress=delivery_progress
    )
    unread = tuple(f"{it.source}: {it.error}" for it in report.sources if it.error)
    day = report.deliveries.day
    newest = app.papers.newest_day(until=pipeline.run_day(app).day)
    # Where the site has an hour, nobody may be due now; a day that is named asks for no hour.
    is_other = newest != day or not report.is_due
    if newest is not None and is_other and not _has_left(report):
        day = newest
        report = recorded_runs.run(app, day, delivery_progress=delivery_progress)
    if _has_left(report):
        return FirstMail(day=day, file=_file(app, day), unread=unread)
    reason = _why_not(app, report, day) if newest else _why_no_papers(report.sources)
    if app.config.mail.transport != "directory":
        return FirstMail(day=None, file=None, reason=reason, unread=unread)
    tested = mail_test.send_test(app, address, at=now(), command="digest setup")
    return FirstMail(day=None, file=tested.file, reason=reason, unread=unread)


def _has_left(report: DayReport) -> bool:
    return bool(report.deliveries.counts.get(DeliveryState.SENT))


def _why_no_papers(sources: Sequence[SourceReport]) -> str:
    """Say why there are no papers, as far as that is no error: those are said of each source."""
    said = dict.fromkeys(it.reason for it in sources if it.reason and not it.error)
    why = f" ({'; '.join(said)})" if said else ""
    return f"no papers could be read yet{why}"


def _why_not(app: App, report: DayReport, day: date) -> str:
    if report.deliveries.stopped:
        return report.deliveries.stopped
    reasons = [record.reason for record in app.history.records(day=day) if record.reason]
    return reasons[0] if reasons else "no mail was planned"


def _file(app: App, day: date) -> Path | None:
    """Return the mail in the folder; there is one reader, so the day has one."""
    if app.config.mail.transport != "directory":
        return None
    return next(app.config.path(app.config.mail.directory).joinpath(str(day)).glob("*.eml"), None)
