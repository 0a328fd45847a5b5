"""The picture of a backtest: a line for each ranker, a point for each day (PNG)."""

from __future__ import annotations

import io
import math
from importlib.util import find_spec
from statistics import fmean
from typing import TYPE_CHECKING, Any

from digest.errors import ConfigError
from digest.storage import files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from digest.ranking.evaluation.replay import Measured

#: Colours that people with a colour vision deficiency can tell apart (Okabe and Ito, 2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = "osD^vPX"
#: The distance between two rankers' points of one day; days are 1 apart.
_STEP = 0.07


def check_plot(path: Path) -> None:
    """Refuse a picture that could not be drawn in the end.

    Raises:
        ConfigError: matplotlib is not installed, or the file's name does not end in .png.

    """
    if path.suffix.lower() != ".png":
        raise ConfigError(f"--plot {path}: the picture is a PNG; name a file that ends in .png")
    if find_spec("matplotlib") is None:
        raise ConfigError(
            '--plot needs matplotlib; install it with: pip install "papers-digest[plot]"'
        )


def write_plot(path: Path, measured: Mapping[str, Mapping[date, Measured]], *, depth: int) -> None:
    """Draw the days of every ranker into a file.

    Raises:
        ConfigError: the file cannot be written.

    """
    content = draw(measured, depth=depth)
    try:
        files.write_output(path, content)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


def draw(measured: Mapping[str, Mapping[date, Measured]], *, depth: int) -> bytes:
    """Return the picture: nDCG by day above, the overlap with the first ranker below."""
    # Without pyplot, which would look for a screen.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    days = sorted({day for found in measured.values() for day in found})
    first = next(iter(measured))
    figure = Figure(figsize=(max(8.0, 2 + 0.4 * len(days)), 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    for number, (ranker, found) in enumerate(measured.items()):
        # Side by side, so that a line does not hide another with the same values.
        places = [place + _STEP * (number - (len(measured) - 1) / 2) for place in range(len(days))]
        style: dict[str, Any] = {
            "color": _COLOURS[number % len(_COLOURS)],
            "marker": _MARKERS[number % len(_MARKERS)],
            "linewidth": 1.3,
            "markersize": 5,
        }
        values = [_value(found, day, "ndcg") for day in days]
        above.plot(places, values, label=f"{ranker}, {_mean(values)}", **style)
        if ranker != first:
            below.plot(places, [_value(found, day, "overlap") for day in days], **style)
    above.set_ylabel(f"nDCG@{depth} against later votes")
    below.set_ylabel(f"overlap with {first}")
    for axes in (above, below):
        axes.set_ylim(-0.03, 1.03)
        axes.grid(axis="y", color="#dddddd", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    below.set_xticks(range(len(days)), [f"{day:%a} {day}" for day in days])
    below.tick_params(axis="x", rotation=90 if len(days) > 8 else 30)
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    written = io.BytesIO()
    figure.savefig(written, format="png", dpi=120)
    return written.getvalue()


def _value(found: Mapping[date, Measured], day: date, name: str) -> float:
    """Return a measure, or NaN, which is drawn as a gap."""
    value = getattr(found[day], name) if day in found else None
    return math.nan if value is None else float(value)


def _mean(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    return f"mean {fmean(known):.3f}" if known else "no votes"
