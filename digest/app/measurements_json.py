"""The JSON of measurements: backtests, and our ranker beside a rival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.app.serializers import plain, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from digest.app.backtest import Replay
    from digest.app.judged import JudgedReplay
    from digest.ranking.evaluation.interleaved import Duel
    from digest.ranking.evaluation.replay import Comparison, Measured


def backtest(
    replayed: Replay,
    measured: Mapping[str, Mapping[date, Measured]],
    compared: Sequence[Comparison],
    *,
    depth: int,
) -> dict[str, Any]:
    """Write a backtest: each ranker's means and differences, and its lists day by day."""
    return {
        **values(replayed, "papers", "voted", "known_then"),
        "depth": depth,
        "rankers": [_comparison(one) for one in compared],
        "days": [
            {
                "day": day.day.isoformat(),
                "rankers": {
                    name: {
                        **plain(measured[name][day.day]),
                        "shown": {slug: list(ids) for slug, ids in shown.items()},
                    }
                    for name, shown in day.shown.items()
                },
            }
            for day in replayed.days
        ],
    }


def judged_backtest(
    judged: JudgedReplay, compared: Sequence[Comparison], *, depth: int
) -> dict[str, Any]:
    """Write a backtest by what readers said; it names no reader."""
    return {
        "depth": depth,
        "readers": judged.readers,
        "mails": len(judged.mails),
        **{name: values(getattr(judged, name), "liked", "total") for name in ("chosen", "drawn")},
        "rankers": [_comparison(one) for one in compared],
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "ranker": found.ranker,
        "means": {name: plain(of) for name, of in found.means.items()},
        "differences": {name: plain(of) for name, of in found.differences.items()},
    }


def duel(found: Duel) -> dict[str, Any]:
    """Write how our ranker did beside a rival."""
    return {
        "rival": found.rival,
        **{
            name: {**values(test, "wins", "losses", "ties", "decided", "more_needed"), "p": test.p}
            for name, test in (("issues", found.issues), ("readers", found.readers))
        },
    }
