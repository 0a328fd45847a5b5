"""`digest run`, `digest retry` and `digest daemon`: mails that leave."""

from __future__ import annotations

import logging
import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.papers import Day, Json, fetch_day, parse_day, show_reports
from digest.cli.subscribers import known

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from digest.app.services import App
    from digest.delivery.builder import MailResult
    from digest.delivery.transports import Transport
    from digest.models.delivery import RunReport
    from digest.models.issue import Edition
    from digest.models.source import SourceReport

#: Minutes between two looks for mails that were deferred and are due again.
RETRY_MINUTES = 5

Only = Annotated[
    str | None, typer.Option("--only", metavar="EMAIL", help="Serve only this reader.")
]


class RetryState(StrEnum):
    """How a mail ended that is to be sent once more."""

    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command(
        epilog="Example, as a line of crontab:"
        " [bold]0 18 * * 1-5 /opt/digest/bin/digest -c /etc/digest/config.toml run[/bold]"
    )(run)
    root.command(epilog="Example: [bold]digest retry --day 2026-02-02 --state unknown[/bold]")(
        retry
    )
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml daemon[/bold]")(daemon)


def run(
    ctx: typer.Context,
    day: Day = None,
    only: Only = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch, then show who would get what; send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Fetch the day's papers and send every confirmed reader their digest, once."""
    with output.stoppable() as going:
        complete = _run(ctx, parse_day(day), only, dry_run=dry_run, json=json, going=going)
    if not complete:
        raise typer.Exit(1)


def _run(
    ctx: typer.Context,
    day: date | None,
    only: str | None,
    *,
    dry_run: bool,
    json: bool,
    going: Callable[[], bool],
) -> bool:
    from digest.app import services, web

    opened = output.open_app(ctx)
    reader = None if only is None else _confirmed(opened, only)
    # Checked before anything is fetched: a wrong mail setting should not wait for the network.
    transport = opened.transport()
    reports = fetch_day(opened, day)
    desk = opened.build_edition(day or opened.today())
    if dry_run:
        complete = _dry_run(opened, desk, only, reports, json=json)
    else:
        report = _dispatch(opened, transport, desk.coverage.day, desk=desk, named=day is not None,
                           only=reader, going=going)  # fmt: skip
        if report.stopped is None:
            web.housekeeping(opened, transport, clock=services.now, should_continue=going)
        _show_run(opened, report, reports, json=json)
        complete = report.complete
    return complete and not any(report.error for report in reports)


def _dispatch(
    opened: App,
    transport: Transport,
    day: date,
    *,
    desk: Edition | None,
    named: bool,
    only: int | None,
    going: Callable[[], bool],
    plans: bool = True,
) -> RunReport:
    from digest.app.workers import ProcessPool
    from digest.delivery.run import Progress, RunRequest, run_delivery

    with output.bar("mails") as (total, progress):
        asked = RunRequest(
            day=day,
            edition=desk,
            plan_new=plans,
            allow_late=named,
            only=only,
            progress=Progress(should_continue=going, total=total, advance=progress),
            workers=ProcessPool(config=opened.config, processes=opened.processes),
        )
        return run_delivery(asked, opened.delivery_services, transport)


def _confirmed(opened: App, only: str) -> int:
    from digest.errors import ConfigError
    from subscribers.models import Status

    reader = known(opened.book.find(only), only)
    if reader.status is not Status.CONFIRMED:
        raise ConfigError(
            f"{reader.address} is {reader.status}, and only confirmed readers get mail"
        )
    return reader.id


def _show_run(opened: App, report: RunReport, reports: list[SourceReport], *, json: bool) -> None:
    # With transport stdout the mails are the answer, and this is a note beside them.
    aside = opened.config.mail.transport == "stdout"
    if json and not aside:
        shape = serializers.send_report(report)
        output.print_json({**shape, "sources": [serializers.source_report(r) for r in reports]})
        return
    if reports:
        show_reports(reports, err=aside)
    parts = [f"{number} {state}" for state, number in report.counts.items()]
    if report.already:
        parts.append(f"{report.already} already settled")
    if not parts and not report.stopped:
        parts.append("nobody is subscribed and confirmed yet")
    say = output.print_note if aside else output.print_result
    say(f"{report.day}: {', '.join(parts) or 'nothing was sent'}")
    if report.doubtful:
        say(
            f"{report.doubtful} may or may not have arrived:"
            f" `digest retry --day {report.day} --state unknown` sends them again"
        )
    if report.stopped:
        say(f"stopped: {report.stopped}")


def _dry_run(
    opened: App, desk: Edition, only: str | None, reports: list[SourceReport], *, json: bool
) -> bool:
    day = desk.coverage.day
    settled = {
        entry.subscriber_id
        for entry in opened.history.records(day=day)
        if entry.state not in ("planned", "deferred", "skipped")
    }
    readers = opened.book.confirmed() if only is None else [known(opened.book.find(only), only)]
    room = opened.message_builder(desk)
    waiting = [reader for reader in readers if reader.id not in settled]
    outcomes = [_outcome(room.preview(reader)) for reader in output.track(waiting, "mails")]
    if json:
        output.print_json(
            {
                "day": day.isoformat(),
                "dry_run": True,
                "sources": [serializers.source_report(report) for report in reports],
                "would": outcomes,
            }
        )
    else:
        show_reports(reports)
        output.table(
            "Dry run: nothing was sent",
            ("address", "would be", "papers#", "subject or reason"),
            [(o["address"], o["state"], o["papers"], o["subject"] or o["reason"])
             for o in outcomes],
        )  # fmt: skip
    return all(outcome["state"] in ("sent", "skipped") for outcome in outcomes)


def _outcome(outcome: MailResult) -> dict[str, object]:
    mail = outcome.message
    return {
        "address": outcome.subscriber.address,
        "state": str(outcome.state),
        "papers": len(mail.issue.picks) if mail else 0,
        "subject": mail.subject if mail else None,
        "reason": outcome.reason,
    }


def retry(
    ctx: typer.Context,
    day: Day = None,
    state: Annotated[
        RetryState | None,
        typer.Option("--state", help="Send mails of the day again that ended so."),
    ] = None,
    only: Only = None,
    *,
    json: Json = False,
) -> None:
    """Send what was deferred and is due again, or what ended otherwise, on your word."""
    from digest.delivery import run as dispatch
    from digest.errors import ConfigError, RunInProgressError
    from digest.models.delivery import DeliveryState

    opened = output.open_app(ctx)
    named = parse_day(day)
    if state is not None and named is None:
        raise ConfigError("--state needs --day: name the day whose mails are to be sent again")
    reader = None if only is None else _confirmed(opened, only)
    try:
        dispatch.settle_earlier_runs(opened.delivery_services, allow_late=named)
    except RunInProgressError:
        if named is None:
            return  # it does what there is to do
        raise
    if named is not None:
        opened.ledger.plan_again(named, [DeliveryState(state or RetryState.DEFERRED)], only=reader)
    with output.stoppable() as going:
        reports = _retry(opened, named, reader, going)
    if json:
        output.print_json([serializers.send_report(report) for report in reports])
    elif not reports:
        output.print_remark("nothing waits to be sent again")
    else:
        for report in reports:
            _show_run(opened, report, [], json=False)
    if not all(report.complete for report in reports):
        raise typer.Exit(1)


def daemon(ctx: typer.Context) -> None:
    """Stay and run every day at the hour the configuration says, instead of cron."""
    from digest.app import scheduler, services

    opened = output.open_app(ctx)
    opened.transport().close()
    stopped = threading.Event()

    def going() -> bool:
        return not stopped.is_set()

    settings = opened.config.schedule
    first = scheduler.next_run(
        at=settings.at,
        weekdays=settings.weekdays,
        timezone=settings.timezone,
        after=services.now(),
    )
    output.print_note(f"runs at {settings.at} {settings.timezone}, first on {first:%A %Y-%m-%d}")
    scheduler.every_day(
        lambda: _logging_errors(ctx, lambda fresh: _run(
            fresh, None, None, dry_run=False, json=False, going=going)),
        again=lambda: _logging_errors(ctx, lambda fresh: _retry_due(fresh, going)),
        minutes=RETRY_MINUTES,
        look=lambda: _logging_errors(ctx, lambda fresh: fetch_day(output.open_app(fresh), None)),
        hours=opened.config.fetch.every,
        at=settings.at,
        weekdays=settings.weekdays,
        timezone=settings.timezone,
        stopped=stopped,
    )  # fmt: skip


def _retry(
    opened: App, named: date | None, only: int | None, going: Callable[[], bool]
) -> list[RunReport]:
    """Send what waits and is due, of one day or of all; nobody is planned who was not."""
    from digest.app import services

    reports = []
    for day in opened.history.days_waiting(now=services.now()):
        if named in (None, day):
            desk = None if opened.editions.newest(day) else opened.build_edition(day)
            reports.append(
                _dispatch(opened, opened.transport(), day, desk=desk, plans=False,
                          named=named is not None, only=only, going=going)
            )  # fmt: skip
    return reports


def _retry_due(ctx: typer.Context, going: Callable[[], bool]) -> None:
    from digest.delivery import run as dispatch

    opened = output.open_app(ctx)
    dispatch.settle_earlier_runs(opened.delivery_services)
    _retry(opened, None, None, going)


def _logging_errors(ctx: typer.Context, job: Callable[[typer.Context], object]) -> None:
    """Do a job of the daemon's, with errors logged instead of raised, so that it goes on."""
    from digest.errors import DigestError

    try:
        # A context of its own, so that the database is closed when the job is done.
        fresh = typer.Context(ctx.command, parent=ctx)
        with fresh:
            job(fresh)
    except DigestError as error:
        logging.getLogger("digest").error("run failed", extra={"error": str(error)})  # noqa: TRY400
    except Exception as error:  # noqa: BLE001 (the scheduler's traceback would show the settings)
        said = f"internal error, please report it: {type(error).__name__}: {error}"
        logging.getLogger("digest").error("run failed", extra={"error": said})  # noqa: TRY400
