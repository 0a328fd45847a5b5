"""`digest fetch` and `digest papers`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.app.services import App
    from digest.models.merge import Origin
    from digest.models.paper import Paper
    from digest.models.source import SourceReport

app = typer.Typer(
    help="Look at the papers that were fetched.",
    no_args_is_help=True,
    epilog="Example: [bold]digest papers list --day 2026-02-02[/bold]",
)

Day = Annotated[
    str | None,
    typer.Option("--day", metavar="YYYY-MM-DD", help="The day the papers were featured."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(root: typer.Typer) -> None:
    """Add the commands that stand by themselves."""
    root.command(epilog="Example: [bold]digest fetch --day 2026-02-02 --source page[/bold]")(fetch)


def parse_day(text: str | None) -> date | None:
    """Read the value of --day.

    Raises:
        ConfigError: it is no date.

    """
    from digest.errors import ConfigError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--day {text!r} is not a day; write it like 2026-02-02") from error


def fetch(
    ctx: typer.Context,
    day: Day = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Only this source; may be repeated."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Read the sources and keep their papers. Without --day: today, and all that files hold."""
    opened = output.open_app(ctx)
    reports = fetch_day(opened, parse_day(day), only=source or [])
    if json:
        output.print_json([serializers.source_report(report) for report in reports])
    else:
        show_reports(reports)
    if any(report.error for report in reports):
        raise typer.Exit(1)


def fetch_day(
    opened: App, day: date | None, *, only: list[str] | None = None
) -> list[SourceReport]:
    """Fetch all sources, or some by name, for a day; None is today and all that files hold."""
    from digest.errors import NotFoundError

    names = [source.name for source in opened.sources]
    for name in only or []:
        if name not in names:
            raise NotFoundError(f"there is no source {name!r}; there are: {', '.join(names)}")
    sources = [source for source in opened.sources if not only or source.name in only]
    return opened.fetcher.fetch(
        day or opened.today(), sources, only_day=day is not None, progress=output.watch
    )


def show_reports(reports: list[SourceReport], *, err: bool = False) -> None:
    """Print the fetch as a table, and below it why a source stands as it does."""
    days = {report.day for report in reports}
    other = any(report.other_days for report in reports)
    columns = ("source", "day", "state", "declared#", "parsed#", "rejected#", "other days#", "new#",
               "merged#", "seconds#")  # fmt: skip
    # Narrow terminals: what says nothing takes no room.
    idle = {"day": len(days) == 1, "other days#": not other}
    shown = [place for place, name in enumerate(columns) if not idle.get(name)]
    rows = [
        (r.source, r.day, r.state, r.declared, r.parsed, len(r.rejected), r.other_days, r.new,
         r.merged, f"{r.seconds:.2f}")
        for r in reports
    ]  # fmt: skip
    output.table(
        "Sources",
        [columns[place] for place in shown],
        [[row[place] for place in shown] for row in rows],
        err=err,
    )
    say = output.print_note if err else output.print_result
    for report in reports:
        if report.reason:
            say(f"{report.source}, {report.day}: {report.reason}")


@app.command("list", epilog="Example: [bold]digest papers list --day 2026-02-02 --json[/bold]")
def list_papers(ctx: typer.Context, day: Day = None, *, json: Json = False) -> None:
    """List the papers of a day, or all of them."""
    found = output.open_app(ctx).papers.papers(parse_day(day))
    if json:
        output.print_json([serializers.paper(paper) for paper in found])
        return
    output.table(
        "Papers",
        ("day", "id", "votes#", "comments#", "title"),
        [(p.day, p.id, p.signals.upvotes, p.signals.comments, p.title) for p in found],
    )


@app.command(epilog="Example: [bold]digest papers show arXiv:2601.23265[/bold]")
def show(
    ctx: typer.Context,
    paper_id: Annotated[str, typer.Argument(metavar="ID", help="An arXiv id, DOI or our own id.")],
    *,
    json: Json = False,
) -> None:
    """Show one paper with everything known about it."""
    from digest.errors import NotFoundError
    from digest.models.identity import canonical_id

    opened = output.open_app(ctx)
    canonical = canonical_id(paper_id, "")
    paper = opened.papers.paper(canonical)
    if paper is None:
        raise NotFoundError(f"there is no paper {paper_id}; `digest papers list` shows all")
    history = opened.papers.observations(canonical)
    origins = opened.papers.origins(canonical)
    announced = opened.papers.announcements(canonical)
    if json:
        output.print_json(serializers.known(paper, origins, announced, history))
        return
    output.table("Paper", ("field", "value", "from"), _facts(paper, origins))
    said_by = f" ({origins['abstract'].source})" if "abstract" in origins else ""
    output.print_result(f"\nAbstract{said_by}: {paper.abstract or 'none'}\n")
    if announced:
        output.table(
            "Announced",
            ("day", "category", "as", "version#"),
            [(one.day, one.category, one.type, one.version) for one in announced],
        )
        output.print_result("")
    output.table(
        "Signals",
        ("observed at", "source", "votes#", "comments#", "stars#", "citations#"),
        [
            (serializers.moment(one.at), one.source, one.signals.upvotes, one.signals.comments,
             one.signals.stars, one.signals.citations)
            for one in history
        ],
    )  # fmt: skip


def _facts(paper: Paper, origins: Mapping[str, Origin]) -> list[tuple[str, object, str]]:
    """List what is known of a paper, and from whom; what nobody said is left out."""
    shape = serializers.paper(paper)
    values = {
        **shape,
        "authors": ", ".join(paper.authors),
        "categories": ", ".join(paper.categories),
        "sources": ", ".join(paper.sources),
        **{f"links.{name}": url for name, url in shape["links"].items()},
    }
    apart = ("abstract", "signals", "observed_at", "links")
    return [
        (name, value, origins[name].source if name in origins else "")
        for name, value in values.items()
        if name not in apart and value not in (None, "")
    ]
