"""`digest fetch` and `digest papers`: read the sources, and look at the papers that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.options import Day, Json, Sources, begun_day, parse_day
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from digest.models.merge import Origin
    from digest.models.paper import Paper
    from digest.models.source import SourceReport

commands = typer.Typer(
    help="Look at the papers that were fetched.",
    no_args_is_help=True,
    epilog="Example: [bold]digest papers list --day 2026-02-02[/bold]",
)


def register(root: typer.Typer) -> None:
    """Add `digest fetch`."""
    root.command(
        epilog="Example: [bold]digest fetch --day 2026-02-02 --source 'Hugging Face'[/bold]"
    )(fetch)


def fetch(
    ctx: typer.Context,
    day: Day = None,
    source: Sources = None,
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Read files too that have not changed.")
    ] = False,
    json: Json = False,
) -> None:
    """Read the sources and keep their papers. Without --day: those that a run would read."""
    from digest.app import pipeline

    app = output.open_app(ctx)
    reports = pipeline.fetch(
        app,
        begun_day(app, day),
        only=source or [],
        again=again,
        progress=output.lasting_progress_bar,
    )
    is_complete = not any(report.error for report in reports)
    if json:
        output.print_json([serializers.source_report(report) for report in reports])
    else:
        print_reports(reports, output.Report(is_complete=is_complete))
    if not is_complete:
        raise typer.Exit(1)


def print_reports(reports: list[SourceReport], report: output.Report) -> None:
    """Print a table of how the sources were read, and below it the reason for each state."""
    has_other_days = any(read.other_days for read in reports)
    has_several_days = len({read.day for read in reports}) > 1
    columns = ("source~", "day", "state", "declared#", "parsed#", "rejected#", "other days#",
               "new#", "merged#", "seconds#")  # fmt: skip
    rows = [
        (r.source, r.day, r.state, r.declared, r.parsed, len(r.rejected), r.other_days, r.new,
         r.merged, f"{r.seconds:.2f}")
        for r in reports
    ]  # fmt: skip
    # A terminal may be narrow: a column without news is left out.
    hidden = {"day": not has_several_days, "other days#": not has_other_days}
    shown = [index for index, name in enumerate(columns) if not hidden.get(name)]
    report.table(
        "Sources",
        [columns[index] for index in shown],
        [[row[index] for index in shown] for row in rows],
    )
    for read in reports:
        if read.unchanged:
            line = f"{read.source}: {count(read.unchanged, 'file')} unchanged, not read again"
            if before := len(read.said_before):
                line += f"; {count(before, 'warning')} of them said before (`--again` repeats them)"
            report.line(line)
    days: dict[tuple[str, str], list[date]] = {}
    for read in reports:
        if read.reason:
            days.setdefault((read.source, read.reason), []).append(read.day)
    for (source, reason), alike in days.items():
        report.line(f"{source}, {_span(alike)}: {reason}")
    for read in reports:
        for warning in read.warnings:
            if warning in read.said_before:
                continue
            report.line(f"{read.source}, {read.day}: warning: {warning}")


def _span(days: list[date]) -> str:
    """Write a day, or the first and the last of several: `2026-02-02 to 2026-02-09 (8 days)`."""
    if len(days) == 1:
        return str(days[0])
    return f"{min(days)} to {max(days)} ({len(days)} days)"


@commands.command("list", epilog="Example: [bold]digest papers list --day 2026-02-02 --json[/bold]")
def list_papers(ctx: typer.Context, day: Day = None, *, json: Json = False) -> None:
    """List the papers of a day, or all of them."""
    from digest.text import bounds

    papers = output.open_app(ctx, only_reads=True).papers.papers(parse_day(day))
    if json:
        output.print_json([serializers.paper(paper) for paper in papers])
        return
    has_any = print_table(
        "Papers",
        ("day", "id", "votes#", "comments#", "title~"),
        [
            (p.day, p.id, p.signals.upvotes, p.signals.comments,
             bounds.bounded(p.title, bounds.TITLE))
            for p in papers
        ],
    )  # fmt: skip
    if not has_any:
        output.print_note("no papers are known yet: `digest fetch` reads the sources")


@commands.command(epilog="Example: [bold]digest papers show arXiv:2601.23265[/bold]")
def show(
    ctx: typer.Context,
    paper_id: Annotated[
        str, typer.Argument(metavar="ID", help="An id of the paper, or an address.")
    ],
    *,
    json: Json = False,
) -> None:
    """Show one paper with everything known about it."""
    from digest.errors import NotFoundError
    from digest.models.identity import canonical_id

    app = output.open_app(ctx, only_reads=True)
    paper = app.papers.paper(paper_id) or app.papers.paper(canonical_id(paper_id, ""))
    if paper is None:
        raise NotFoundError(f"there is no paper {paper_id}; `digest papers list` shows all")
    observations = app.papers.observations(paper.id)
    origins = app.papers.origins(paper.id)
    announcements = app.papers.announcements(paper.id)
    if json:
        output.print_json(serializers.known(paper, origins, announcements, observations))
        return
    print_table("Paper", ("field", "value~", "from"), _fields(paper, origins))
    source = f" ({origins['abstract'].source})" if "abstract" in origins else ""
    output.print_result(f"\nAbstract{source}: {paper.abstract or 'none'}\n")
    if announcements:
        print_table(
            "Announced",
            ("day", "category", "as", "version#"),
            [(one.day, one.category, one.type, one.version) for one in announcements],
        )
        output.print_result("")
    print_table(
        "Signals",
        ("observed at", "source", "votes#", "comments#", "stars#", "citations#"),
        [
            (serializers.moment(one.at), one.source, one.signals.upvotes, one.signals.comments,
             one.signals.stars, one.signals.citations)
            for one in observations
        ],
    )  # fmt: skip


def _fields(paper: Paper, origins: Mapping[str, Origin]) -> list[tuple[str, object, str]]:
    """Return the fields of a paper that have a value, each with the source it came from."""
    shape = serializers.paper(paper)
    values = {
        **shape,
        "aliases": ", ".join(paper.aliases),
        "authors": ", ".join(paper.authors),
        "categories": ", ".join(paper.categories),
        "keywords": "; ".join(paper.keywords),
        "sources": ", ".join(paper.sources),
        **{f"links.{name}": url for name, url in shape["links"].items()},
    }
    printed_elsewhere = ("abstract", "signals", "observed_at", "links")
    return [
        (name, value, origins[name].source if name in origins else "")
        for name, value in values.items()
        if name not in printed_elsewhere and value not in (None, "")
    ]
