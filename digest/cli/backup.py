"""`digest backup` and `digest restore`: one file with all that an installation is."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.app.backup import Restored


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command(epilog="Example: [bold]digest backup /backups/digest-monday.backup[/bold]")(backup)
    root.command(epilog="Example: [bold]digest restore digest-monday.backup[/bold]")(restore)


def backup(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The backup to write; one that is there is replaced once it is whole.",
        ),
    ],
    *,
    database_only: Annotated[
        bool,
        typer.Option(
            "--database-only", help="Leave out config.toml and all keys, which are secrets."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Write the database, the configuration and all keys into one file, also during a run."""
    from digest.app import backup as backups
    from digest.app.config.load import default_path

    settings = output.load_settings(ctx, only_reads=True)
    with _megabytes("backup") as progress:
        made = backups.back_up(
            settings,
            ctx.obj or default_path(),
            file,
            database_only=database_only,
            progress=progress,
        )
    variables = backups.unsaved_variables()
    if json:
        output.print_json(
            {
                "file": str(file),
                "bytes": made.size,
                "schema": made.revision,
                "made_at": made.made_at and made.made_at.isoformat(),
                "files": list(made.files),
                "not_in_it": variables,
            }
        )
        return
    report = output.Report()
    report.line(f"wrote {file}, {made.size / 1e6:.1f} MB, and checked it")
    if made.files:
        report.line(f"it holds the database and {', '.join(made.files)}: keep it secret")
    else:
        report.line("it holds the database alone: back up config.toml and the keys too, once")
    if variables:
        report.line(f"what the environment sets is not in it: {', '.join(variables)}")


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `digest backup` wrote.")],
    *,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Move aside the database that is there, and keys that differ."
        ),
    ] = False,
    database_only: Annotated[
        bool, typer.Option("--database-only", help="Leave config.toml and all keys as they are.")
    ] = False,
    json: Json = False,
) -> None:
    """Put a backup in place. Nothing is sent from it until you name a day to send."""
    from digest.app import backup as backups
    from digest.app.config.load import default_path

    with _megabytes("restore") as progress:
        done = backups.restore(
            file,
            ctx.obj or default_path(),
            replace=replace,
            database_only=database_only,
            progress=progress,
        )
    if json:
        output.print_json(
            {
                "database": str(done.database),
                "made_at": done.backup.made_at and done.backup.made_at.isoformat(),
                "has_checksum": done.backup.has_checksum,
                "moved_to": done.old_database and str(done.old_database),
                "files": {str(path): old and str(old) for path, old in done.files.items()},
                "kept": done.kept and str(done.kept),
            }
        )
        return
    _print_restored(done)


def _print_restored(done: Restored) -> None:
    report, made_at = output.Report(), done.backup.made_at
    when = f" as it was at {made_at:%Y-%m-%d %H:%M} UTC" if made_at else ""
    report.line(f"restored {done.database}{when}")
    if not done.backup.has_checksum:
        report.line(
            "  it had no checksum, so its structure was checked, and not whether any text in it"
            " was changed"
        )
    if done.old_database is not None:
        report.line(f"  what was there is now {done.old_database}")
    for path, old in done.files.items():
        report.line(f"restored {path}")
        if old is not None:
            report.line(f"  what was there is now {old}")
    if done.kept is not None:
        report.line(
            f"kept {done.kept}, which is not as in the backup; to have that one, move yours away"
            " and restore again"
        )
    report.line(
        "nothing is sent until you name a day with `digest run --day D`: mails may have left since"
        " the backup, and readers too (docs/operating.md, Backups)"
    )


@contextmanager
def _megabytes(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar of megabytes; yield what is told the bytes that are done and all."""
    with output.progress_bar(f"{label}, MB") as (total, advance):
        shown = 0

        def told(done: int, of_all: int) -> None:
            nonlocal shown
            total(of_all // 1_000_000)
            advance(done // 1_000_000 - shown)
            shown = done // 1_000_000

        yield told
