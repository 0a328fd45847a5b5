"""`digest prune`: remove what is old, and make the file of the database smaller."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Json
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.app.pruning import PruneReport
    from digest.app.services import App
    from digest.app.upkeep import Upkeep
    from digest.storage.pruning import PrunableDay


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest prune --dry-run[/bold]")(prune)


def prune(
    ctx: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how much would be pruned.")
    ] = False,
    vacuum: Annotated[
        bool,
        typer.Option(
            "--vacuum", help="Then make the database's file smaller; nobody can write meanwhile."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Remove what is older than the configuration says, such as all of a mail but its papers."""
    from digest.app import pruning, upkeep
    from digest.errors import ConfigError

    if dry_run and vacuum:
        raise ConfigError("--dry-run changes nothing, so it cannot go with --vacuum")
    app = output.open_app(ctx)
    days = pruning.prunable(app)
    if dry_run:
        _print_plan(app, days, upkeep.due(app), json=json)
        return
    with output.stoppable() as should_continue:
        report = _prune(app, days, should_continue)
        done = upkeep.Upkeep()
        if report.stopped is None:
            done = upkeep.tidy(app, should_continue=should_continue)
        # One that was stopped must not go on with what takes longest.
        made_smaller = vacuum and report.stopped is None
        if made_smaller:
            with app.delivery_services.run_lock():
                app.vacuum()
    _print_report(app, report, done, made_smaller=made_smaller, json=json)
    if report.stopped is not None:
        raise typer.Exit(1)


def _prune(app: App, days: list[PrunableDay], should_continue: Callable[[], bool]) -> PruneReport:
    from digest.app import pruning

    with output.progress_bar("deliveries") as (total, advance):
        total(sum(day.rows for day in days))
        return pruning.prune(app, days, should_continue=should_continue, advance=advance)


def _print_plan(app: App, days: list[PrunableDay], due: Upkeep, *, json: bool) -> None:
    rows, size = sum(day.rows for day in days), sum(map(app.pruning.size, days))
    if json:
        until = days[-1].day.isoformat() if days else None
        output.print_json(
            {
                "dry_run": True,
                "days": len(days),
                "until": until,
                "rows": rows,
                "bytes": size,
                **asdict(due),
            }
        )
        return
    if days:
        output.print_result(
            f"would prune {count(rows, 'row')} of {count(len(days), 'day')}, until {days[-1].day}:"
            f" about {_megabytes(size)} of the database"
        )
    elif not due:
        output.print_result(_nothing(app))
    for line in _lines(due):
        output.print_result(f"would prune {line}")


def _lines(found: Upkeep) -> Iterator[str]:
    """Yield what is old, or was pruned, but for deliveries."""
    for number, one, many in (
        (found.papers, "paper that no edition has", "papers that no edition has"),
        (found.texts, "paper's text", "papers' texts"),
        (found.signals, "count of votes", "counts of votes"),
        (found.unconfirmed, "sign-up never confirmed", "sign-ups never confirmed"),
        (found.inbound, "message or bounce", "messages and bounces"),
        (found.responses, "response in the cache", "responses in the cache"),
    ):
        if number:
            yield f"{number:,} {one if number == 1 else many}"


def _print_report(
    app: App, report: PruneReport, done: Upkeep, *, made_smaller: bool, json: bool
) -> None:
    space = app.file_space()
    if json:
        output.print_json(
            {
                "dry_run": False,
                "days": report.days,
                "rows": report.rows,
                "stopped": report.stopped,
                **asdict(done),
                "file_bytes": space and space.total,
                "free_bytes": space and space.free,
            }
        )
        return
    shown = output.Report(is_complete=report.stopped is None)
    if report.stopped is not None:
        if not report.rows:
            output.print_failure(
                f"{report.stopped}; nothing was pruned: repeat `digest prune` later"
            )
            return
        output.print_failure(f"{report.stopped}; `digest prune` goes on from there")
    if report.rows:
        shown.line(f"pruned {count(report.rows, 'row')} of {count(report.days, 'day')}")
    elif not done:
        shown.line(_nothing(app))
    for line in _lines(done):
        shown.line(f"pruned {line}")
    if space is not None:
        hint = "" if made_smaller or not space.free else "; later rows fill it, --vacuum frees it"
        shown.line(
            f"the database has {_megabytes(space.total)}, {_megabytes(space.free)} of it free{hint}"
        )


def _nothing(app: App) -> str:
    keep = app.config.deliveries_kept
    if not keep:
        return "nothing to prune: [retention] deliveries = 0 keeps all for ever"
    return f"nothing to prune: no deliveries are older than {keep} days"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
