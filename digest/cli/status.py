"""`digest status`: what happened on a day, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.app.services import now
from digest.cli import output
from digest.cli.papers import Day, Json, parse_day
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from digest.storage.history import DayTotals, DeliveryRecord


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
        typer.Option("--state", help="Only the people whose mail stands so; repeat."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Say what happened on a day: sources, and who got what or why not."""
    opened = output.open_app(ctx)
    chosen = parse_day(day) or opened.history.newest_day() or opened.today()
    fetched = opened.fetch_log.on(chosen)
    debts = opened.backlog.overdue(chosen, opened.sources, now=now())
    balance = opened.history.day_totals(chosen)
    waiting = opened.history.not_planned(chosen)
    entries = opened.history.records(day=chosen, states=state or ())
    if json:
        output.print_json(
            {
                "day": chosen.isoformat(),
                "papers": len(opened.papers.papers(chosen)),
                "sources": [serializers.fetch_record(found) for found in fetched],
                "owed": [{"source": name, "day": day.isoformat()} for name, day in debts],
                **serializers.day_totals(balance),
                "not_planned": waiting,
                "people": [serializers.delivery(entry) for entry in entries],
            }
        )
        return
    output.table(
        f"Sources for {chosen}",
        (
            "source", "state", "fetched at", "declared#", "parsed#", "rejected#", "new#", "merged#",
            "reason",
        ),
        [
            (f.source, f.state, serializers.moment(f.at), f.declared, f.parsed, f.rejected, f.new,
             f.merged, f.reason)
            for f in fetched
        ],
    )  # fmt: skip
    for name, earlier in debts:
        output.print_result(f"{name} could not be read for {earlier} yet")
    output.print_result("")
    output.table(
        f"Deliveries for {chosen}",
        ("address", "state", "papers#", "settled at", "tried#", "subject or reason"),
        [
            (e.address, e.state, e.papers, serializers.moment(e.settled_at), e.attempts, _about(e))
            for e in entries
        ],
    )
    output.print_result(f"\n{chosen}: {_sum(balance, waiting)}")
    doubtful = balance.states[DeliveryState.UNKNOWN]
    if doubtful and opened.delivery_services.policy.asks:
        output.print_result(
            f"{doubtful} may or may not have arrived:"
            f" `digest retry --day {chosen} --state unknown` sends them again"
        )


def _about(entry: DeliveryRecord) -> str | None:
    again = f" (again at {serializers.moment(entry.next_at)})" if entry.next_at else ""
    return f"{entry.reason}{again}" if entry.reason else entry.subject


def _sum(balance: DayTotals, waiting: int) -> str:
    """Write the day's account as a sum: planned = sent + deferred + …."""
    if not balance.planned and not balance.states:
        return f"no deliveries; {waiting} not planned yet" if waiting else "no deliveries"
    states = " + ".join(f"{number} {state}" for state, number in balance.states.items())
    parts = [f"{balance.planned} planned = {states or '0'}"]
    if not balance.adds_up:
        parts.append("this does not add up")
    if waiting:
        parts.append(f"{waiting} not planned yet")
    parts.append("closed" if balance.closed_at else "open")
    return "; ".join(parts)
