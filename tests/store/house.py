"""A whole house for the tests of a run: a real database and press, and a transport that records."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from builders import DAY, NOON, PEPPER, evidence, paper

from digest import config, pipeline
from digest.app import App
from digest.delivery.transports import Answer
from digest.errors import MailServerError
from digest.models import State
from subscribers.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from digest.delivery.transports import Note, Parcel
    from digest.models import Paper, SendReport, SourceReport
    from subscribers.models import Subscriber

TOPICS = [
    {"slug": "agents", "name": "Agents", "words_in": ["agent"]},
    {"slug": "robots", "name": "Robots", "words_in": ["robot"]},
    {"slug": "whales", "name": "Whales", "words_in": ["whale"]},
]

TAKEN = Answer(state=State.SENT)


def answer(state: State, reason: str, *, code: int = 0) -> Answer:
    """What a server says of one mail."""
    return Answer(state=state, reason=reason, code=code)


@dataclass(kw_only=True)
class Recorder:
    """A transport that keeps what it is given, or fails as it is told, by recipient.

    An answer is given as it is; an exception ends everything, as a dead server or process does.
    """

    failures: Mapping[str, Answer | Exception] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    #: everybody it was asked to send to, failures too
    asked: list[str] = field(default_factory=list)
    closed: bool = False

    def carry(self, parcels: Iterator[Parcel], note: Note) -> None:
        for parcel in parcels:
            self.asked.append(parcel.recipient)
            note((), (parcel,))
            failure = self.failures.get(parcel.recipient, TAKEN)
            if isinstance(failure, MailServerError):
                note([(parcel, Answer(state=State.PLANNED, reason=str(failure)))], ())
            if isinstance(failure, Exception):
                raise failure
            if failure.state is State.SENT:
                self.parcels.append(parcel)
            note([(parcel, failure)], ())

    def close(self) -> None:
        self.closed = True

    @property
    def recipients(self) -> list[str]:
        return [parcel.recipient for parcel in self.parcels]


class House:
    """The parts of an installation on one database, and shorthands for its steps."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        """Furnish the house."""
        self.folder = folder
        self.app = App(
            config=config.build(
                {
                    "site": {"secret_key": "for the tests", "pepper": PEPPER},
                    "topics": TOPICS,
                    "sources": [
                        {"name": "first", "kind": "jsonl", "path": "first.jsonl"},
                        {"name": "second", "kind": "jsonl", "path": "second.jsonl"},
                    ],
                },
                folder=folder,
                where="the tests",
            ),
            engine=engine,
        )
        # Readers are served in the order of their ids: here, in the order they came.
        ids = itertools.count(1)
        self.book = Book(engine, new_id=lambda: next(ids), pepper=PEPPER)

    def reader(self, name: str, *topics: str) -> Subscriber:
        """Add a confirmed reader; of agents, unless told otherwise."""
        added = self.book.add(
            f"{name}@example.org", topics or ("agents",), confirmed=True, evidence=evidence()
        )
        assert added is not None
        return added

    def papers(self, *papers: Paper) -> None:
        """Put papers into the store, past the sources."""
        self.app.store.save(papers, source="first", kind="jsonl")

    def about_agents(self, *ids: str, **details: Any) -> None:
        """Put papers about agents into the store."""
        self.papers(*(agents_paper(known, **details) for known in ids))

    def file(self, name: str, *records: Mapping[str, object]) -> None:
        """Write what a source will be found to hold."""
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")

    def fetch(self, day: date = DAY, *, only_day: bool = True) -> list[SourceReport]:
        return pipeline.fetch(
            day, self.app.places, only_day=only_day, store=self.app.store, clock=lambda: NOON
        )

    def desk(self, day: date = DAY) -> pipeline.Desk:
        names = [place.name for place in self.app.places]
        return pipeline.lay_out(
            day, self.app.topics, names, store=self.app.store, quotas=self.app.quotas
        )

    def send(
        self, transport: Recorder | None = None, *, day: date = DAY, now: datetime = NOON
    ) -> SendReport:
        return self.send_to(self.book.confirmed(), self.desk(day), transport or Recorder(), now=now)

    def send_to(
        self,
        readers: Sequence[Subscriber],
        desk: pipeline.Desk,
        transport: Recorder,
        *,
        now: datetime = NOON,
    ) -> SendReport:
        return pipeline.send(
            readers,
            desk,
            press=self.app.press,
            ledger=self.app.ledger,
            transport=transport,
            clock=lambda: now,
        )

    def rehearse(self) -> Sequence[pipeline.Outcome]:
        return pipeline.rehearse(
            self.book.confirmed(),
            self.desk(),
            press=self.app.press,
            ledger=self.app.ledger,
            clock=lambda: NOON,
        )

    def preview(self, reader: Subscriber, *, now: datetime = NOON) -> pipeline.Outcome:
        return pipeline.preview(
            reader,
            self.desk(),
            press=self.app.press,
            ledger=self.app.ledger,
            clock=lambda: now,
        )

    def states(self, day: date = DAY) -> dict[str, str]:
        """What the ledger says of everybody, by the name before the @."""
        entries = self.app.ledger.entries(day=day)
        return {entry.address.partition("@")[0]: str(entry.state) for entry in entries}

    def reasons(self, day: date = DAY) -> dict[str, str | None]:
        """Why, by the name before the @."""
        entries = self.app.ledger.entries(day=day)
        return {entry.address.partition("@")[0]: entry.reason for entry in entries}

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        with self.app.engine.connect() as db:
            tables = sa.inspect(db).get_table_names()
            return {
                table: [tuple(row) for row in db.execute(sa.text(f"SELECT * FROM {table}"))]  # noqa: S608
                for table in tables
            }


def agents_paper(id: str, **details: Any) -> Paper:  # noqa: A002
    """A paper about agents, unlike every other."""
    title = f"An agent named {id}"
    return paper(id, title=title, abstract=f"It is agent number {id}.", **details)


def record(**details: object) -> dict[str, object]:
    """A line of a jsonl source, about agents."""
    return {"title": "An agent", "abstract": "It is an agent.", "day": "2026-02-02"} | details
