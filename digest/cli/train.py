"""`digest train`: learn from the votes of the archive what is expected of a paper without votes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app.clock import newest_day
from digest.cli import output
from digest.cli.options import Json
from digest.cli.tables import print_table
from digest.errors import ArchiveError
from digest.text.wording import count

if TYPE_CHECKING:
    from digest.ranking.evaluation.bootstrap import Interval
    from digest.ranking.training import Training


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest train --dry-run[/bold]")(train)


def train(
    ctx: typer.Context,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what it would come to.")
    ] = False,
    json: Json = False,
) -> None:
    """Learn from past votes how to order papers that have none yet."""
    from digest.app.votes import train_prior

    app = output.open_app(ctx, only_reads=dry_run)
    try:
        found = train_prior(app, newest_day(app.config.schedule.timezone), keep=not dry_run)
    except ArchiveError as error:
        # A young installation is no fault: the archive grows by itself.
        if json:
            output.print_json(
                {"dry_run": dry_run, "stored": False, "days": error.days, "needed": error.needed}
            )
        else:
            output.Report().line(f"nothing was learned, and nothing changes: {error}")
        return
    is_stored = found.is_better and not dry_run
    if json:
        output.print_json(
            {
                "dry_run": dry_run,
                "stored": is_stored,
                "is_better": found.is_better,
                **{name: value for name, value in asdict(found).items() if name != "coefficients"},
                "coefficients": asdict(found.coefficients),
            }
        )
        return
    _print_training(found)
    output.Report().line(_result(found, dry_run=dry_run))


def _print_training(found: Training) -> None:
    print_table(
        f"Order before votes exist, on the last {count(found.judged_days, 'day')}",
        ("coefficients", "Spearman#", "95 % from#", "to#"),
        [
            ("defaults", *_interval(found.before)),
            ("trained", *_interval(found.after)),
            ("difference", *_interval(found.gain)),
        ],
    )
    print_table(
        f"Trained on {count(found.papers, 'paper')} of {count(found.days, 'day')}",
        ("what is known of a paper", "coefficient#"),
        [
            (name.replace("_", " "), f"{value:.2f}")
            for name, value in asdict(found.coefficients).items()
        ],
    )


def _interval(found: Interval) -> tuple[str, str, str]:
    mean, low, high = (
        "" if value is None else f"{value:+.3f}" for value in (found.mean, found.low, found.high)
    )
    return mean, low, high


def _result(found: Training, *, dry_run: bool) -> str:
    if not found.is_better:
        return "the trained coefficients order these days no better, so they are not used"
    if dry_run:
        return "nothing was stored"
    return "stored; editions use these coefficients from now on"
