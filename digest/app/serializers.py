"""The JSON that commands print and the web server exports. The jsonl source reads `paper`'s.

Where the keys are the fields of a dataclass, `plain` writes them. Where they differ from the code's
names they are part of the published format, and stand here one by one.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from subscribers.timestamps import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.app.config.packs import Pack
    from digest.app.examples import Example
    from digest.app.services import App
    from digest.models.delivery import RunReport
    from digest.models.issue import Coverage, Issue, SourceCoverage
    from digest.models.merge import Origin
    from digest.models.paper import Announcement, Paper
    from digest.models.picks import Pick, Reason
    from digest.models.source import SourceReport
    from digest.ranking.trial import TrialDay
    from digest.storage.bounces import Bounce, Bounces
    from digest.storage.fetches import FetchRecord
    from digest.storage.history import DayTotals, DeliveryRecord
    from digest.storage.papers import Observation
    from digest.storage.reasons import ReasonGroup
    from digest.storage.sent_papers import SentPaper
    from digest.storage.subscriber_history import SubscriberHistory
    from digest.storage.transactional import TransactionalQueue
    from subscribers.book import ConsentRecord
    from subscribers.import_rules import ImportRow
    from subscribers.models import Subscriber, Topic


def moment(value: datetime | None) -> str | None:
    """Write a time as 2026-02-02T09:30:00Z."""
    return None if value is None else timestamp(value)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dataclasses as objects, tuples as lists, times as text."""
    if is_dataclass(value):
        return values(value, *(field.name for field in fields(value)))
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value


def values(found: object, *names: str) -> dict[str, Any]:
    """Return some attributes of an object, in this order."""
    return {name: plain(getattr(found, name)) for name in names}


def paper(found: Paper) -> dict[str, Any]:
    """Write a paper. Its `author_count` is null where its authors are neither counted nor named."""
    shape = values(
        found, "id", "aliases", "title", "abstract", "authors", "author_count", "categories",
        "keywords", "published_at", "version", "comment", "venue", "tldr", "organization",
        "withdrawn_on", "restored_on", "day", "signals", "observed_at", "links", "sources",
    )  # fmt: skip
    if found.author_count is None:
        shape["author_count"] = len(found.authors) or None
    return shape


def known(
    found: Paper,
    origins: Mapping[str, Origin],
    announcements: Sequence[Announcement],
    observations: Sequence[Observation],
) -> dict[str, Any]:
    """Write a paper with the source of each field, its announcements and its signals over time."""
    return {
        **paper(found),
        "origins": {name: origin.source for name, origin in origins.items()},
        "announcements": [
            values(one, "day", "category", "type", "version") for one in announcements
        ],
        "history": [observation(one) for one in observations],
    }


def observation(found: Observation) -> dict[str, Any]:
    """Write a paper's signals as a source saw them at one time."""
    return {**values(found, "source", "at"), **plain(found.signals)}


def topic(found: Topic, examples: Sequence[Example]) -> dict[str, Any]:
    """Write a topic, and what is known of its examples; an unknown title is null."""
    known = [{"id": it.paper_id, "title": it.title} for it in examples]
    return {**plain(found), "examples": known}


def pack(found: Pack) -> dict[str, Any]:
    """Write a pack with its topics, and its sources without what they have by default."""
    topics = [dict(plain(topic)) for topic in found.topics]
    sources = [source.model_dump(mode="json", exclude_unset=True) for source in found.sources]
    return {**values(found, "name", "title", "about"), "topics": topics, "sources": sources}


def subscriber(found: Subscriber) -> dict[str, Any]:
    """Write a subscriber."""
    return values(found, "id", "address", "status", "topics", "preferences", "since")


def consent_step(found: ConsentRecord) -> dict[str, Any]:
    """Write one change of consent."""
    return {
        **values(found, "event", "status"),
        "at": moment(found.evidence.at),
        "door": found.evidence.channel,
        **values(found.evidence, "note", "wording", "network"),
    }


def delivery(found: DeliveryRecord, came_back: Sequence[Bounce] = ()) -> dict[str, Any]:
    """Write a row of the ledger, and what came back of the mail."""
    row = values(
        found, "day", "address", "state", "reason", "papers", "subject", "message_id",
        "planned_at", "settled_at", "attempts", "next_at", "code", "status",
    )  # fmt: skip
    return row | {"came_back": [bounce(one) for one in came_back]}


def bounce(found: Bounce) -> dict[str, Any]:
    """Write what came back of a mail: a bounce of some class, or a complaint."""
    return {"class": found.bounce_class, **values(found, "at", "status", "diagnostic")}


def day_totals(found: DayTotals) -> dict[str, Any]:
    """Write how many deliveries of a day stand in each state."""
    return {
        "planned": found.planned,
        "deliveries": {str(state): number for state, number in found.states.items()},
        **values(found, "adds_up", "closed_at", "pruned_at"),
    }


def reason_group(found: ReasonGroup) -> dict[str, Any]:
    """Write why some deliveries of a day stand as they do, and how many these are."""
    return {
        **values(found, "state", "reason"),
        "readers": found.number,
        "examples": plain(found.examples),
    }


def sent_paper(found: SentPaper) -> dict[str, Any]:
    """Write a paper of a message, and the reasons why it was chosen."""
    drawn = {"team": found.team, "propensity": found.propensity}
    return {
        **values(found, "paper_id", "title", "topic", "score"),
        "reasons": sent_reasons(found),
        **{name: value for name, value in drawn.items() if value},
    }


def sent_reasons(found: SentPaper) -> list[str]:
    """Return why a paper was in a message, as people read it."""
    # Imported here, since they bring the cleaning of text, which `digest --help` can do without.
    from digest.models.picks import OURS
    from digest.text.wording import stands_for

    if found.is_withdrawal:
        return ["told of its withdrawal"]
    if found.similar_to:
        return [f"similar to {found.similar_to}"]
    reasons = list(found.reasons)
    if found.similar:
        reasons.append(stands_for(found.similar))
    if found.team:
        reasons.append(f"chosen by {found.team}" if found.team != OURS else "chosen by our ranker")
    if found.propensity is not None:
        reasons.append(f"with a chance of {found.propensity:.1%}")
    return reasons


def fetch_record(found: FetchRecord) -> dict[str, Any]:
    """Write how a source was last read for a day."""
    return {**plain(found), "error": found.error}


def source_report(found: SourceReport) -> dict[str, Any]:
    """Write how a source was just read."""
    shape = values(
        found, "source", "day", "state", "declared", "parsed", "rejected", "unchanged", "new",
        "merged", "other_days", "channels", "reason", "warnings", "seconds", "error",
    )  # fmt: skip
    return {**shape, "seconds": round(found.seconds, 3)}


def edition(found: Coverage) -> dict[str, Any]:
    """Write what an edition covers, and what it lacks."""
    return {
        "covered": [source_coverage(one) for one in found.sources],
        "missing": list(found.missing),
        "read_again": list(found.to_be_retried),
        "cut_off": list(found.partial),
        "stale": list(found.stale),
        "quiet": list(found.excused),
        "late": [{"day": day.isoformat(), "papers": number} for day, number in found.late],
        "owed": overdue_days(found.overdue),
        "considered": found.considered,
        "votes_read_at": moment(found.votes_read_at),
    }


def overdue_days(found: Sequence[tuple[str, date]]) -> list[dict[str, Any]]:
    """Write the earlier days that sources, each by its name, could not be read for yet."""
    return [{"source": name, "day": day.isoformat()} for name, day in found]


def source_coverage(found: SourceCoverage) -> dict[str, Any]:
    """Write what one source gave to an edition."""
    return {**values(found, "source", "papers", "channels"), "so_far": found.is_early}


def send_report(found: RunReport) -> dict[str, Any]:
    """Write what a run did."""
    return {
        "day": found.day.isoformat(),
        "deliveries": {str(state): number for state, number in found.counts.items()},
        **values(found, "already", "doubtful", "stopped"),
    }


def issue(found: Issue, subject: str) -> dict[str, Any]:
    """Write a subscriber's issue."""
    return {
        "day": found.day.isoformat(),
        "subject": subject,
        "sections": [
            {
                "topic": section.slug,
                "name": section.name,
                "picks": [pick(one) for one in section.picks],
            }
            for section in found.sections
        ],
        "edition": edition(found.coverage),
        "withdrawn": [paper.id for paper in found.withdrawn],
    }


def pick(found: Pick) -> dict[str, Any]:
    """Write a pick with its scores and reasons."""
    return {
        "paper": paper(found.paper),
        "score": round(found.score, 6),
        "relevance": round(found.relevance, 6),
        "trend": round(found.trend, 6),
        "reasons": [reason(one) for one in found.reasons],
        "similar": [other.id for other in found.similar],
    }


def trial_day(found: TrialDay) -> dict[str, Any]:
    """Write what a topic would have brought on a day, and what it just missed."""
    return {
        **values(found, "day", "considered", "matched"),
        "picks": [pick(one) for one in found.picks],
        "missed": [
            {"paper": paper(one.paper), "relevance": round(one.relevance, 6), "why": one.why}
            for one in found.missed
        ],
    }


def reason(found: Reason) -> dict[str, Any]:
    """Write a reason, without the data that reasons of its kind do not have."""
    return {name: value for name, value in plain(found).items() if value not in ("", [], None)}


def issues_of(
    history: SubscriberHistory, bounces: Bounces, subscriber_id: int
) -> Iterator[dict[str, Any]]:
    """Write every delivery of a subscriber, with the papers of its message and their reasons.

    They are read one after the other; years of them fit into no answer.
    """
    came_back = bounces.for_subscriber(subscriber_id)
    for issue in history.issues(subscriber_id):
        of_issue = [one for one in came_back if one.day == issue.record.day]
        yield {
            **delivery(issue.record, of_issue),
            "contents": [sent_paper(paper) for paper in issue.papers],
        }


def transactional_of(queue: TransactionalQueue, subscriber_id: int) -> list[dict[str, Any]]:
    """Write every transactional message of a subscriber, sent or waiting."""
    return [
        {**found, "made_at": moment(found["made_at"])}
        for found in queue.for_subscriber(subscriber_id)
    ]


def feedback_of(app: App, subscriber_id: int) -> dict[str, Any]:
    """Write what a reader said of papers, and the profile that it teaches; null without any."""
    # Imported here, since few shapes need what it brings.
    from digest.app.profiles import profile_of

    given = app.feedback.of([subscriber_id]).get(subscriber_id, [])
    profile = profile_of(app, subscriber_id)
    return {
        "feedback": [
            values(one, "paper_id", "title", "verdict", "at", "channel", "day") for one in given
        ],
        "profile": None if profile is None else plain(profile),
    }


def import_row(found: ImportRow) -> dict[str, Any]:
    """Write what becomes of a row of an imported list."""
    return {
        **values(found, "number", "address", "topics"),
        "fate": str(found.action),
        "reason": found.reason,
    }
