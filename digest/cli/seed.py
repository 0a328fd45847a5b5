"""`digest subscribers seed`: the papers of a reader's library become likes."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Email, Json, find_subscriber
from digest.text.wording import count

if TYPE_CHECKING:
    from digest.app.seeds import SeedReport
    from digest.sources.library import Format, Library

_FILE = "FILE"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: [bold]digest subscribers seed ada@example.org --bibtex papers.bib[/bold]"
    )(seed)


def seed(
    ctx: typer.Context,
    email: Email,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="More ids, behind --arxiv-ids.", show_default=False),
    ] = None,
    bibtex: Annotated[
        list[Path] | None,
        typer.Option("--bibtex", metavar=_FILE, help="BibTeX or BibLaTeX, - for standard input."),
    ] = None,
    ris: Annotated[
        list[Path] | None,
        typer.Option("--ris", metavar=_FILE, help="RIS, as EndNote, Mendeley and Zotero write it."),
    ] = None,
    csl_json: Annotated[
        list[Path] | None,
        typer.Option("--csl-json", metavar=_FILE, help="CSL-JSON, as Zotero and Pandoc write it."),
    ] = None,
    zotero_rdf: Annotated[
        list[Path] | None,
        typer.Option("--zotero-rdf", metavar=_FILE, help="Zotero RDF."),
    ] = None,
    arxiv_ids: Annotated[
        list[str] | None,
        typer.Option("--arxiv-ids", metavar="ID", help="Ids or addresses of papers; repeat."),
    ] = None,
    *,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only show what was recognised, and what would be new."),
    ] = False,
    json: Json = False,
) -> None:
    """Import a reader's library, so that their digest begins with what they like.

    Each paper counts as a like; a library that is imported again adds nothing.
    """
    from dataclasses import asdict

    from digest.app import clock
    from digest.app.seeds import give_seeds
    from digest.errors import ConfigError
    from digest.sources.library import Format, read_ids
    from digest.sources.library.seeds import merged

    named = {
        Format.BIBTEX: bibtex,
        Format.RIS: ris,
        Format.CSL_JSON: csl_json,
        Format.ZOTERO_RDF: zotero_rdf,
    }
    files = [(file, wanted) for wanted, some in named.items() for file in some or ()]
    libraries = [_read(file, wanted, is_named=len(files) > 1) for file, wanted in files]
    if ids := [*(arxiv_ids or ()), *(more or ())]:
        texts = [sys.stdin.read() if one == "-" else one for one in ids]
        libraries.append(read_ids("\n".join(texts)))
    library = merged(libraries)
    if not (library.seeds or library.rejected):
        raise ConfigError(
            "nothing to import; name a file with --bibtex, --ris, --csl-json or --zotero-rdf,"
            " or papers with --arxiv-ids"
        )
    app = output.open_app(ctx, only_reads=dry_run)
    reader = find_subscriber(app, email)
    report = give_seeds(app, reader.id, library, at=clock.now(), dry_run=dry_run)
    if json:
        output.print_json(asdict(report))
    else:
        _report(report, dry_run=dry_run)
    if report.rejected:
        raise typer.Exit(1)


def _read(file: Path, wanted: Format, *, is_named: bool) -> Library:
    """Read a file; with several, each faulty entry names its own.

    Raises:
        ConfigError: there is no such file.
        LibraryError: no library is in it.

    """
    from digest.errors import ConfigError, LibraryError
    from digest.sources.library import read

    is_input = str(file) == "-"
    name = "standard input" if is_input else str(file)
    try:
        octets = sys.stdin.buffer.read() if is_input else file.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from error
    try:
        library = read(octets, wanted)
    except LibraryError as error:
        raise LibraryError(f"{name}: {error}") from error
    if not is_named:
        return library
    rejected = [replace(one, where=f"{name}, {one.where}") for one in library.rejected]
    return replace(library, rejected=tuple(rejected))


def _report(report: SeedReport, *, dry_run: bool) -> None:
    shown = output.Report(is_complete=not report.rejected)
    papers = count(report.new, "paper")
    shown.line(
        f"{papers} would be new, {report.known:,} known already"
        if dry_run
        else f"{papers} new, {report.known:,} known already"
    )
    if dry_run:
        papers_found = [
            (one.paper_id, one.title, "new" if one.is_new else "known") for one in report.papers
        ]
        shown.table("Recognised", ("paper", "title~", "state"), papers_found)
    if report.rejected:
        rows = [(one.where, one.reason) for one in report.rejected]
        shown.table("Could not be read", ("where", "why~"), rows)
    if report.waiting:
        remedy = (
            "the next fetch asks arXiv"
            if report.is_looked_up
            else "all sources are files, so nobody is asked; add a source of arXiv"
        )
        output.print_note(f"{count(report.waiting, 'paper')} without an abstract; {remedy}")
