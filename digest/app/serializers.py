"""The JSON shapes of the answers. The jsonl source reads what `paper` writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from digest.text.wording import stands_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from digest.models.delivery import RunReport
    from digest.models.issue import Coverage, Issue, Pick, SourceCoverage
    from digest.models.merge import Origin
    from digest.models.paper import Announcement, Paper
    from digest.models.source import SourceReport
    from digest.storage.fetches import FetchRecord
    from digest.storage.history import DayTotals, DeliveryHistory, DeliveryRecord, SentPaper
    from digest.storage.papers import Observation
    from digest.storage.transactional import TransactionalQueue
    from subscribers.book import ConsentRecord
    from subscribers.csv_import import ImportRow
    from subscribers.models import Subscriber, Topic


def moment(value: datetime | None) -> str | None:
    """Write a time as 2026-02-02T09:30:00Z."""
    return None if value is None else value.isoformat(timespec="seconds").replace("+00:00", "Z")


def paper(found: Paper) -> dict[str, Any]:
    """Write a paper."""
    return {
        "id": found.id,
        "title": found.title,
        "abstract": found.abstract,
        "authors": list(found.authors),
        "author_count": len(found.authors) if found.author_count is None else found.author_count,
        "categories": list(found.categories),
        "published_at": moment(found.published_at),
        "version": found.version,
        "comment": found.comment,
        "venue": found.venue,
        "tldr": found.tldr,
        "organization": found.organization,
        "withdrawn_on": found.withdrawn_on.isoformat() if found.withdrawn_on else None,
        "day": found.day.isoformat(),
        "signals": asdict(found.signals),
        "observed_at": moment(found.observed_at),
        "links": asdict(found.links),
        "sources": list(found.sources),
    }


def known(
    found: Paper,
    origins: Mapping[str, Origin],
    announced: Sequence[Announcement],
    history: Sequence[Observation],
) -> dict[str, Any]:
    """Write a paper with who said what of it, how it was announced, and its signals over time."""
    return {
        **paper(found),
        "origins": {name: origin.source for name, origin in origins.items()},
        "announcements": [
            {
                "day": one.day.isoformat(),
                "category": one.category,
                "type": str(one.type),
                "version": one.version,
            }
            for one in announced
        ],
        "history": [observation(one) for one in history],
    }


def observation(found: Observation) -> dict[str, Any]:
    """Write one look at a paper's signals."""
    return {"source": found.source, "at": moment(found.at), **asdict(found.signals)}


def topic(found: Topic) -> dict[str, Any]:
    """Write a topic."""
    return {
        "slug": found.slug,
        "name": found.name,
        "words_in": list(found.words_in),
        "words_out": list(found.words_out),
        "categories": list(found.categories),
        "authors": list(found.authors),
        "trending": found.trending,
    }


def subscriber(found: Subscriber) -> dict[str, Any]:
    """Write a subscriber."""
    return {
        "id": found.id,
        "address": found.address,
        "status": str(found.status),
        "topics": list(found.topics),
        "preferences": asdict(found.preferences),
        "since": moment(found.since),
    }


def consent_step(found: ConsentRecord) -> dict[str, Any]:
    """Write one change of consent."""
    return {
        "event": str(found.event),
        "status": str(found.status),
        "at": moment(found.evidence.at),
        "door": found.evidence.channel,
        "note": found.evidence.note,
        "wording": found.evidence.wording,
        "network": found.evidence.network,
    }


def delivery(found: DeliveryRecord) -> dict[str, Any]:
    """Write a row of the ledger."""
    return {
        "day": found.day.isoformat(),
        "address": found.address,
        "state": str(found.state),
        "reason": found.reason,
        "papers": found.papers,
        "subject": found.subject,
        "message_id": found.message_id,
        "planned_at": moment(found.planned_at),
        "settled_at": moment(found.settled_at),
        "attempts": found.attempts,
        "next_at": moment(found.next_at),
        "code": found.code,
        "status": found.status,
    }


def day_totals(found: DayTotals) -> dict[str, Any]:
    """Write how a day's account stands."""
    return {
        "planned": found.planned,
        "deliveries": {str(state): number for state, number in found.states.items()},
        "adds_up": found.adds_up,
        "closed_at": moment(found.closed_at),
    }


def sent_paper(found: SentPaper) -> dict[str, Any]:
    """Write a paper in a mail, and why it was there."""
    return {
        "paper_id": found.paper_id,
        "title": found.title,
        "topic": found.topic,
        "score": found.score,
        "reasons": sent_reasons(found),
    }


def sent_reasons(found: SentPaper) -> list[str]:
    """Say why a paper was in a mail."""
    if found.is_withdrawal:
        return ["told of its withdrawal"]
    if found.similar_to:
        return [f"similar to {found.similar_to}"]
    if found.similar:
        return [*found.reasons, stands_for(found.similar)]
    return list(found.reasons)


def fetch_record(found: FetchRecord) -> dict[str, Any]:
    """Write how a source was last read for a day."""
    return {
        **asdict(found),
        "state": str(found.state),
        "at": moment(found.at),
        "error": found.error,
    }


def source_report(found: SourceReport) -> dict[str, Any]:
    """Write how a source was just fetched."""
    return {
        "source": found.source,
        "day": found.day.isoformat(),
        "state": str(found.state),
        "declared": found.declared,
        "parsed": found.parsed,
        "rejected": [asdict(record) for record in found.rejected],
        "new": found.new,
        "merged": found.merged,
        "other_days": found.other_days,
        "channels": [asdict(channel) for channel in found.channels],
        "reason": found.reason,
        "seconds": round(found.seconds, 3),
        "error": found.error,
    }


def edition(found: Coverage) -> dict[str, Any]:
    """Write what an issue covers, and what was missing."""
    return {
        "covered": [source_coverage(one) for one in found.sources],
        "missing": list(found.missing),
        "read_again": list(found.to_be_retried),
        "cut_off": list(found.partial),
        "stale": list(found.stale),
        "quiet": list(found.excused),
        "late": [{"day": day.isoformat(), "papers": number} for day, number in found.late],
        "owed": [{"source": name, "day": day.isoformat()} for name, day in found.overdue],
        "considered": found.considered,
    }


def source_coverage(found: SourceCoverage) -> dict[str, Any]:
    """Write what one source gave to an edition."""
    return {
        "source": found.source,
        "papers": found.papers,
        "channels": [asdict(channel) for channel in found.channels],
        "so_far": found.is_early,
    }


def send_report(found: RunReport) -> dict[str, Any]:
    """Write what a run did."""
    return {
        "day": found.day.isoformat(),
        "deliveries": {str(state): number for state, number in found.counts.items()},
        "already": found.already,
        "doubtful": found.doubtful,
        "stopped": found.stopped,
    }


def issue(found: Issue, subject: str) -> dict[str, Any]:
    """Write a subscriber's issue."""
    return {
        "day": found.day.isoformat(),
        "subject": subject,
        "sections": [
            {"topic": s.slug, "name": s.name, "picks": [pick(chosen) for chosen in s.picks]}
            for s in found.sections
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
        "reasons": [asdict(reason) for reason in found.reasons],
        "similar": [other.id for other in found.similar],
    }


def issues_of(account: DeliveryHistory, subscriber_id: int) -> list[dict[str, Any]]:
    """Write every mail a subscriber was sent or not, with its papers and their reasons."""
    return [
        {**delivery(found), "contents": [sent_paper(paper) for paper in account.contents(found)]}
        for found in account.records(subscriber_id=subscriber_id)
    ]


def transactional_of(letters: TransactionalQueue, subscriber_id: int) -> list[dict[str, Any]]:
    """Write every letter a subscriber was sent, or was to be."""
    return [
        {**found, "made_at": moment(found["made_at"])}
        for found in letters.for_subscriber(subscriber_id)
    ]


def import_row(found: ImportRow) -> dict[str, Any]:
    """Write what becomes of a line of a list of subscribers."""
    return {
        "number": found.number,
        "address": found.address,
        "topics": list(found.topics),
        "fate": str(found.action),
        "reason": found.reason,
    }
