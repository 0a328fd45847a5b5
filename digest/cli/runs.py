"""`digest runs`: the last runs, as each was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import serializers
from digest.app.trouble import troubles_of
from digest.cli import output
from digest.cli.options import Json
from digest.cli.tables import print_table
from digest.delivery.process import is_running
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from typing import Any

    from digest.storage.run_log import RunRecord, RunResult


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest runs --last 50[/bold]")(runs)


def runs(
    ctx: typer.Context,
    last: Annotated[
        int, typer.Option("--last", metavar="N", min=1, max=100_000, help="How many runs.")
    ] = 20,
    *,
    json: Json = False,
) -> None:
    """Show the last runs: when, of which day, what left, and what was wrong."""
    app = output.open_app(ctx, only_reads=True)
    records = app.run_log.last(last)
    asks = app.policy.asks
    if json:
        output.print_json([_as_json(record, asks=asks) for record in records])
        return
    shown = print_table(
        "Runs",
        ("began at", "took?", "what?", "day", "end", "mails", "papers#?", "trouble~"),
        [_row(record, asks=asks) for record in records],
    )
    if not shown:
        output.print_result("nothing has run yet: `digest run`")


def ending(record: RunRecord) -> str:
    """Return how a run ended, as a word; a run that was killed has no end."""
    if record.result is None:
        return {True: "running", False: "killed", None: "no end"}[is_running(record.process)]
    if record.result.error is not None:
        return "failed"
    if record.result.stopped is not None:
        return "stopped"
    return "done" if record.result.is_complete else "incomplete"


def _row(record: RunRecord, *, asks: bool) -> tuple[object, ...]:
    began = serializers.moment(record.started_at)
    of_day = record.what, record.day or "all", ending(record)
    result = record.result
    if result is None:
        return (began, None, *of_day, *(None,) * 3)
    return (
        began,
        _duration(record.seconds or 0.0),
        *of_day,
        _mails(result),
        result.papers,
        "; ".join(trouble.text for trouble in troubles_of(result, asks=asks)),
    )


def _mails(result: RunResult) -> str:
    """Return how many mails came to what, such as `12 sent, 3 skipped`."""
    counts = result.counts
    numbers = {
        "sent": result.sent,
        "skipped": counts.get(DeliveryState.SKIPPED, 0),
        "failed": counts.get(DeliveryState.FAILED, 0) + counts.get(DeliveryState.EXPIRED, 0),
        "waiting": result.waiting,
    }
    return ", ".join(f"{number:,} {state}" for state, number in numbers.items() if number)


def _duration(seconds: float) -> str:
    """Write a duration as 4.2s, 3m 07s or 1h 02m."""
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, left = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {left:02}s"
    return f"{minutes // 60}h {minutes % 60:02}m"


def _as_json(record: RunRecord, *, asks: bool) -> dict[str, Any]:
    found = {
        **serializers.values(record, "id", "what", "day", "started_at", "ended_at", "seconds"),
        "end": ending(record),
    }
    if (result := record.result) is None:
        return found
    return {
        **found,
        "deliveries": {str(state): number for state, number in result.counts.items()},
        **serializers.values(
            result, "papers", "steps", "failed_sources", "stopped", "error", "silence"
        ),
        "trouble": [trouble.kind for trouble in troubles_of(result, asks=asks)],
    }
