"""Builders: every test says what it is about and leaves the rest to these."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from digest.models.delivery import OutgoingMessage
from digest.models.issue import Coverage, Edition, Issue, Section, SourceCoverage
from digest.models.paper import Links, Paper, Signals
from digest.models.picks import Pick, Reason
from digest.models.source import Channel
from subscribers import addresses
from subscribers.book import Evidence
from subscribers.changes import ListEntry
from subscribers.models import Event, Status, Subscriber, Topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from subscribers.book import Book


PEPPER = "a pepper for the tests and nothing else"
DAY = date(2026, 2, 2)
NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)


def at_noon() -> datetime:
    """A clock that stands still."""
    return NOON


def paper(id: str = "2602.00001", **details: Any) -> Paper:  # noqa: A002 (the field's name)
    votes = details.pop("votes", None)
    defaults: dict[str, Any] = {
        "title": f"Paper {id}",
        "abstract": "We study a thing. It works.",
        "day": DAY,
        "links": Links(abs=f"https://arxiv.org/abs/{id}"),
    }
    if votes is not None:
        defaults |= {"signals": Signals(upvotes=votes), "observed_at": NOON}
    return Paper(id=id, **(defaults | details))


def pick(of: Paper | str = "2602.00001", score: float = 1.0, **details: Any) -> Pick:
    defaults: dict[str, Any] = {
        "topic": "agents",
        "relevance": 0.5,
        "trend": 0.5,
        "reasons": (Reason(kind="word", text="“agents” in the title"),),
    }
    chosen = paper(of) if isinstance(of, str) else of
    return Pick(paper=chosen, score=score, **(defaults | details))


def topic(slug: str = "agents", **details: Any) -> Topic:
    defaults: dict[str, Any] = {"name": slug.capitalize(), "words_in": ("agent",)}
    return Topic(slug=slug, **(defaults | details))


def covered(source: str, papers: int, *channels: Channel) -> SourceCoverage:
    return SourceCoverage(source=source, papers=papers, channels=channels)


def subscriber(id: int = 7, **details: Any) -> Subscriber:  # noqa: A002
    defaults: dict[str, Any] = {
        "address": f"reader{id}@example.org",
        "status": Status.CONFIRMED,
        "topics": ("agents",),
        "since": NOON,
    }
    return Subscriber(id=id, **(defaults | details))


def evidence(**details: Any) -> Evidence:
    defaults: dict[str, Any] = {"at": NOON, "channel": "tests"}
    return Evidence(**(defaults | details))


def enrolled(
    book: Book, address: str = "ada@example.org", *events: Event, topics: tuple[str, ...] = ()
) -> Subscriber:
    """A reader in the book who signed up, for agents unless told otherwise, and did all this."""
    found = book.add(address, topics or ("agents",), confirmed=False, evidence=evidence())
    for event in events:
        book.record(found.id if found else 0, event, evidence=evidence())
    reader = book.find(address)
    assert reader is not None
    return reader


def brought_in(
    book: Book, address: str, *, topics: tuple[str, ...] = ("agents",), confirmed: bool = False,
    at: datetime = NOON,
) -> Subscriber | None:  # fmt: skip
    """The reader whom a list of one address adds or changes, or None."""
    parsed = addresses.parse(address)
    steps = ((Event.CONFIRM, evidence(at=at)),) if confirmed else ()
    entry = ListEntry(address=parsed, topics=topics, preferences=None, since=None, steps=steps)
    changed = book.bring_in([entry], evidence=evidence(at=at))
    return book.find(address) if parsed.key in changed else None


def issue(*picks: Pick, day: date = DAY, **details: Any) -> Issue:
    chosen = picks or (pick(),)
    section = Section(slug="agents", name="Agents", picks=chosen)
    defaults: dict[str, Any] = {
        "sections": (section,),
        "coverage": Coverage(day=day, sources=(covered("Hugging Face", 40),), considered=40),
    }
    return Issue(day=day, **(defaults | details))


def ids(found: Any) -> list[str]:
    """The ids of papers, picks or a section's picks, in order."""
    of: Callable[[Any], str] = lambda item: getattr(item, "paper", item).id  # noqa: E731
    return [of(item) for item in getattr(found, "picks", found)]


def outgoing(recipient: str = "ada@example.org", **details: Any) -> OutgoingMessage:
    defaults: dict[str, Any] = {
        "day": DAY,
        "sender": "bounces@example.org",
        "content": b"Subject: Today\r\n\r\nHello.\r\n",
    }
    return OutgoingMessage(recipient=recipient, **(defaults | details))


def edition_of(made: Issue, **details: Any) -> Edition:
    """The desk an issue may have been made from: its own papers, ranked as it shows them."""
    papers = {found.id: found for pick in made.picks for found in (pick.paper, *pick.similar)}
    defaults: dict[str, Any] = {
        "coverage": made.coverage,
        "papers": list(papers.values()),
        "topics": {section.slug: topic(section.slug) for section in made.sections},
        "ranked": {section.slug: tuple(map(_alone, section.picks)) for section in made.sections},
        "similar": {},
        "per_topic": 9,
        "max_papers": 20,
        "trend_weight": 1.0,
    }
    return Edition(**(defaults | details))


def _alone(pick: Pick) -> Pick:
    """A pick as it is ranked, before others stand behind it."""
    reasons = tuple(reason for reason in pick.reasons if reason.kind != "similar")
    return pick._replace(similar=(), reasons=reasons)
