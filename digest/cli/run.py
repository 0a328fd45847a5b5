"""`digest run`, `digest retry` and `digest daemon`: the commands that send a day's messages."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Day, Json, begun_day, find_subscriber

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from digest.app.config import Config
    from digest.app.scheduler import Jobs
    from digest.app.services import App
    from subscribers.models import Subscriber

Only = Annotated[
    str | None, typer.Option("--only", metavar="EMAIL", help="Serve only this reader.")
]


class RetryState(StrEnum):
    """The states of a delivery from which a message can be sent again."""

    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command(
        epilog="Example, as a line of crontab:"
        " [bold]0 18 * * 1-5 /opt/digest/bin/digest -q -c /etc/digest/config.toml run[/bold]"
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
    with output.stoppable() as should_continue:
        app = output.open_app(ctx, ranks=True)
        chosen = begun_day(app, day)
        subscriber = None if only is None else _confirmed(app, only)
        if dry_run:
            from digest.cli.dry_run import dry_run as try_out

            is_complete = try_out(app, chosen, subscriber, json=json)
        else:
            is_complete = _run(app, chosen, subscriber, json=json, should_continue=should_continue)
    if not is_complete:
        raise typer.Exit(1)


def _run(
    app: App,
    day: date | None,
    subscriber: Subscriber | None,
    *,
    json: bool,
    should_continue: Callable[[], bool],
) -> bool:
    """Run a day and print what was done; return whether it is complete."""
    from digest.app import recorded_runs
    from digest.cli.run_report import print_run

    report = recorded_runs.run(
        app,
        day,
        only=None if subscriber is None else subscriber.id,
        should_continue=should_continue,
        fetch_progress=output.lasting_progress_bar,
        delivery_progress=output.progress_bar,
    )
    print_run(app, report, json=json)
    return report.is_complete


def _confirmed(app: App, email: str) -> Subscriber:
    """Return the subscriber of an address.

    Raises:
        ConfigError: they are not confirmed.
        NotFoundError: there is none.

    """
    from digest.errors import ConfigError
    from subscribers.models import Status

    subscriber = find_subscriber(app, email)
    if subscriber.status is not Status.CONFIRMED:
        raise ConfigError(
            f"{subscriber.address} is {subscriber.status}, and only confirmed readers get mail"
        )
    return subscriber


def retry(
    ctx: typer.Context,
    day: Day = None,
    state: Annotated[
        RetryState | None,
        typer.Option("--state", help="Send the mails of --day again that are in this state."),
    ] = None,
    only: Only = None,
    *,
    json: Json = False,
) -> None:
    """Send the deferred mails that are due, or a day's mails in another state, again."""
    from digest.app import recorded_runs
    from digest.cli.run_report import print_retry
    from digest.errors import ConfigError, RunInProgressError
    from digest.models.delivery import DeliveryState

    app = output.open_app(ctx)
    chosen = begun_day(app, day, may_be_local=True)
    if state is not None and chosen is None:
        raise ConfigError("--state needs --day: name the day whose mails are to be sent again")
    subscriber = None if only is None else _confirmed(app, only)
    try:
        with output.stoppable() as should_continue:
            report = recorded_runs.retry(
                app,
                chosen,
                state=DeliveryState(state or RetryState.DEFERRED),
                only=None if subscriber is None else subscriber.id,
                should_continue=should_continue,
                progress=output.progress_bar,
            )
    except RunInProgressError:
        if chosen is not None:
            raise
        output.print_terminal_note("another run is sending; it sends what is due")
        if json:
            output.print_json([])
        return
    print_retry(app, report, json=json)
    if not report.is_complete:
        raise typer.Exit(1)


def daemon(ctx: typer.Context) -> None:
    """Keep running, and send to each reader at their hour, instead of cron."""
    from digest.app import scheduler
    from digest.app.figures_server import serving_figures

    app = output.open_app(ctx, ranks=True)
    app.transport().close()  # a wrong mail setting should not wait for the first run
    stopped = threading.Event()
    jobs = scheduled_jobs(ctx, app.config, should_continue=lambda: not stopped.is_set())
    output.reopen_log_on_hangup()
    announce(jobs)
    with serving_figures(app):
        scheduler.run_jobs(jobs, stopped=stopped)


def announce(jobs: Jobs) -> None:
    """Say when the first run comes."""
    from digest.app import clock, scheduler

    first = scheduler.next_run(
        at=jobs.at, weekdays=jobs.weekdays, timezone=jobs.timezone, after=clock.now()
    )
    where = "local time" if jobs.timezone == clock.LOCAL else jobs.timezone
    output.print_note(
        f"runs at {jobs.at} {where}, first on {first:%A %Y-%m-%d},"
        " and at the hours that readers chose"
    )


def scheduled_jobs(
    ctx: typer.Context, config: Config, *, should_continue: Callable[[], bool]
) -> Jobs:
    """Return the jobs of the daemon, which the web server can do too."""
    from digest.app import pipeline, recorded_runs, runs
    from digest.app.scheduler import Jobs
    from digest.app.site_times import DAEMON_AT
    from digest.cli.run_report import print_retry, print_run
    from digest.errors import RunInProgressError

    def serve_due(fresh: App) -> None:
        with suppress(RunInProgressError):  # the other run sends what is due
            report = recorded_runs.run_due(
                fresh,
                should_continue=should_continue,
                fetch_progress=output.lasting_progress_bar,
                delivery_progress=output.progress_bar,
            )
            if isinstance(report, runs.DayReport):
                print_run(fresh, report, json=False)
            elif report.days:
                print_retry(fresh, report, json=False)

    schedule = config.schedule
    return Jobs(
        serve_due=lambda: _job(ctx, serve_due),
        fetch=lambda: _job(
            ctx, lambda fresh: pipeline.fetch(fresh, progress=output.lasting_progress_bar)
        ),
        fetch_hours=config.fetch.every,
        at=schedule.at or DAEMON_AT,
        weekdays=schedule.weekdays,
        timezone=schedule.timezone,
    )


def _job(ctx: typer.Context, work: Callable[[App], object]) -> None:
    """Do a job of the daemon, and log an error instead of raising it, so that the daemon goes on.

    The configuration is read again for each job, so that a change needs no restart.
    """
    from digest.errors import DigestError

    log = logging.getLogger("digest")
    try:
        # A context of its own closes the database when the job is done.
        fresh = typer.Context(ctx.command, parent=ctx)
        with fresh:
            work(output.open_app(fresh))
    except DigestError as error:
        log.error("run failed", extra={"error": str(error)})  # noqa: TRY400
    except OSError as error:
        log.error("run failed", extra={"error": output.describe(error)})  # noqa: TRY400
    except Exception as error:  # noqa: BLE001 (the scheduler's traceback would show the settings)
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
        log.error("run failed", extra={"error": reason})  # noqa: TRY400
