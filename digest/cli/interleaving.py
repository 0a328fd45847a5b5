"""`digest interleaving`: whose papers readers like better, ours or those of a rival ranker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import measurements_json
from digest.cli import output
from digest.cli.options import Json, parse_day
from digest.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.ranking.evaluation.interleaved import Duel
    from digest.ranking.evaluation.sign_test import SignTest


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest interleaving --from 2026-02-02[/bold]")(interleaving)


def interleaving(
    ctx: typer.Context,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="YYYY-MM-DD", help="The first day; the oldest one unless given."
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="YYYY-MM-DD", help="The last day; the newest one unless given."
        ),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Compare our ranker with the one interleaved with it, by what readers said of papers."""
    from datetime import date

    from digest.errors import ConfigError
    from digest.ranking.evaluation.interleaved import JudgedIssue, compare

    start = parse_day(first, option="--from") or date.min
    end = parse_day(last, option="--to") or date.max
    if start > end:
        raise ConfigError(f"--from {start} is after --to {end}")
    app = output.open_app(ctx, only_reads=True)
    duels = compare(
        JudgedIssue(
            reader=mail.subscriber_id,
            rival=mail.rival,
            teams={item.paper_id: item.team for item in mail.items if item.team},
            verdicts=mail.verdicts,
        )
        for mail in app.judged_mails.between(start, end)
    )
    if json:
        output.print_json({"rivals": [measurements_json.duel(one) for one in duels]})
        return
    if not duels:
        rival = app.config.ranking.interleave
        output.print_prose(
            f"no reader has said yet what they think of a paper beside those of {rival!r}"
            if rival
            else 'no mail of these days was interleaved: set [ranking] interleave, as to "bm25"'
        )
        return
    _print(duels)


def _print(duels: Sequence[Duel]) -> None:
    print_table(
        "Our ranker beside others, by what readers said of its papers and theirs",
        ("beside", "counted", "won#", "lost#", "tied#", "sign test"),
        [
            (duel.rival, counted, test.wins, test.losses, test.ties, _p(test))
            for duel in duels
            for counted, test in (("issues", duel.issues), ("readers", duel.readers))
        ],
    )
    for duel in duels:
        output.print_note(f"{duel.rival}: {in_words(duel)}")


def in_words(duel: Duel) -> str:
    """Say what the outcome means."""
    issues, readers = duel.issues, duel.readers
    if not issues.is_seen:
        if issues.more_needed:
            more = f"{issues.more_needed} more decided issues would be needed to see 60:40"
            return f"not enough to tell: {more}"
        return f"no difference to see in {issues.decided} decided issues, which would show 60:40"
    ours = issues.wins > issues.losses
    better = "our papers" if ours else f"the papers of {duel.rival}"
    if readers.is_seen and (readers.wins > readers.losses) == ours:
        return f"readers like {better} better"
    most = max(issues.wins, issues.losses)
    return (
        f"{better} won {most} of {issues.decided} decided issues; this may be the taste of a few:"
        f" {readers.wins} readers prefer ours and {readers.losses} the others"
    )


def _p(test: SignTest) -> str:
    return "" if test.p is None else f"p = {test.p:.3f}"
