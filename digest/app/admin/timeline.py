"""One reader's timeline: what was sent and why, what came back, and every change of consent."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from digest.app.serializers import sent_reasons
from digest.models.clock_times import midnight
from digest.text.wording import count
from subscribers.timeline import DayAnswer, Timeline, TimelineEntry, TimelinePaper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from digest.app.services import App
    from digest.storage.sent_papers import SentPaper
    from digest.storage.subscriber_history import SentIssue
    from subscribers.models import Subscriber

#: The issues on a page of a timeline.
ISSUES = 30


def timeline(app: App, subscriber: Subscriber, *, before: date | None = None) -> Timeline:
    """Return a page of what happened to a reader, the newest first; or of what did `before` a day.

    All that is not an issue stands on the page of the issues of its time.
    """
    history = app.subscriber_history.issues(subscriber.id, before=before)
    found = list(islice(history, ISSUES + 1))
    issues = found[:ISSUES]
    older = issues[-1].record.day if len(found) > ISSUES else None
    begin = midnight(older, UTC) if older else datetime.min.replace(tzinfo=UTC)
    end = midnight(before, UTC) if before else datetime.max.replace(tzinfo=UTC)
    others = (one for one in _others(app, subscriber.id) if begin <= one.at < end)
    entries = [*(_issue(app, one) for one in issues), *others]
    # What happened at the same moment comes in the order in which it did.
    entries.sort(key=lambda one: one.at)
    return Timeline(entries=entries[::-1], older=older)


def answer(app: App, subscriber: Subscriber, day: date) -> DayAnswer:
    """Return why a reader got an issue of a day or not; see `digest.app.doctor.reader`."""
    # Imported here, since it is asked for seldom.
    from digest.app.doctor.reader import explain

    found = explain(app, subscriber, day)
    findings = [(one.check, str(one.level), one.text) for one in found.findings]
    return DayAnswer(day=day, answer=found.answer, findings=findings)


def _issue(app: App, found: SentIssue) -> TimelineEntry:
    record = found.record
    names = {topic.slug: topic.name for topic in app.topics}
    papers = count(record.papers, "paper") if record.papers else ""
    codes = " ".join(str(it) for it in (record.code, record.status) if it)
    again = f"tried again at {record.next_at:%Y-%m-%d %H:%M} UTC" if record.next_at else ""
    parts = (record.subject, papers, record.reason, codes if record.reason else "", again)
    return TimelineEntry(
        # A pruned one has no time, and belongs to its day.
        at=record.settled_at or record.planned_at or midnight(record.day, UTC),
        kind="issue",
        what=str(record.state),
        day=record.day,
        text=" · ".join(filter(None, parts)),
        papers=[_paper(one, names) for one in found.papers],
    )


def _paper(found: SentPaper, names: dict[str, str]) -> TimelinePaper:
    topic = found.topic or ""
    return TimelinePaper(
        id=found.paper_id,
        title=found.title,
        topic=names.get(topic, topic),
        score=found.score,
        why="; ".join(sent_reasons(found)),
    )


def _others(app: App, subscriber_id: int) -> Iterator[TimelineEntry]:
    """Yield all that is not an issue."""
    for step in app.book.history(subscriber_id):
        how = step.evidence
        network = f"from {how.network}" if how.network else ""
        wording = f"wording {how.wording}" if how.wording else ""
        parts = (f"by {how.channel}", how.note, wording, network, f"then {step.status}")
        text = " · ".join(filter(None, parts))
        yield TimelineEntry(at=how.at, kind="consent", what=str(step.event), text=text)
    for came in app.bounces.for_subscriber(subscriber_id):
        text = " ".join(filter(None, (came.status, came.diagnostic)))
        yield TimelineEntry(
            at=came.at, kind="bounce", what=came.bounce_class, day=came.day, text=text
        )
    for letter in app.transactional_queue.for_subscriber(subscriber_id):
        yield TimelineEntry(
            at=letter["made_at"], kind="letter", what=letter["kind"], text=letter["state"]
        )
    for one in app.arrivals.newest(most=1000, subscriber_id=subscriber_id):
        text = " · ".join(filter(None, (one.why, one.result)))
        yield TimelineEntry(
            at=one.arrival.received_at, kind="message", what=one.kind or str(one.state), text=text
        )
