"""`digest fixtures`: freeze a real day, to work on it offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.papers import Day, parse_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.sources import Source
    from digest.sources.recording import RecordedSource

app = typer.Typer(
    help="Freeze a real day, to work on it offline.",
    no_args_is_help=True,
    epilog="Example: [bold]digest fixtures record --day 2026-02-02[/bold]",
)


@app.callback()
def _group() -> None:
    """Keep `record` a verb of a group, though it is the only one yet."""


@app.command(epilog="Example: [bold]digest fixtures record --day 2026-02-02 --out /tmp/days[/bold]")
def record(
    ctx: typer.Context,
    day: Day = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the day gets a folder of its own.")
    ] = Path("fixtures"),
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Only this source; may be repeated."),
    ] = None,
) -> None:
    """Write what the sources say of a day, and a configuration that reads it, into DIR/DAY.

    Without --day: today. Keys are not written. What enriches sees the papers of the sources named.
    """
    from digest.app.config.load import FILE_NAME
    from digest.app.services import now
    from digest.sources import recording

    opened = output.open_app(ctx)
    wanted = parse_day(day) or opened.today()
    folder = out / wanted.isoformat()
    recorded = recording.record(
        wanted,
        _chosen(opened.sources, source or []),
        topics=opened.topics,
        folder=folder,
        file_name=FILE_NAME,
        client_for=opened.client_for,
        now=now(),
    )
    _show(recorded)
    output.print_note(f"next: digest -c {folder / FILE_NAME} run --day {wanted}")
    if any(found.state.is_trouble for found in recorded):
        raise typer.Exit(1)


def _chosen(sources: Sequence[Source], wanted: Sequence[str]) -> list[Source]:
    from digest.errors import NotFoundError

    names = [source.name for source in sources]
    for name in wanted:
        if name not in names:
            raise NotFoundError(f"there is no source {name!r}; there are: {', '.join(names)}")
    return [source for source in sources if not wanted or source.name in wanted]


def _show(recorded: Sequence[RecordedSource]) -> None:
    output.table(
        "Recorded",
        ("source", "files#", "papers#", "bytes#", "state"),
        [(r.source, r.files, r.papers, r.size, r.state) for r in recorded],
    )
    for found in recorded:
        if found.reason:
            output.print_note(f"{found.source}: {found.reason}")
