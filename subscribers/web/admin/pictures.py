"""The plots of the overview, each with its legend and its axes, from the figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from subscribers.models import Status
from subscribers.web.admin.plots import Column, bar, ceiling, columns, strip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from subscribers.overview import Counts, Overview, RunSteps, SourceHealth

#: What is stacked, from below, with the words of the legend.
READERS = {str(status): str(status) for status in (
    Status.CONFIRMED, Status.PAUSED, Status.PENDING, Status.LEFT, Status.SUPPRESSED,
)}  # fmt: skip
SENT = "sent"
OUTCOMES = {
    SENT: "sent",
    "skipped": "nothing to send",
    "planned": "planned",
    "claimed": "claimed",
    "inflight": "being sent",
    "deferred": "deferred",
    "unknown": "unknown",
    "expired": "too late",
    "failed": "refused",
}
BOUNCES = {
    "refused": "refused at once",
    "hard": "no such address",
    "policy": "not wanted",
    "soft": "not this time",
    "delayed": "late",
    "complaint": "reported as spam",
}
STEPS = {
    "read": "read sources",
    "look": "look up",
    "rank": "rank",
    "learn": "learn",
    "send": "send",
    "follow": "follow up",
}
STATES = ("ok", "empty", "early", "stale", "partial", "failed")


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A plot with what stands around it."""

    svg: str
    #: what can be seen in it: series with their words
    legend: Mapping[str, str]
    #: the numbers of the axis, from above
    scale: tuple[str, ...]
    #: labels below: the first, the middle and the last column
    labels: tuple[str, ...] = field(default_factory=tuple)


def of_readers(found: Overview) -> Plot:
    """Plot the readers by status over time."""
    shown = [_column(one) for one in found.readers]
    now = found.readers[-1].numbers if found.readers else {}
    said = ", ".join(f"{now.get(key, 0):,} {key}" for key in READERS)
    return _plot("readers", "Readers by status", f"On the last day: {said}.", shown, READERS)


def of_issues(found: Overview) -> Plot:
    """Plot the issues by outcome."""
    shown = [_column(one) for one in found.issues]
    number = sum(one.numbers.get(SENT, 0) for one in found.issues)
    said = f"{number:,} of {sum(one.total for one in found.issues):,} issues were sent."
    return _plot("issues", "Issues by day and outcome", said, shown, OUTCOMES)


def of_troubles(found: Overview) -> Plot:
    """Plot the issues that were not sent, which are too few to be seen beside those that were."""
    series = {key: words for key, words in OUTCOMES.items() if key != SENT}
    shown = [_column(one, only=series) for one in found.issues]
    said = f"{sum(one.total for one in shown):,.0f} issues were not sent."
    return _plot("troubles", "Issues that were not sent, by outcome", said, shown, series)


def of_runs(runs: Sequence[RunSteps]) -> Plot:
    """Plot the seconds of each run by step."""
    shown = []
    for run in runs:
        numbers = dict.fromkeys(STEPS, 0.0)
        for name, seconds in run.steps.items():
            numbers[name.partition(" ")[0]] += seconds
        shown.append(Column(label=f"{run.at:%Y-%m-%d %H:%M} UTC", numbers=numbers))
    longest = max((one.total for one in shown), default=0)
    said = f"The longest of {len(shown)} runs took {longest:,.1f} seconds."
    return _plot("runs", "Seconds of each run, by step", said, shown, STEPS)


def of_provider(found: Counts, *, most: float) -> str:
    """Return the bar of what came back from a provider."""
    return bar(found.numbers, tuple(BOUNCES), most=most)


def of_number(number: float, *, most: float) -> str:
    """Return the bar of one number."""
    return bar({"main": number}, ("main",), most=most)


def of_source(name: str, found: SourceHealth) -> str:
    """Return the strip of the days of a source."""
    well = sum(one.state in ("ok", "empty") for one in found.days)
    read = sum(bool(one.state) for one in found.days)
    title = f"{found.name}: read in full on {well} of the {read} days on which it was read"
    return strip(name, title, [(str(one.day), one.state) for one in found.days])


def _column(found: Counts, *, only: Mapping[str, str] | None = None) -> Column:
    numbers = {key: float(of) for key, of in found.numbers.items() if only is None or key in only}
    return Column(label=str(found.of), numbers=numbers)


def _plot(
    name: str, title: str, said: str, shown: Sequence[Column], series: Mapping[str, str]
) -> Plot:
    used = {key: words for key, words in series.items() if any(it.numbers.get(key) for it in shown)}
    top = ceiling(max((one.total for one in shown), default=0))
    labels = [one.label.removesuffix(" UTC") for one in shown]
    at = sorted({0, len(labels) // 2, len(labels) - 1}) if labels else []
    return Plot(
        svg=columns(name, title, said, shown, tuple(used)),
        legend=used,
        scale=tuple(_short(it) for it in (top, top / 2, 0)),
        labels=tuple(labels[it] for it in at),
    )


def _short(number: float) -> str:
    """Write a number of the axis in a few characters, such as 250k."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= 10 * size or (number >= size and number % size == 0):
            return f"{number / size:g}{unit}"
    return f"{number:g}"
