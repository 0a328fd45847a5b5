"""`digest status`: what happened on a day, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.app.clock import newest_day, now
from digest.cli import output
from digest.cli.came_back import in_sum, inbound_lines, of_mail
from digest.cli.options import Day, Json, day_of_run, parse_day
from digest.cli.reasons import READERS, print_reasons
from digest.cli.tables import print_table
from digest.models.delivery import DeliveryState
from digest.storage.reasons import stop_reasons
from digest.text.wording import join_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from digest.app.inbound.standing import InboundStatus
    from digest.storage.bounces import Bounce
    from digest.storage.fetches import FetchRecord
    from digest.storage.history import DayTotals, DeliveryRecord
    from digest.storage.reasons import ReasonGroup


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
    # Imported here, since the command line is read without it.
    from digest.app import meaning
    from digest.app.inbound.standing import inbound_status

    app = output.open_app(ctx, only_reads=True)
    until = newest_day(app.config.schedule.timezone)
    chosen = parse_day(day) or app.history.newest_day(until=until) or day_of_run(app)
    semantic = meaning.state(app)
    fetched = app.fetch_log.on(chosen)
    overdue = app.backlog.overdue(chosen, app.sources, now=now())
    totals, groups = app.history.summary(chosen)
    stops = stop_reasons(groups)
    not_planned = app.history.not_planned(chosen)
    records = app.history.each(day=chosen, states=state or ())
    came_back = app.bounces.by_reader(chosen)
    mail_in = inbound_status(app)
    if json:
        output.print_json(
            {
                "day": chosen.isoformat(),
                "papers": app.papers.count(chosen),
                "sentence_vectors": semantic,
                "sources": [serializers.fetch_record(record) for record in fetched],
                "owed": serializers.overdue_days(overdue),
                **serializers.day_totals(totals),
                "not_planned": not_planned,
                "stopped": [group.reason for group in stops],
                "reasons": [serializers.reason_group(group) for group in groups],
                "came_back": app.bounces.of_day(chosen),
                "inbound": serializers.plain(mail_in),
                "people": (
                    serializers.delivery(one, came_back.get(one.subscriber_id, ()))
                    for one in records
                ),
            }
        )
        return
    for line in _trouble(groups):
        output.print_result(f"{chosen}: {line}")
    if _print_sources(f"Sources for {chosen}", fetched):
        output.print_prose(f"sentence vectors: {semantic}")
    else:
        output.print_result(f"no source was read for {chosen} yet: `digest fetch --day {chosen}`")
    for name, earlier in overdue:
        output.print_result(f"{name} could not be read for {earlier} yet")
    output.print_result("")
    title = f"Deliveries for {chosen}"
    if totals.pruned_at:
        output.print_prose(
            f"pruned on {totals.pruned_at:%Y-%m-%d}: only the sum is kept, nobody by name"
        )
    elif state or everybody or totals.states.total() <= READERS:
        if not _print_readers(title, records, came_back):
            output.print_prose(_nobody(totals, state or (), not_planned))
    else:
        print_reasons(title, groups)
        output.print_result(
            "--all lists every reader, --state deferred those in one state, --json has everything"
        )
    output.print_result("")
    output.print_prose(f"{chosen}: {_sum(totals, not_planned)}")
    _print_inbound(chosen, app.bounces.of_day(chosen), mail_in)
    doubtful = totals.states[DeliveryState.UNKNOWN]
    if doubtful and app.policy.asks and not totals.pruned_at:
        output.print_result(
            f"{doubtful} may or may not have arrived:"
            f" `digest retry --day {chosen} --state unknown` sends them again"
        )


def _print_inbound(day: date, came_back: Mapping[str, int], mail_in: InboundStatus) -> None:
    """Say what came back of the day's mails, and what an operator should look at."""
    if came_back:
        output.print_prose(f"{day}: came back: {in_sum(came_back)}")
    for line in inbound_lines(mail_in):
        output.print_prose(line)


def _nobody(totals: DayTotals, states: Sequence[DeliveryState], not_planned: int) -> str:
    """Say why no reader is listed, and what to do about it."""
    if totals.planned or totals.states:
        which = join_choices(states) if states else "known any more"
        return f"no mail of {totals.day} is {which}"
    if not_planned:
        return f"nobody has a mail yet: `digest run --day {totals.day}` sends them"
    return "nobody is subscribed and confirmed yet: `digest subscribers add EMAIL --confirmed`"


def _trouble(groups: list[ReasonGroup]) -> list[str]:
    """Return what kept a run from sending to everybody, which one reader's row does not show."""
    if stops := stop_reasons(groups):
        return [f"a run stopped before all mails had left: {group.reason}" for group in stops]
    untried = sum(group.number for group in groups if group.state is DeliveryState.PLANNED)
    deferred = [group for group in groups if group.state is DeliveryState.DEFERRED]
    if untried and deferred:
        most = deferred[0]
        return [f"{untried} were not tried after others were deferred, most of them: {most.reason}"]
    return []


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


def _print_readers(
    title: str, records: Iterable[DeliveryRecord], came_back: Mapping[int, Sequence[Bounce]]
) -> bool:
    return print_table(
        title,
        ("address", "state", "papers#", "settled at", "tried#", "subject or reason~"),
        (
            (
                r.address,
                r.state,
                r.papers,
                serializers.moment(r.settled_at),
                r.attempts,
                of_mail(came_back.get(r.subscriber_id, ())) or _about(r),
            )
            for r in records
        ),
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
    if totals.pruned_at:
        parts.append("pruned")
    return "; ".join(parts)
