"""`digest status`: what happened on a day, and to whom."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.app import serializers
from digest.app.clock import newest_day, newest_day_anywhere, now
from digest.cli import output
from digest.cli.came_back import of_mail
from digest.cli.day_account import DayAccount
from digest.cli.day_screen import print_screen
from digest.cli.options import Day, Json, day_of_run, parse_day
from digest.cli.reasons import READERS
from digest.cli.tables import print_table
from digest.models.delivery import DeliveryState
from digest.text.wording import join_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from digest.app.services import App
    from digest.storage.bounces import Bounce
    from digest.storage.fetches import FetchRecord
    from digest.storage.history import DeliveryRecord

#: Readers whose mails are in memory together when they are listed.
_AT_ONCE = 500


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest status --day 2026-02-02 --state deferred[/bold]")(
        status
    )


def status(
    ctx: typer.Context,
    day: Day = None,
    state: Annotated[
        list[DeliveryState] | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help="List the readers whose mail is in this state, such as deferred; repeat.",
        ),
    ] = None,
    *,
    everybody: Annotated[
        bool, typer.Option("--all", help="List every reader; else more than 20 are counted.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what happened on a day: the sources, and who got what or why not."""
    app = output.open_app(ctx, only_reads=True)
    newest = app.history.newest_day(until=newest_day_anywhere())
    chosen = parse_day(day) or newest or day_of_run(app)
    account = _account(app, chosen)
    if json:
        output.print_json(_shape(app, account, state or ()))
    elif account.totals.pruned_at or not _is_crowd(account) or state or everybody:
        _print_in_full(app, account, state or ())
    else:
        print_screen(account)


def _account(app: App, day: date) -> DayAccount:
    """Gather what is known of a day; no reader's mail is read for it."""
    # Imported here, since the command line is read without it.
    from digest.app import meaning
    from digest.app.inbound.standing import inbound_status
    from digest.storage.engine import keep_few_pages

    keep_few_pages(app.engine)
    totals, groups = app.history.summary(day)
    is_deferred = bool(totals.states[DeliveryState.DEFERRED])
    listed = _lists_of(app, day)
    return DayAccount(
        day=day,
        lists_of=listed,
        semantic=meaning.state(app),
        sources=app.fetch_log.on(listed),
        overdue=app.backlog.overdue(listed, app.sources, now=now()),
        totals=totals,
        groups=groups,
        not_planned=app.history.not_planned(day, rows=totals.states.total()),
        next_due=app.history.next_due(day) if is_deferred else None,
        came_back=app.bounces.of_day(day),
        mail_in=inbound_status(app),
        asks=app.config.delivery.on_unknown == "ask",
    )


def _lists_of(app: App, day: date) -> date:
    """Return the day whose lists a day's mails are made from."""
    if day <= newest_day(app.config.schedule.timezone):
        return day
    from digest.app.due import lists_day  # with all of a run, which few days need

    return lists_day(app, day, at=now())


def _is_crowd(account: DayAccount) -> bool:
    return account.totals.states.total() > READERS


def _shape(app: App, account: DayAccount, states: Sequence[DeliveryState]) -> dict[str, Any]:
    """Return the day as JSON has it; its readers are read as they are printed."""
    from digest.storage.reasons import stop_reasons

    return {
        "day": account.day.isoformat(),
        "papers": app.papers.count(account.lists_of),
        "sentence_vectors": account.semantic,
        "sources": [serializers.fetch_record(record) for record in account.sources],
        "owed": serializers.overdue_days(account.overdue),
        **serializers.day_totals(account.totals),
        "not_planned": account.not_planned,
        "stopped": [group.reason for group in stop_reasons(account.groups)],
        "reasons": [serializers.reason_group(group) for group in account.groups],
        "came_back": account.came_back,
        "inbound": serializers.plain(account.mail_in),
        "people": (
            serializers.delivery(record, came_back)
            for record, came_back in _mails(app, account.day, states)
        ),
    }


def _mails(
    app: App, day: date, states: Sequence[DeliveryState]
) -> Iterator[tuple[DeliveryRecord, Sequence[Bounce]]]:
    """Yield the mails of a day with what came back of each, a few hundred in memory at a time."""
    records = app.history.each(day=day, states=states)
    while some := list(islice(records, _AT_ONCE)):
        came_back = app.bounces.of_readers(day, [record.subscriber_id for record in some])
        for record in some:
            yield record, came_back.get(record.subscriber_id, ())


def _print_in_full(app: App, account: DayAccount, states: Sequence[DeliveryState]) -> None:
    """Print a day with its readers, each by name."""
    day, totals = account.day, account.totals
    for line in account.trouble():
        output.print_result(f"{day}: {line}")
    if _print_sources(f"Sources for {account.lists_of}", account.sources):
        output.print_prose(f"sentence vectors: {account.semantic}")
    else:
        output.print_result(account.unread())
    for name, earlier in account.overdue:
        output.print_result(f"{name} could not be read for {earlier} yet")
    output.print_result("")
    if totals.pruned_at:
        output.print_prose(
            f"pruned on {totals.pruned_at:%Y-%m-%d}: only the sum is kept, nobody by name"
        )
    elif not _print_readers(f"Deliveries for {day}", _mails(app, day, states)):
        output.print_prose(_nobody(account, states))
    output.print_result("")
    for line in account.endings():
        output.print_prose(line)


def _nobody(account: DayAccount, states: Sequence[DeliveryState]) -> str:
    """Say why no reader is listed, and what to do about it."""
    totals = account.totals
    if totals.planned or totals.states:
        which = join_choices(states) if states else "known any more"
        return f"no mail of {totals.day} is {which}"
    if account.not_planned and account.is_ahead:
        return "nobody has a mail yet: the day has begun for some readers at most"
    if account.not_planned:
        return f"nobody has a mail yet: `digest run --day {totals.day}` sends them"
    return "nobody is subscribed and confirmed yet: `digest subscribers add EMAIL --confirmed`"


def _print_sources(title: str, fetched: Sequence[FetchRecord]) -> bool:
    has_any = print_table(
        title,
        (
            "source~", "state", "fetched at", "declared#", "parsed#", "rejected#", "new#",
            "merged#", "reason~",
        ),
        [
            (f.source, f.state, serializers.moment(f.at), f.declared, f.parsed, f.rejected, f.new,
             f.merged, f.reason)
            for f in fetched
        ],
    )  # fmt: skip
    for record in fetched:
        for warning in record.warnings:
            output.print_result(f"{record.source}: warning: {warning}")
    return has_any


def _print_readers(title: str, mails: Iterable[tuple[DeliveryRecord, Sequence[Bounce]]]) -> bool:
    return print_table(
        title,
        ("address", "state", "papers#", "settled at", "tried#", "subject or reason~"),
        (
            (
                record.address,
                record.state,
                record.papers,
                serializers.moment(record.settled_at),
                record.attempts,
                of_mail(came_back) or _about(record),
            )
            for record, came_back in mails
        ),
    )


def _about(record: DeliveryRecord) -> str | None:
    """Return the reason for a delivery's state, or the subject of a message that left."""
    again = f" (again at {serializers.moment(record.next_at)})" if record.next_at else ""
    return f"{record.reason}{again}" if record.reason else record.subject
