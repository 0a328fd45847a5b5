"""The figures of the operator's page, read from the database each time it is opened."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, timedelta
from statistics import median, median_low
from typing import TYPE_CHECKING

from digest.delivery.smtp.rate_limit import provider
from digest.models.clock_times import midnight
from digest.models.source import SourceState
from subscribers.models import Status
from subscribers.overview import (
    Counts,
    Overview,
    RunSteps,
    SourceDay,
    SourceHealth,
    StepFigures,
    TopicFigures,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.app.services import App
    from digest.storage.admin_figures import Returned
    from digest.storage.fetches import FetchRecord

#: The days of readers, issues and bounces; and of sources, topics and steps.
DAYS, FEW_DAYS = 90, 30
#: The most providers, and runs, that are shown one by one.
_PROVIDERS, _RUNS = 12, 60
_OTHERS = "others"
#: So many readers who are not confirmed are looked up for each page.
_MOST_INACTIVE = 2000
#: What is shown beside the classes of bounces: a mail that was refused at once.
REFUSED = "refused"
_DAY = timedelta(days=1)


def overview(app: App, *, now: datetime) -> Overview:
    """Read the figures of an installation.

    Raises:
        StoreError: the database cannot be read.

    """
    today = now.astimezone(UTC).date()
    since = _first(now, DAYS)
    history = app.book.numbers_by_day()
    inactive = sum(
        number
        for status, number in (history[-1][1] if history else {}).items()
        if status is not Status.CONFIRMED
    )
    counted_at, topic_readers = _topic_readers(app, inactive=inactive)
    runs = [
        RunSteps(at=one.started_at, seconds=one.seconds or 0.0, steps=one.result.steps)
        for one in app.run_log.ended(since=now - FEW_DAYS * _DAY)
        if one.result is not None
    ]
    return Overview(
        at=now,
        days=DAYS,
        few_days=FEW_DAYS,
        readers=_readers(history, since=since, until=today),
        issues=[
            Counts(of=day, numbers={str(state): number for state, number in states.items()})
            for day, states in app.admin_figures.issues(since=since)
        ],
        bounces=_bounces(app.admin_figures.returned(since=since)),
        sources=_sources(app, since=_first(now, FEW_DAYS), now=now),
        topics=topic_figures(app, topic_readers, now=now),
        topics_counted_at=counted_at,
        steps=_steps(runs),
        runs=runs[-_RUNS:],
    )


def _first(now: datetime, days: int) -> date:
    """Return the first of the last days (UTC), of which today is one."""
    return now.astimezone(UTC).date() - (days - 1) * _DAY


def _readers(
    history: Sequence[tuple[date, Mapping[Status, int]]], *, since: date, until: date
) -> list[Counts]:
    """Return the readers of each day from the first on that is known; most days change nothing."""
    known = dict(history)
    before = [numbers for day, numbers in history if day < since]
    numbers: Mapping[Status, int] | None = before[-1] if before else None
    found = []
    for passed in range((until - since).days + 1):
        day = since + passed * _DAY
        numbers = known.get(day, numbers)
        if numbers is not None:
            by_name = {str(status): number for status, number in numbers.items()}
            found.append(Counts(of=day, numbers=by_name))
    return found


def bounce_kind(found: Returned) -> str:
    """Return the class of what came back, or that it was refused at once."""
    return found.bounce_class or REFUSED


def _bounces(returned: Iterable[Returned]) -> list[Counts]:
    by_provider: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (address, kind), number in Counter(
        (one.address.rpartition("@")[2], bounce_kind(one)) for one in returned
    ).items():
        by_provider[provider(f"@{address}")][kind] += number
    most = sorted(by_provider.items(), key=lambda one: (-one[1].total(), one[0]))
    shown = [Counts(of=name, numbers=numbers) for name, numbers in most[:_PROVIDERS]]
    rest = sum((numbers for _, numbers in most[_PROVIDERS:]), Counter[str]())
    return [*shown, Counts(of=_OTHERS, numbers=rest)] if rest else shown


def _sources(app: App, *, since: date, now: datetime) -> list[SourceHealth]:
    """Return how the configured sources were read; then others that were, as long as it shows."""
    read: defaultdict[str, dict[date, FetchRecord]] = defaultdict(dict)
    for day, record in app.fetch_log.all(since=since):
        read[record.source][day] = record
    configured = [source.name for source in app.sources]
    names = [*configured, *sorted(set(read) - set(configured))]
    today = now.astimezone(UTC).date()
    return [_health(name, read[name], since=since, until=today, now=now) for name in names]


def _health(
    name: str, read: Mapping[date, FetchRecord], *, since: date, until: date, now: datetime
) -> SourceHealth:
    delays = {day: delay(day, one.at) for day, one in read.items() if one.state.is_settled}
    full = [passed for day, passed in delays.items() if read[day].state is SourceState.OK]
    late = [
        day
        for day, one in sorted(read.items())
        if delays.get(day, now - midnight(day, UTC)) > _DAY and one.state is not SourceState.EMPTY
    ]
    return SourceHealth(
        name=name,
        days=[
            source_day(day, read.get(day))
            for day in (since + passed * _DAY for passed in range((until - since).days + 1))
        ],
        usual=median_low(full) if full else None,
        longest=max(full, default=None),
        late=late,
    )


def source_day(day: date, record: FetchRecord | None) -> SourceDay:
    """Return how a source was last read for a day; None if it was not."""
    if record is None:
        return SourceDay(day=day)
    return SourceDay(
        day=day,
        state=str(record.state),
        at=record.at,
        papers=record.parsed,
        reason=record.reason or "",
    )


def delay(day: date, at: datetime) -> timedelta:
    """Return how long after a day began (UTC) something was read for it."""
    return max(at - midnight(day, UTC), timedelta())


def _topic_readers(app: App, *, inactive: int) -> tuple[datetime | None, Mapping[str, int]]:
    """Return the confirmed readers of each topic, and when they were counted; None for now.

    All that is chosen is counted quickly, and what those chose who are not confirmed is read for
    each of them. So if these are very many, what the last run counted stands.
    """
    counted = app.run_log.topic_readers() if inactive > _MOST_INACTIVE else None
    return counted or (None, app.book.wanting_each())


def topic_figures(app: App, readers: Mapping[str, int], *, now: datetime) -> list[TopicFigures]:
    """Return the configured topics, and those that readers still have though they are gone.

    `readers` are the confirmed ones of each topic.
    """
    names = {topic.slug: topic.name for topic in app.topics}
    picks = app.admin_figures.picks(since=_first(now, FEW_DAYS))
    gone = sorted(slug for slug, number in readers.items() if number and slug not in names)
    found = [
        TopicFigures(
            slug=slug,
            name=names.get(slug, ""),
            readers=readers.get(slug, 0),
            papers=sum(picks.get(slug, {}).values()),
            days=len(picks.get(slug, {})),
        )
        for slug in (*names, *gone)
    ]
    return sorted(found, key=lambda one: (-one.readers, -one.papers, one.slug))


def _steps(runs: Iterable[RunSteps]) -> list[StepFigures]:
    taken: defaultdict[str, list[tuple[float, datetime]]] = defaultdict(list)
    for run in runs:
        for name, seconds in run.steps.items():
            taken[name].append((seconds, run.at))
    found = [
        StepFigures(
            name=name,
            runs=len(times),
            median=median(seconds for seconds, _ in times),
            longest=max(times)[0],
            longest_at=max(times)[1],
        )
        for name, times in taken.items()
    ]
    return sorted(found, key=lambda one: (-one.longest, one.name))
