"""`digest subscribers`: the operator's door to the address book."""

from __future__ import annotations

import getpass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.cli import output
from digest.cli.papers import Json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.app.services import App
    from subscribers.book import Evidence
    from subscribers.models import Subscriber


app = typer.Typer(
    help="Look at and change who reads.",
    no_args_is_help=True,
    epilog="Example: [bold]digest subscribers list[/bold]",
)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The reader's address.")]


@app.command(
    epilog="Example: [bold]digest subscribers add ada@example.org --topic agents --topic reasoning"
    " --confirmed[/bold]"
)
def add(
    ctx: typer.Context,
    email: Email,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "--topic",
            metavar="SLUG",
            help="A topic, best liked first; repeat. Unless given: those they have, else trending.",
        ),
    ] = None,
    *,
    confirmed: Annotated[
        bool,
        typer.Option(
            "--confirmed", help="You vouch that the reader wants this; recorded with your name."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Add a reader, or change the topics of one. Only confirmed readers get mail."""
    from digest.app.services import default_topics, find_topic
    from digest.errors import NotFoundError

    opened = output.open_app(ctx)
    found = opened.book.find(email)
    kept = list(found.topics) if found and not topic else []
    wanted = kept or [
        find_topic(slug, opened.topics).slug for slug in topic or default_topics(opened.topics)
    ]
    found = opened.book.add(email, wanted, confirmed=confirmed, evidence=_evidence())
    if found is None:
        raise NotFoundError(f"{email} asked to be erased and never to be written to again")
    reader = found
    _ask_to_confirm(opened, [reader])
    if json:
        output.print_json(serializers.subscriber(reader))
        return
    output.print_result(f"{reader.address}: {reader.status}, {', '.join(reader.topics)}")
    if reader.status == "pending":
        output.print_note("the next run asks them to confirm; --confirmed vouches for it instead")


@app.command("list", epilog="Example: [bold]digest subscribers list --json[/bold]")
def list_subscribers(ctx: typer.Context, *, json: Json = False) -> None:
    """List everybody who ever signed up."""
    readers = output.open_app(ctx).book.all()
    if json:
        output.print_json([serializers.subscriber(reader) for reader in readers])
        return
    output.table(
        "Subscribers",
        ("address", "status", "topics", "since"),
        [(r.address, r.status, ", ".join(r.topics), f"{r.since:%Y-%m-%d}") for r in readers],
    )


@app.command(epilog="Example: [bold]digest subscribers show ada@example.org[/bold]")
def show(ctx: typer.Context, email: Email, *, json: Json = False) -> None:
    """Show one reader: consent, and every issue with its papers and their reasons."""
    opened = output.open_app(ctx)
    reader = known(opened.book.find(email), email)
    steps = opened.book.history(reader.id)
    entries = opened.history.records(subscriber_id=reader.id)
    if json:
        output.print_json(
            {
                **serializers.subscriber(reader),
                "consent": [serializers.consent_step(s) for s in steps],
                "issues": serializers.issues_of(opened.history, reader.id),
            }
        )
        return
    output.print_result(
        f"{reader.address}: {reader.status}, {', '.join(reader.topics) or 'no topics'}"
    )
    output.table(
        "Consent",
        ("at", "event", "then", "door", "network", "by"),
        [
            (
                serializers.moment(s.evidence.at),
                s.event,
                s.status,
                s.evidence.channel,
                s.evidence.network,
                s.evidence.note,
            )
            for s in steps
        ],
    )
    for entry in entries:
        output.print_result(f"\n{entry.day} {entry.state}: {entry.subject or entry.reason}")
        for shown in opened.history.contents(entry):
            output.print_result(f"  {shown.paper_id:18} {shown.title}")
            output.print_result(f"  {'':18} {shown.topic}: {'; '.join(shown.reasons)}")


@app.command(epilog="Example: [bold]digest subscribers remove ada@example.org[/bold]")
def remove(ctx: typer.Context, email: Email) -> None:
    """Let a reader go. They stay in the book as left, so that nothing writes to them again."""
    from subscribers.models import Event

    opened = output.open_app(ctx)
    reader = known(opened.book.find(email), email)
    left = known(opened.book.record(reader.id, Event.LEAVE, evidence=_evidence()), email)
    output.print_result(f"{left.address}: {left.status}")


@app.command(
    "import",
    epilog="Example: [bold]digest subscribers import readers.csv --dry-run[/bold]",
)
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV with a column `address`, and maybe `topics`."),
    ],
    *,
    confirmed: Annotated[
        bool,
        typer.Option("--confirmed", help="You vouch that all of them want this; recorded."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of each line.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring readers in from a list. Nobody comes back who left, is suppressed or was erased."""
    from digest.app.services import default_topics
    from digest.errors import ConfigError
    from digest.text.clean import decode
    from subscribers import csv_import

    try:
        text = decode(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from error
    opened = output.open_app(ctx)
    slugs = [topic.slug for topic in opened.topics]
    lines = csv_import.plan(text, opened.book, known_topics=slugs, confirmed=confirmed)
    if not dry_run:
        changed = csv_import.apply(
            lines,
            opened.book,
            default_topics=default_topics(opened.topics),
            confirmed=confirmed,
            evidence=_evidence(),
        )
        _ask_to_confirm(opened, changed)
    if json:
        output.print_json([serializers.import_row(line) for line in lines])
    else:
        output.table(
            "What would become of each line" if dry_run else "What became of each line",
            ("line#", "address", "fate", "why"),
            [(line.number, line.address, line.action, line.reason) for line in lines],
        )
    if any(line.action is csv_import.ImportAction.REJECT for line in lines):
        raise typer.Exit(1)


@app.command(
    epilog="Example: [bold]digest subscribers export ada@example.org[/bold],"
    " or without an address all readers as CSV"
)
def export(
    ctx: typer.Context,
    email: Annotated[
        str | None,
        typer.Argument(metavar="[EMAIL]", help="One reader: all that is known, as JSON."),
    ] = None,
) -> None:
    """Print all that is known of one reader as JSON, or the list of all as CSV."""
    from subscribers import csv_import, privacy

    opened = output.open_app(ctx)
    if email is None:
        typer.echo(csv_import.export(opened.book.all()), nl=False)
        return
    reader = known(opened.book.find(email), email)
    output.print_json(
        privacy.export(
            reader,
            opened.book,
            issues=partial(serializers.issues_of, opened.history),
            transactional=partial(serializers.transactional_of, opened.transactional_queue),
        )
    )


@app.command(epilog="Example: [bold]digest subscribers erase ada@example.org[/bold]")
def erase(ctx: typer.Context, email: Email) -> None:
    """Forget a reader. A keyed hash stays, so that an import cannot bring the address back."""
    from subscribers import privacy

    opened = output.open_app(ctx)
    reader = known(opened.book.find(email), email)
    privacy.erase(reader, opened.book, forget=opened.ledger.forget, evidence=_evidence())
    output.print_result(f"{reader.address}: erased")


def known(reader: Subscriber | None, email: str) -> Subscriber:
    """Return the reader.

    Raises:
        NotFoundError: there is none.

    """
    from digest.errors import NotFoundError

    if reader is None:
        raise NotFoundError(f"{email} has never subscribed")
    return reader


def _ask_to_confirm(opened: App, readers: Iterable[Subscriber]) -> None:
    """Queue the letter that asks for consent, for those whose is missing."""
    from digest.app.services import now
    from digest.models.delivery import MailKind

    for reader in readers:
        if reader.status == "pending":
            opened.transactional_queue.enqueue(reader.id, MailKind.CONFIRM, now=now())


def _evidence() -> Evidence:
    from digest.app.services import now
    from subscribers.book import Evidence

    try:
        operator = getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in some containers
        operator = "operator"
    return Evidence(at=now(), channel="cli", note=operator)
