"""`digest export`: the tables of an installation as CSV or JSON Lines."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import output
from digest.cli.tables import print_table
from digest.text.wording import count

#: Lines that are printed at once.
_LINES = 1000


class Format(StrEnum):
    """How tables are written."""

    CSV = "csv"
    JSONL = "jsonl"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(
        epilog="Example: [bold]digest export --out tables[/bold], or"
        " [bold]digest export deliveries --format jsonl[/bold]"
    )(export)


def export(
    ctx: typer.Context,
    table: Annotated[
        list[str] | None, typer.Argument(metavar="TABLE", help="Which; all unless given.")
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="A folder for a file of each; else one is printed."
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write them.")] = Format.CSV,
    listed: Annotated[
        bool, typer.Option("--list", help="Only say which tables there are, and what is in them.")
    ] = False,
) -> None:
    """Write tables for spreadsheets and programs: readers, consent, deliveries, papers and more."""
    from digest.app import tables
    from digest.errors import ConfigError
    from digest.storage.exported_tables import TABLES

    chosen = [tables.find(name) for name in dict.fromkeys(table or ())] or list(TABLES)
    if listed:
        rows = (
            (one.name, column, what)
            for one in chosen
            for column, what in (("", one.about), *one.columns.items())
        )
        print_table("Tables", ("table", "column", "what~"), rows)
        return
    if out is None and len(chosen) > 1:
        raise ConfigError("name one table to print, or a folder with --out for more")
    as_lines = format_ is Format.JSONL
    app = output.open_app(ctx, only_reads=True)
    if out is None:
        lines = tables.lines(app, chosen[0], as_lines=as_lines)
        while some := "".join(islice(lines, _LINES)):
            output.print_file(some.encode())
        return
    with output.progress_bar("export") as (total, advance):
        total(len(chosen))
        written = tables.write(app, chosen, out, as_lines=as_lines, advance=advance)
    report = output.Report()
    for path, number in written.items():
        report.line(f"{path}: {count(number, 'row')}")
