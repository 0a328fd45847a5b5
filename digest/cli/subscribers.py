"""`digest subscribers`: the operator's door to the address book."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import screen, shapes
from digest.cli.papers import Json

if TYPE_CHECKING:
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
    from digest.app import default_topics, find_topic

    opened = screen.open_app(ctx)
    found = opened.book.find(email)
    kept = list(found.topics) if found and not topic else []
    wanted = kept or [
        find_topic(slug, opened.topics).slug for slug in topic or default_topics(opened.topics)
    ]
    reader = opened.book.add(email, wanted, confirmed=confirmed, evidence=_evidence())
    if json:
        screen.as_json(shapes.subscriber(reader))
        return
    screen.answer(f"{reader.address}: {reader.status}, {', '.join(reader.topics)}")
    if reader.status != "confirmed":
        screen.note("no mail is sent before the reader is confirmed; --confirmed vouches for it")


@app.command("list", epilog="Example: [bold]digest subscribers list --json[/bold]")
def list_subscribers(ctx: typer.Context, *, json: Json = False) -> None:
    """List everybody who ever signed up."""
    readers = screen.open_app(ctx).book.all()
    if json:
        screen.as_json([shapes.subscriber(reader) for reader in readers])
        return
    screen.table(
        "Subscribers",
        ("address", "status", "topics", "since"),
        [(r.address, r.status, ", ".join(r.topics), f"{r.since:%Y-%m-%d}") for r in readers],
    )


@app.command(epilog="Example: [bold]digest subscribers show ada@example.org[/bold]")
def show(ctx: typer.Context, email: Email, *, json: Json = False) -> None:
    """Show one reader: consent, and every issue with its papers and their reasons."""
    opened = screen.open_app(ctx)
    reader = known(opened.book.find(email), email)
    steps = opened.book.history(reader.id)
    entries = opened.ledger.entries(subscriber_id=reader.id)
    if json:
        issues = [
            {**shapes.entry(e), "contents": [shapes.shown(s) for s in opened.ledger.contents(e.id)]}
            for e in entries
        ]
        screen.as_json(
            {
                **shapes.subscriber(reader),
                "consent": [shapes.step(s) for s in steps],
                "issues": issues,
            }
        )
        return
    screen.answer(f"{reader.address}: {reader.status}, {', '.join(reader.topics) or 'no topics'}")
    screen.table(
        "Consent",
        ("at", "event", "then", "door", "by"),
        [
            (shapes.moment(s.evidence.at), s.event, s.status, s.evidence.door, s.evidence.note)
            for s in steps
        ],
    )
    for entry in entries:
        screen.answer(f"\n{entry.day} {entry.state}: {entry.subject or entry.reason}")
        for shown in opened.ledger.contents(entry.id):
            screen.answer(f"  {shown.paper_id:18} {shown.title}")
            screen.answer(f"  {'':18} {shown.topic}: {'; '.join(shown.reasons)}")


@app.command(epilog="Example: [bold]digest subscribers remove ada@example.org[/bold]")
def remove(ctx: typer.Context, email: Email) -> None:
    """Let a reader go. They stay in the book as left, so that nothing writes to them again."""
    opened = screen.open_app(ctx)
    reader = known(opened.book.leave(email, evidence=_evidence()), email)
    screen.answer(f"{reader.address}: {reader.status}")


def known(reader: Subscriber | None, email: str) -> Subscriber:
    """Return the reader.

    Raises:
        NotFoundError: there is none.

    """
    from digest.errors import NotFoundError

    if reader is None:
        raise NotFoundError(f"{email} has never subscribed")
    return reader


def _evidence() -> Evidence:
    from digest.app import now
    from subscribers.book import Evidence

    try:
        operator = getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in some containers
        operator = "operator"
    return Evidence(at=now(), door="cli", note=operator)
