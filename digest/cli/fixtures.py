"""`digest fixtures`: record a real day, to work on it offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Day, Sources, begun_day, day_of_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.sources.recording import RecordedSource

commands = typer.Typer(
    help="Record a real day, to work on it offline.",
    no_args_is_help=True,
    epilog="Example: [bold]digest fixtures record --day 2026-02-02[/bold]",
)


@commands.callback()
def _group() -> None:
    """Keep `record` a command of a group, though it is the only one."""


@commands.command(
    epilog="Example: [bold]digest fixtures record --day 2026-02-02 --out /tmp/days[/bold]"
)
def record(
    ctx: typer.Context,
    day: Day = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the day gets a folder of its own.")
    ] = Path("fixtures"),
    source: Sources = None,
) -> None:
    """Record what the sources have for a day in DIR/DAY, with a configuration that reads it.

    Without --day: the day of a run. Keys are not written. A source that adds to papers gets those
    of the sources named.
    """
    from digest.app import clock, pipeline
    from digest.app.config.load import FILE_NAME
    from digest.sources import recording

    app = output.open_app(ctx)
    chosen = begun_day(app, day) or day_of_run(app)
    folder = out / chosen.isoformat()
    recorded = recording.record(
        chosen,
        pipeline.named_sources(app.sources, source or []),
        topics=app.topics,
        folder=folder,
        file_name=FILE_NAME,
        client_for=app.client_for,
        now=clock.now(),
    )
    is_complete = not any(one.state.is_trouble for one in recorded)
    _print_recorded(recorded, output.Report(is_complete=is_complete))
    output.print_note(f"next: digest -c {folder / FILE_NAME} run --day {chosen}")
    if not is_complete:
        raise typer.Exit(1)


def _print_recorded(recorded: Sequence[RecordedSource], report: output.Report) -> None:
    report.table(
        "Recorded",
        ("source~", "files#", "papers#", "bytes#", "state"),
        [(r.source, r.files, r.papers, r.size, r.state) for r in recorded],
    )
    explain = output.print_note if report.is_complete else output.print_failure
    for one in recorded:
        if one.reason:
            explain(f"{one.source}: {one.reason}")
