"""`digest backtest`: what rankers would have shown on past days, beside later votes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.app import measurements_json
from digest.cli import output
from digest.cli.options import Json, day_of_run, parse_day
from digest.cli.tables import print_table
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.app.backtest import BacktestRequest, Replay
    from digest.app.judged import JudgedReplay
    from digest.app.services import App
    from digest.ranking.evaluation.bootstrap import Interval
    from digest.ranking.evaluation.replay import Comparison

#: What is compared unless rankers are named.
_RANKERS = ("digest", "bm25", "random")
#: Intervals are drawn with this seed, so that the same days give the same table.
_SEED = 20260202


class Judge(StrEnum):
    """What rankers are compared with."""

    VOTES = "votes"
    FEEDBACK = "feedback"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(
        epilog="Example: [bold]digest backtest --from 2026-02-02 --to 2026-02-27 --ranker digest"
        " --ranker digest:trend_weight=1 --ranker bm25 --plot days.png[/bold]"
    )(backtest)


def backtest(
    ctx: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day.")],
    last: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="YYYY-MM-DD", help="The last day; the newest one unless given."
        ),
    ] = None,
    ranker: Annotated[
        list[str] | None,
        typer.Option(
            "--ranker",
            metavar="NAME",
            help="digest, bm25, votes, newest or random, with parameters after a colon, as"
            " digest:trend_weight=1; repeat. The others are compared with the first.",
        ),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="SLUG", help="Only this topic; repeat."),
    ] = None,
    judge: Annotated[
        Judge, typer.Option("--judge", help="What the lists are compared with.")
    ] = Judge.VOTES,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE.png", help="Draw the days into this file."),
    ] = None,
    *,
    before_votes: Annotated[
        bool, typer.Option("--before-votes", help="Let the rankers see no votes.")
    ] = False,
    json: Json = False,
) -> None:
    """Compare rankers on past days, each with only what was known on the day."""
    from digest.app.backtest import BacktestRequest, replay
    from digest.app.config.topics import find_topic
    from digest.errors import ConfigError
    from digest.ranking.evaluation.bootstrap import seeded
    from digest.ranking.evaluation.replay import compare, measure

    if plot is not None:
        from digest.cli.plot import check_plot

        check_plot(plot)
        if judge is Judge.FEEDBACK:
            raise ConfigError("--plot draws days, and --judge feedback compares readers")
    app = output.open_app(ctx, only_reads=True, ranks=True)
    slugs = topic or [one.slug for one in app.topics]
    start = parse_day(first, option="--from")
    end = parse_day(last, option="--to") or app.papers.newest_day(until=day_of_run(app)) or start
    request = BacktestRequest(
        first=start,
        last=end,
        rankers=ranker or _RANKERS,
        topics=[find_topic(slug, app.topics) for slug in dict.fromkeys(slugs)],
        before_votes=before_votes,
    )
    if judge is Judge.FEEDBACK:
        _by_feedback(app, request, json=json)
        return
    replayed = replay(app, request, progress=output.progress_bar)
    depth = app.quotas.per_topic
    measured = measure(replayed.days, depth=depth)
    compared = compare(measured, seeded(_SEED))
    if plot is not None:
        from digest.cli.plot import write_plot

        write_plot(plot, measured, depth=depth)
        output.Report(is_note=True).line(str(plot))
    if json:
        output.print_json(measurements_json.backtest(replayed, measured, compared, depth=depth))
        return
    _print(replayed, compared, depth=depth)
    if not replayed.known_then and not before_votes:
        output.print_note(
            f"warning: 0 of {count(replayed.papers, 'paper')} with votes that were read on their"
            " day: `votes` orders by id alone, and `digest` by what it expects of papers"
        )


def _by_feedback(app: App, request: BacktestRequest, *, json: bool) -> None:
    """Compare rankers with what readers said, and print it; no reader is named."""
    from digest.app.judged import replay_judged
    from digest.ranking.evaluation.bootstrap import seeded
    from digest.ranking.evaluation.judged import compare

    judged = replay_judged(app, request, progress=output.progress_bar)
    depth = app.quotas.max_papers
    compared = compare(judged.mails, request.rankers, seeded(_SEED), depth=depth)
    if json:
        output.print_json(measurements_json.judged_backtest(judged, compared, depth=depth))
        return
    beside = f"beside {compared[0].ranker}#"
    print_table(
        f"Backtest by what {count(judged.readers, 'reader')} said, with 95 % intervals",
        ("ranker", f"nDCG@{depth}#", beside, "liked first#", beside),
        [
            (
                one.ranker,
                _interval(one.means["ndcg"]),
                _interval(one.differences.get("ndcg"), signed=True),
                _interval(one.means["order"]),
                _interval(one.differences.get("order"), signed=True),
            )
            for one in compared
        ],
    )
    for note in _notes(judged):
        output.print_note(note)


def _notes(judged: JudgedReplay) -> Iterator[str]:
    """Say what the verdicts can tell, and what they cannot."""
    chosen, drawn = judged.chosen, judged.drawn
    yield (
        f"{count(judged.readers, 'reader')} gave {count(chosen.total + drawn.total, 'verdict')} on"
        f" papers of {count(len(judged.mails), 'mail')}"
    )
    yield (
        "readers judge what they were shown, and the first papers most: a paper that no mail had"
        " counts as not liked, which favours the ranker that made the mails"
    )
    if drawn.total:
        yield (
            f"of papers drawn by chance {drawn.liked} of {drawn.total} were liked, of chosen ones"
            f" {chosen.liked} of {chosen.total}; the drawn ones count by the inverse of their"
            " chance, 20 at most"
        )
    else:
        yield (
            "no verdict is on a paper that was drawn by chance, so nothing is known of papers"
            " outside readers' topics"
        )


def _print(replayed: Replay, compared: Sequence[Comparison], *, depth: int) -> None:
    days = len(replayed.days)
    print_table(
        f"Backtest of {days} days, each mean with its 95 % interval over days",
        (
            "ranker", f"nDCG@{depth}#", f"beside {compared[0].ranker}#", "topics filled#",
            "papers a day#", "unknown votes#", "overlap#", "diversity#",
        ),
        [
            (
                one.ranker,
                _interval(one.means["ndcg"]),
                _interval(one.differences.get("ndcg"), signed=True),
                _mean(one.means["covered"], ".0%"),
                _mean(one.means["papers"], ".1f"),
                _mean(one.means["unknown"], ".0%"),
                _mean(one.means["overlap"], ".2f"),
                _mean(one.means["diversity"], ".2f"),
            )
            for one in compared
        ],
    )  # fmt: skip
    ndcg = compared[0].means["ndcg"]
    output.print_note(
        f"{days} days, {replayed.papers} papers: {replayed.voted} with votes now, whose last"
        f" number the lists are compared with on {ndcg.units if ndcg else 0} days;"
        f" {replayed.known_then} with votes that were read on their day, which the rankers saw"
    )


def _interval(found: Interval | None, *, signed: bool = False) -> str:
    if found is None:
        return ""
    form = "+.3f" if signed else ".3f"
    if found.low is None or found.high is None:
        return format(found.mean, form)
    return f"{found.mean:{form}} [{found.low:{form}}, {found.high:{form}}]"


def _mean(found: Interval | None, form: str) -> str:
    return "" if found is None else format(found.mean, form)
