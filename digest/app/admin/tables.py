"""The tables of the operator's page as they are exported: all that is known, row by row."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from digest.app.admin.overview import FEW_DAYS, bounce_kind, delay, source_day, topic_figures
from digest.app.serializers import moment, sent_reasons
from digest.delivery.smtp.rate_limit import provider
from digest.models.delivery import DeliveryState
from subscribers.models import Status
from subscribers.overview import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from digest.app.services import App
    from subscribers.models import Subscriber


def tables(app: App, *, clock: Callable[[], datetime]) -> Mapping[str, Table]:
    """Return the tables of an installation by name."""
    lately = f"_{FEW_DAYS}_days"
    return {
        "readers": Table(columns=("day", *map(str, Status)), rows=partial(_readers, app)),
        "issues": Table(columns=("day", *map(str, DeliveryState)), rows=partial(_issues, app)),
        "bounces": Table(
            columns=("day", "provider", "class", "mails"), rows=partial(_bounces, app)
        ),
        "sources": Table(
            columns=(
                "day", "source", "state", "read_at", "hours_after_day_began", "papers", "new",
                "merged", "rejected", "reason",
            ),
            rows=partial(_sources, app),
        ),
        "topics": Table(
            columns=("topic", "name", "readers", f"papers{lately}", f"days_with_papers{lately}"),
            rows=lambda: _topics(app, now=clock()),
        ),
        "steps": Table(
            columns=("run", "what", "day", "began_at", "step", "seconds"),
            rows=partial(_steps, app),
        ),
    }  # fmt: skip


def reader_tables(app: App, subscriber: Subscriber) -> Mapping[str, Table]:
    """Return the tables of one reader by name."""
    number = subscriber.id
    return {
        "consent": Table(
            columns=("at", "event", "status", "channel", "note", "wording", "network"),
            rows=partial(_consent, app, number),
        ),
        "issues": Table(
            columns=(
                "day", "state", "reason", "subject", "planned_at", "settled_at", "attempts", "code",
                "status", "paper", "title", "topic", "score", "why",
            ),
            rows=partial(_reader_issues, app, number),
        ),
        "bounces": Table(
            columns=("day", "class", "at", "status", "diagnostic"),
            rows=partial(_reader_bounces, app, number),
        ),
        "letters": Table(
            columns=("made_at", "kind", "state"), rows=partial(_letters, app, number)
        ),
    }  # fmt: skip


def _readers(app: App) -> Iterator[tuple[Any, ...]]:
    for day, numbers in app.book.numbers_by_day():
        yield day, *(numbers.get(status, 0) for status in Status)


def _issues(app: App) -> Iterator[tuple[Any, ...]]:
    for day, states in app.admin_figures.issues():
        yield day, *(states[state] for state in DeliveryState)


def _bounces(app: App) -> Iterator[tuple[Any, ...]]:
    counted = Counter(
        (one.day, provider(one.address), bounce_kind(one)) for one in app.admin_figures.returned()
    )
    for key, number in sorted(counted.items()):
        yield *key, number


def _sources(app: App) -> Iterator[tuple[Any, ...]]:
    for day, record in app.fetch_log.all():
        one = source_day(day, record)
        hours = delay(day, record.at) / timedelta(hours=1)
        yield (
            day, record.source, one.state, moment(one.at), round(hours, 2), one.papers, record.new,
            record.merged, record.rejected, one.reason,
        )  # fmt: skip


def _topics(app: App, *, now: datetime) -> Iterator[tuple[Any, ...]]:
    for one in topic_figures(app, app.book.wanting_each(), now=now):
        yield one.slug, one.name, one.readers, one.papers, one.days


def _steps(app: App) -> Iterator[tuple[Any, ...]]:
    for record in app.run_log.ended():
        for name, seconds in record.result.steps.items() if record.result else ():
            yield record.id, record.what, record.day, moment(record.started_at), name, seconds


def _consent(app: App, number: int) -> Iterator[tuple[Any, ...]]:
    for one in app.book.history(number):
        at, how = moment(one.evidence.at), one.evidence
        yield at, one.event, one.status, how.channel, how.note, how.wording, how.network


def _reader_issues(app: App, number: int) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each paper of an issue, and one for an issue without any."""
    for one in app.subscriber_history.issues(number):
        of = one.record
        mail = (
            of.day, of.state, of.reason, of.subject, moment(of.planned_at), moment(of.settled_at),
            of.attempts, of.code, of.status,
        )  # fmt: skip
        for paper in one.papers:
            why = "; ".join(sent_reasons(paper))
            yield *mail, paper.paper_id, paper.title, paper.topic, paper.score, why
        if not one.papers:
            yield *mail, None, None, None, None, None


def _reader_bounces(app: App, number: int) -> Iterator[tuple[Any, ...]]:
    for one in app.bounces.for_subscriber(number):
        yield one.day, one.bounce_class, moment(one.at), one.status, one.diagnostic


def _letters(app: App, number: int) -> Iterator[tuple[Any, ...]]:
    for one in app.transactional_queue.for_subscriber(number):
        yield moment(one["made_at"]), one["kind"], one["state"]
