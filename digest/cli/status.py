"""`digest status`: what happened on a day, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.app.clock import newest_day, now
from digest.cli import output
from digest.cli.options import Day, Json, day_of_run, parse_day
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
        typer.Option("--state", help="Only the people whose mail is in this state; repeat."),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show what happened on a day: the sources, and who got what or why not."""
    app = output.open_app(ctx)
    until = newest_day(app.config.schedule.timezone)
    chosen = parse_day(day) or app.history.newest_day(until=until) or day_of_run(app)
    fetched = app.fetch_log.on(chosen)
    overdue = app.backlog.overdue(chosen, app.sources, now=now())
    totals = app.history.day_totals(chosen)
    not_planned = app.history.not_planned(chosen)
    records = app.history.records(day=chosen, states=state or ())
    if json:
        output.print_json(
            {
                "day": chosen.isoformat(),
                "papers": len(app.papers.papers(chosen)),
                "sources": [serializers.fetch_record(record) for record in fetched],
                "owed": serializers.overdue_days(overdue),
                **serializers.day_totals(totals),
                "not_planned": not_planned,
                "people": [serializers.delivery(record) for record in records],
            }
        )
        return
    output.print_table(
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
    for record in fetched:
        for warning in record.warnings:
            output.print_result(f"{record.source}: warning: {warning}")
    for name, earlier in overdue:
        output.print_result(f"{name} could not be read for {earlier} yet")
    output.print_result("")
    output.print_table(
        f"Deliveries for {chosen}",
        ("address", "state", "papers#", "settled at", "tried#", "subject or reason"),
        [
            (r.address, r.state, r.papers, serializers.moment(r.settled_at), r.attempts, _about(r))
            for r in records
        ],
    )
    output.print_result(f"\n{chosen}: {_sum(totals, not_planned)}")
    doubtful = totals.states[DeliveryState.UNKNOWN]
    if doubtful and app.delivery_services.policy.asks:
        output.print_result(
            f"{doubtful} may or may not have arrived:"
            f" `digest retry --day {chosen} --state unknown` sends them again"
        )


def _about(record: DeliveryRecord) -> str | None:
    """Return the reason for a delivery's state, or the subject of a message that left."""
    again = f" (again at {serializers.moment(record.next_at)})" if record.next_at else ""
    return f"{record.reason}{again}" if record.reason else record.subject


def _sum(totals: DayTotals, not_planned: int) -> str:
    """Write the day's totals as a sum: planned = sent + deferred + …."""
    if not totals.planned and not totals.states:
        return f"no deliveries; {not_planned} not planned yet" if not_planned else "no deliveries"
    states = " + ".join(f"{number} {state}" for state, number in totals.states.items())
    parts = [f"{totals.planned} planned = {states or '0'}"]
    if not totals.adds_up:
        parts.append("this does not add up")
    if not_planned:
        # A closed day plans nobody more, unless somebody names it again.
        parts.append(f"{not_planned} not planned{'' if totals.closed_at else ' yet'}")
    parts.append("closed" if totals.closed_at else "open")
    return "; ".join(parts)
