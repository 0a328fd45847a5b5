"""The figures in the text format of Prometheus (https://prometheus.io/docs/instrumenting/).

Names follow its rules: base units, `_total` for counters alone, and no label without a bound. All
comes from the database, so every process shows the same, and a restart loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from digest import __version__
from digest.app.clock import now
from digest.app.figures import figures_of
from digest.models.clock_times import midnight
from digest.models.delivery import DeliveryState
from digest.models.inbound import BounceClass
from digest.models.source import SourceState
from digest.storage import files
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from prometheus_client.metrics_core import Metric

    from digest.app.figures import Figures
    from digest.app.services import App
    from digest.storage.run_log import RunRecord

Key = TypeVar("Key", bound=str)

#: What the answer with metrics is (https://prometheus.io/docs/instrumenting/exposition_formats/).
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Everybody may read the file: node_exporter runs as another user.
_FOR_ALL = 0o644


def page(app: App) -> bytes:
    """Return the metrics of an installation now.

    Raises:
        StoreError: the database cannot be read.

    """
    return render(figures_of(app, now=now()))


def write_file(app: App, path: Path) -> None:
    """Write the metrics into a file for the textfile collector of node_exporter.

    It reads every file of its folder that ends in `.prom`, at any moment, so the file is replaced
    as a whole (https://github.com/prometheus/node_exporter#textfile-collector).

    Raises:
        StoreError: the database cannot be read.
        OSError: the file cannot be written.

    """
    files.replace(path, page(app), mode=_FOR_ALL)


def render(figures: Figures) -> bytes:
    """Write figures as a page of metrics."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures))
    return generate_latest(registry)


class _Figures(Collector):
    """Gives a registry of its own what was collected already."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        for part in (_mails, _runs, _sources, _readers, _inbound, _database):
            yield from part(self._figures)


def _mails(figures: Figures) -> Iterator[Metric]:
    yield _gauge(
        "day_timestamp_seconds", "Begin of the day that was mailed last.", midnight(figures.day)
    )
    yield _by(
        "mails",
        "Mails of the day that was mailed last.",
        "state",
        figures.mails,
        among=DeliveryState,
    )
    yield _gauge("mails_waiting", "Mails of all days that still may leave.", figures.waiting.number)
    yield _gauge("mails_due", "Mails of all days that could leave now.", figures.waiting.due)
    yield _gauge(
        "mails_waiting_oldest_age_seconds",
        "How long ago the first of the waiting mails was planned; 0 without any.",
        _age(figures.waiting.oldest, figures.at),
    )
    yield _counter("mails_planned", "Mails that were ever planned.", figures.planned_total)
    yield _counter("mails_sent", "Mails that were ever sent.", figures.sent_total)


def _runs(figures: Figures) -> Iterator[Metric]:
    yield _counter("runs", "Runs and retries that ever began.", figures.runs_total)
    yield _gauge(
        "silent_day",
        "Whether the last run mailed nobody, and no calendar explains it.",
        figures.is_silent,
    )
    yield from _last_run(figures.last_run)
    if (good := figures.last_complete_run) and good.ended_at:
        yield _gauge(
            "last_complete_run_timestamp_seconds",
            "When the last run ended that left nothing to do.",
            good.ended_at,
        )


def _last_run(run: RunRecord | None) -> Iterator[Metric]:
    if run is None or run.ended_at is None or run.result is None:
        return
    yield _gauge("last_run_timestamp_seconds", "When the last run ended.", run.ended_at)
    yield _gauge("last_run_duration_seconds", "How long it took.", run.seconds or 0.0)
    yield _gauge("last_run_complete", "Whether it left nothing to do.", run.result.is_complete)
    yield _gauge("last_run_failed_sources", "Sources it failed.", len(run.result.failed_sources))
    yield _gauge("last_run_stopped", "Whether it stopped early.", run.result.stopped is not None)
    yield _gauge("last_run_error", "Whether it could not be done.", run.result.error is not None)


def _sources(figures: Figures) -> Iterator[Metric]:
    yield _by("papers", "Papers of the day of a run now.", "source", figures.papers)
    yield _by(
        "source_fetch_age_seconds",
        "How long ago a source was last read, or tried.",
        "source",
        {name: _age(record.at, figures.at) for name, record in figures.fetches.items()},
    )
    states = GaugeMetricFamily(
        "digest_source_state", "1 for how the last fetch ended.", labels=("source", "state")
    )
    for name, record in figures.fetches.items():
        for state in SourceState:
            states.add_metric((name, str(state)), float(record.state is state))
    yield states


def _readers(figures: Figures) -> Iterator[Metric]:
    yield _by("readers", "Readers by status.", "status", figures.readers, among=Status)
    yield _gauge(
        "letters_waiting",
        "Confirmations and other letters that wait to be sent.",
        figures.letters_waiting,
    )
    yield _gauge(
        "letters_waiting_oldest_age_seconds",
        "How long ago the first of them was queued; 0 without any.",
        _age(figures.oldest_letter, figures.at),
    )


def _inbound(figures: Figures) -> Iterator[Metric]:
    yield _counter("inbound_messages", "Messages that ever came in.", figures.inbound_total)
    yield _gauge("inbound_waiting", "Messages that wait to be handled.", figures.inbound_waiting)
    yield _gauge("inbound_kept", "Messages that were not understood.", figures.inbound_kept)
    yield _by(
        "bounces",
        "Mails of which something came back within 7 days.",
        "class",
        figures.bounces,
        among=BounceClass,
    )


def _database(figures: Figures) -> Iterator[Metric]:
    if figures.file_space:
        yield _gauge("database_size_bytes", "The database's file.", figures.file_space.total)
        yield _gauge("database_free_bytes", "Free pages in it.", figures.file_space.free)
    build = InfoMetricFamily("digest_build", "The version of Digest.")
    build.add_metric((), {"version": __version__})
    yield build


def _gauge(name: str, text: str, value: float | datetime) -> Metric:
    number = value if isinstance(value, int | float) else value.timestamp()
    return GaugeMetricFamily(f"digest_{name}", text, value=float(number))


def _counter(name: str, text: str, value: int) -> Metric:
    return CounterMetricFamily(f"digest_{name}", text, value=value)


def _by(
    name: str,
    text: str,
    label: str,
    values: Mapping[Key, float],
    *,
    among: Iterable[str] = (),
) -> Metric:
    """Return a gauge with one label; those `among` which there are none count 0."""
    family = GaugeMetricFamily(f"digest_{name}", text, labels=(label,))
    numbers = dict.fromkeys(map(str, among), 0.0) | {
        str(key): values[key] for key in sorted(values)
    }
    for key, number in numbers.items():
        family.add_metric((key,), number)
    return family


def _age(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0) if since else 0.0
