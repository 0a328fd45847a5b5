"""`digest subscribers`: the operator's commands for the address book."""

from __future__ import annotations

import getpass
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.app.inbound import serializers as inbound_serializers
from digest.cli import choice_tables, choices, output, seed
from digest.cli.came_back import of_mail
from digest.cli.options import Email, Json, find_subscriber
from digest.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.services import App
    from subscribers.book import Evidence
    from subscribers.import_rules import ImportRow
    from subscribers.models import Subscriber


#: The most mails from or about a reader that are shown, the newest.
MESSAGES = 20

commands = typer.Typer(
    help="Look at and change who reads.",
    no_args_is_help=True,
    epilog="Example: [bold]digest subscribers list[/bold]",
)

choices.register(commands)
seed.register(commands)


@commands.command(
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
    from digest.app.config.topics import default_topics, find_topic
    from subscribers.errors import ConsentError

    app = output.open_app(ctx)
    known = app.book.find(email)
    kept = list(known.topics) if known and not topic else []
    wanted = kept or [
        find_topic(slug, app.topics).slug for slug in topic or default_topics(app.topics)
    ]
    if known and known.status == "suppressed":
        raise ConsentError(
            f"{email} is suppressed: the address refuses mail, or its owner said never again;"
            " nothing changes this"
        )
    try:
        subscriber = app.book.add(email, wanted, confirmed=confirmed, evidence=_evidence())
    except ConsentError as error:
        raise ConsentError(
            f"{error}; only they can change that: by a sign-up on the website, or by the mail that"
            f" `digest subscribers add {email}` without --confirmed sends them"
        ) from error
    if subscriber is None:
        raise ConsentError(f"{email} asked never to be written to again; nothing changes this")
    _ask_to_confirm(app, subscriber)
    if json:
        output.print_json(serializers.subscriber(subscriber))
        return
    output.Report().line(
        f"{subscriber.address}: {subscriber.status}, {', '.join(subscriber.topics)}"
    )
    if subscriber.status == "pending":
        output.print_note("the next run asks them to confirm; --confirmed vouches for it instead")


@commands.command("list", epilog="Example: [bold]digest subscribers list --json[/bold]")
def list_subscribers(ctx: typer.Context, *, json: Json = False) -> None:
    """List everybody who ever signed up."""
    subscribers = output.open_app(ctx, only_reads=True).book.each()
    if json:
        output.print_json(map(serializers.subscriber, subscribers))
        return
    has_any = print_table(
        "Subscribers",
        ("address", "status", "topics~", "often", "since"),
        (
            (
                one.address,
                one.status,
                ", ".join(one.topics),
                one.preferences.frequency,
                f"{one.since:%Y-%m-%d}",
            )
            for one in subscribers
        ),
    )
    if not has_any:
        output.print_note("nobody has subscribed yet: `digest subscribers add EMAIL` adds a reader")


@commands.command(epilog="Example: [bold]digest subscribers show ada@example.org[/bold]")
def show(ctx: typer.Context, email: Email, *, json: Json = False) -> None:
    """Show one reader: consent, choices, likes, and every issue with its papers and reasons."""
    from digest.text import bounds
    from digest.text.bounds import bounded

    app = output.open_app(ctx, only_reads=True)
    subscriber = find_subscriber(app, email)
    consent = app.book.history(subscriber.id)
    mails = app.arrivals.newest(most=MESSAGES, subscriber_id=subscriber.id)
    if json:
        output.print_json(
            {
                **serializers.subscriber(subscriber),
                "consent": [serializers.consent_step(step) for step in consent],
                **serializers.feedback_of(app, subscriber.id),
                "inbound": [inbound_serializers.arrival(one) for one in mails],
                "issues": serializers.issues_of(app.subscriber_history, app.bounces, subscriber.id),
            }
        )
        return
    output.print_result(
        f"{subscriber.address}: {subscriber.status}, {', '.join(subscriber.topics) or 'no topics'}"
    )
    print_table(
        "Consent",
        ("at", "event", "then", "door", "network", "by~"),
        [
            (
                serializers.moment(s.evidence.at),
                s.event,
                s.status,
                s.evidence.channel,
                s.evidence.network,
                s.evidence.note,
            )
            for s in consent
        ],
    )
    print_table("Choices", ("what", "value~"), choice_tables.choices(app, subscriber))
    choice_tables.print_feedback(app, subscriber)
    print_table(
        "Mail from or about them",
        ("at", "kind", "done~"),
        [(serializers.moment(one.arrival.received_at), one.kind, one.result) for one in mails],
    )
    came_back = app.bounces.for_subscriber(subscriber.id)
    for issue in app.subscriber_history.issues(subscriber.id):
        record = issue.record
        output.print_result(f"\n{record.day} {record.state}: {record.subject or record.reason}")
        if said := of_mail([one for one in came_back if one.day == record.day]):
            output.print_result(f"  {said}")
        for sent in issue.papers:
            output.print_result(f"  {sent.paper_id:18} {bounded(sent.title, bounds.TITLE)}")
            reasons = bounded("; ".join(serializers.sent_reasons(sent)), bounds.REASONS)
            if why := ": ".join(filter(None, (sent.topic, reasons))):
                output.print_result(f"  {'':18} {why}")


@commands.command(epilog="Example: [bold]digest subscribers remove ada@example.org[/bold]")
def remove(ctx: typer.Context, email: Email) -> None:
    """Unsubscribe a reader. They stay in the book as left, so that nothing adds them again."""
    from digest.errors import NotFoundError
    from subscribers.models import Event

    app = output.open_app(ctx)
    subscriber = find_subscriber(app, email)
    left = app.book.record(subscriber.id, Event.LEAVE, evidence=_evidence())
    if left is None:  # erased in the meantime
        raise NotFoundError(f"{email} has never subscribed")
    output.Report().line(f"{left.address}: {left.status}")


@commands.command(
    "import",
    epilog="Example: [bold]digest subscribers import readers.csv --dry-run[/bold]",
)
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV with a column of addresses, - for standard input; see docs/operating.md.",
        ),
    ],
    *,
    confirmed: Annotated[
        bool,
        typer.Option(
            "--confirmed", help="You vouch that all who do not say no want this; recorded."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what an import would do with each line.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="List every line; more than a screen are counted.")
    ] = False,
    json: Json = False,
) -> None:
    """Add readers from a list of Digest or another system. A no counts, there and here."""
    from digest.cli.import_report import report_lines
    from digest.delivery.process import gc_paused
    from digest.errors import ConfigError
    from subscribers import csv_import, csv_table
    from subscribers.import_rules import ImportAction

    ctx.with_resource(gc_paused())  # all rows live until the end
    is_input = str(file) == "-"
    try:
        octets = sys.stdin.buffer.read() if is_input else file.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from error
    text, encoding = csv_table.decode(octets)
    remarks = [encoding, csv_table.title_remark(text)]
    app = output.open_app(ctx)
    slugs = [topic.slug for topic in app.topics]
    rows = csv_import.plan(
        text,
        app.book,
        known_topics=slugs,
        confirmed=confirmed,
        file_name="" if is_input else file.name,
        track=partial(output.with_progress, label="Reading"),
    )
    if not dry_run:
        _carry_out(app, rows)
    has_rejected = any(row.action is ImportAction.REJECT for row in rows)
    if json:
        output.print_json(map(serializers.import_row, rows))
    else:
        shown = output.Report(is_complete=not has_rejected)
        title = "What would become of each line" if dry_run else "What became of each line"
        report_lines(title, rows, shown, everything=everything)
    for remark in filter(None, remarks):
        output.print_note(f"{'standard input' if is_input else file}: {remark}")
    if has_rejected:
        raise typer.Exit(1)


def _carry_out(app: App, rows: Sequence[ImportRow]) -> None:
    """Carry out the plan of an import, and queue the letters that are due or were never queued."""
    from digest.app import clock
    from digest.app.config.topics import default_topics
    from digest.models.delivery import MailKind
    from subscribers import csv_import
    from subscribers.errors import StoppedError

    now, queue = clock.now(), app.transactional_queue
    try:
        csv_import.apply(
            rows,
            app.book,
            default_topics=default_topics(app.topics),
            evidence=_evidence(),
            ask=partial(queue.enqueue_in, kind=MailKind.CONFIRM, now=now),
            track=partial(output.with_progress, label="Importing"),
        )
    except StoppedError as error:
        output.print_failure(str(error))
        raise typer.Exit(130) from error
    waiting = [row.pending_id for row in rows if row.pending_id is not None]
    queue.enqueue_all(waiting, MailKind.CONFIRM, now=now, missing=True)


@commands.command(
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
    from subscribers import csv_export, privacy

    app = output.open_app(ctx, only_reads=True)
    if email is None:
        readers, times = app.book.all(), app.book.consent_times()
        output.print_file(csv_export.export(readers, times).encode())
        return
    subscriber = find_subscriber(app, email)
    output.print_json(
        privacy.export(
            subscriber,
            app.book,
            issues=partial(serializers.issues_of, app.subscriber_history, app.bounces),
            transactional=partial(serializers.transactional_of, app.transactional_queue),
            inbound=partial(inbound_serializers.arrivals_of, app.arrivals),
            feedback=partial(serializers.feedback_of, app),
        )
    )


@commands.command(epilog="Example: [bold]digest subscribers erase ada@example.org[/bold]")
def erase(ctx: typer.Context, email: Email) -> None:
    """Erase a reader. A keyed hash stays, so that an import cannot add the address again."""
    from subscribers import privacy

    app = output.open_app(ctx)
    subscriber = find_subscriber(app, email)
    privacy.erase(subscriber, app.book, forget=app.ledger.forget, evidence=_evidence())
    output.Report().line(f"{subscriber.address}: erased")


def _ask_to_confirm(app: App, subscriber: Subscriber) -> None:
    """Queue the message that asks a pending reader for consent."""
    from digest.app import clock
    from digest.models.delivery import MailKind

    if subscriber.status == "pending":
        app.transactional_queue.enqueue(subscriber.id, MailKind.CONFIRM, now=clock.now())


def _evidence() -> Evidence:
    """Return the evidence of a change that the operator makes now: who they are on this system."""
    from digest.app import clock
    from subscribers.book import Evidence

    try:
        operator = getpass.getuser()
    except (KeyError, OSError):  # no name for this user id, as in some containers
        operator = "operator"
    return Evidence(at=clock.now(), channel="cli", note=operator)
