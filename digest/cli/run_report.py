"""What `digest run` and `digest retry` print about the days they sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app import serializers
from digest.app.due import next_due
from digest.cli import output
from digest.cli.papers import print_reports
from digest.models.delivery import WAITING, DeliveryState, TransactionalState

if TYPE_CHECKING:
    from digest.app.runs import DayReport, RetryReport
    from digest.app.services import App
    from digest.models.delivery import RunReport


def print_run(app: App, report: DayReport, *, json: bool) -> None:
    """Print what a run did: how the sources were read, then each day, the oldest first."""
    # With transport stdout the messages are the result, and the report is a note beside them.
    if json and not _is_note(app):
        output.print_json(
            {
                **serializers.send_report(report.deliveries),
                "day_reason": report.reason,
                "sources": [serializers.source_report(source) for source in report.sources],
                "open_days": [serializers.send_report(day) for day in report.open_days],
                "silence": report.silence,
                "letters_waiting": _letters_waiting(app),
            }
        )
        return
    shown = output.Report(is_complete=report.is_complete, is_note=_is_note(app))
    if report.sources:
        print_reports(report.sources, shown)
    if not report.is_due:
        shown.line(_nobody(app))
    for day in report.days:
        reason = report.reason if day is report.deliveries else ""
        _print_day(app, day, shown, reason=reason, makes_issue=True)
    if report.silence:
        shown.line(f"alarm: {report.silence}")
    if letters := _letters_waiting(app):
        shown.line(
            f"{letters} confirmations or other letters have not been sent yet; later runs try"
            " again, and the log has the reason"
        )


def print_retry(app: App, report: RetryReport, *, json: bool) -> None:
    """Print what a retry did, day by day."""
    if json and not _is_note(app):
        output.print_json([serializers.send_report(day) for day in report.days])
        return
    shown = output.Report(is_complete=report.is_complete, is_note=_is_note(app))
    if report.sources:
        print_reports(report.sources, shown)
    if not report.days:
        output.print_terminal_note("nothing waits to be sent again")
    for day in report.days:
        _print_day(app, day, shown)


def _nobody(app: App) -> str:
    """Say why there was nobody to send to, and when somebody is due next."""
    if not app.reader_schedules.wishes():
        return "nobody is subscribed and confirmed yet"
    at = next_due(app)
    then = f"; the next readers are at {serializers.moment(at)}" if at else ""
    return f"nobody is due now{then}"


def _letters_waiting(app: App) -> int:
    return app.transactional_queue.counts().get(TransactionalState.WAITING, 0)


def _is_note(app: App) -> bool:
    return app.config.mail.transport == "stdout"


def _print_day(
    app: App,
    report: RunReport,
    shown: output.Report,
    *,
    reason: str = "",
    makes_issue: bool = False,
) -> None:
    parts = [f"{number} {state}" for state, number in report.counts.items()]
    if report.already:
        parts.append(f"{report.already} already settled")
    if not parts and not report.stopped:
        parts.append(_nobody(app))
    show = shown.line
    if reason:
        show(f"papers of {report.day:%A} {report.day}: {reason}")
    show(f"{report.day}: {', '.join(parts) or 'nothing was sent'}")
    if report.doubtful:
        show(
            f"{report.doubtful} may or may not have arrived:"
            f" `digest retry --day {report.day} --state unknown` sends them again"
        )
    if report.stopped:
        show(f"stopped: {report.stopped}")
    if waiting := sum(report.counts.get(state, 0) for state in WAITING):
        next_due = app.history.next_due(report.day)
        due = f" (deferred ones from {serializers.moment(next_due)} on)" if next_due else ""
        show(
            f"{waiting} of {report.day} still wait: the next run sends those that are due{due},"
            f" `digest retry --day {report.day}` all of them at once"
        )
    if expired := report.counts.get(DeliveryState.EXPIRED, 0):
        # The papers come as late ones; after that the mails of the day would hold nothing new.
        next_issue = "this issue or the next" if makes_issue else "the next issue"
        show(f"{expired} of {report.day} were too late; their papers come with {next_issue}")
        if not makes_issue:
            show(f"until then `digest retry --day {report.day} --state expired` sends these mails")
