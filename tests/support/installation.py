"""A whole house for the tests of a run: a real database and press, and a transport that records."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from support.builders import DAY, NOON, PEPPER, evidence, paper

from digest.app import config, pipeline
from digest.app.services import App
from digest.delivery.builder import MessageBuilder
from digest.delivery.run import Policy, RunRequest, run_delivery
from digest.errors import MailServerError
from digest.models.delivery import DeliveryState, Outcome, WorkerHost
from digest.sources import get_kind
from subscribers.book import Book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from digest.delivery.builder import MailResult
    from digest.delivery.run import DeliveryServices
    from digest.delivery.transports import Transport
    from digest.models.delivery import OutgoingMessage, ReportOutcomes, RunReport
    from digest.models.issue import Edition
    from digest.models.paper import Paper
    from digest.models.source import SourceReport
    from digest.sources.fetch import Fetcher
    from digest.storage.history import DeliveryRecord
    from subscribers.models import Subscriber

TOPICS = [
    {"slug": "agents", "name": "Agents", "words_in": ["agent"]},
    {"slug": "robots", "name": "Robots", "words_in": ["robot"]},
    {"slug": "whales", "name": "Whales", "words_in": ["whale"]},
]


@dataclass(kw_only=True)
class Recorder:
    """A transport that keeps what it is given, or fails as it is told, by recipient.

    An answer is given as it is. A `MailServerError` comes before the mail leaves, and any other
    exception after it did, with no answer told.
    """

    failures: Mapping[str, Outcome | BaseException] = field(default_factory=dict)
    parcels: list[OutgoingMessage] = field(default_factory=list)
    #: all it was asked to send, failures too
    tried: list[OutgoingMessage] = field(default_factory=list)
    closed: bool = False

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        for parcel in parcels:
            self.tried.append(parcel)
            failure = self.failures.get(parcel.recipient)
            if isinstance(failure, MailServerError):
                note([(parcel, Outcome(state=DeliveryState.PLANNED, reason=str(failure)))], [])
                raise failure
            note([], [parcel])
            self.hand_over(parcel, failure)
            answer = failure if isinstance(failure, Outcome) else Outcome(state=DeliveryState.SENT)
            note([(parcel, answer)], [])

    def hand_over(self, parcel: OutgoingMessage, failure: Outcome | BaseException | None) -> None:
        """Take the mail, as a server would."""
        if isinstance(failure, BaseException):
            raise failure
        if failure is None:
            self.parcels.append(parcel)

    def close(self) -> None:
        self.closed = True

    @property
    def recipients(self) -> list[str]:
        return [parcel.recipient for parcel in self.parcels]

    @property
    def asked(self) -> list[str]:
        return [parcel.recipient for parcel in self.tried]


class House:
    """The parts of an installation on one database, and shorthands for its steps."""

    def __init__(
        self, engine: sa.Engine, folder: Path, *, new_id: Callable[[], int] | None = None
    ) -> None:
        """Furnish the house; readers have the ids 1, 2, … unless told otherwise."""
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
        self.book = Book(engine, new_id=new_id or itertools.count(1).__next__, pepper=PEPPER)
        self.app.__dict__["book"] = self.book
        self.now = NOON
        self.boot = "a start of the machine"
        self.policy = Policy()

    def reader(self, name: str, *topics: str) -> Subscriber:
        """Add a confirmed reader; of agents, unless told otherwise."""
        added = self.book.add(
            f"{name}@example.org", topics or ("agents",), confirmed=True, evidence=evidence()
        )
        assert added is not None
        return added

    def papers(self, *papers: Paper, source: str = "first") -> None:
        """Put papers into the store, past the sources."""
        authority = get_kind("jsonl").authority
        self.app.papers.save(papers, source=source, authority=authority)

    def about_agents(self, *ids: str, **details: Any) -> None:
        """Put papers about agents into the store."""
        self.papers(*(agents_paper(known, **details) for known in ids))

    def file(self, name: str, *records: Mapping[str, object]) -> None:
        """Write what a source will be found to hold."""
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")

    @property
    def fetcher(self) -> Fetcher:
        """Reads the sources, by this installation's clock."""
        return replace(self.app.fetcher, clock=lambda: self.now)

    def fetch(self, day: date = DAY, *, only_day: bool = True) -> list[SourceReport]:
        return self.fetcher.fetch(day, self.app.sources, only_day=only_day)

    def desk(self, day: date = DAY) -> Edition:
        return pipeline.build_edition(self.app, day)

    # -- a run ------------------------------------------------------------------------------

    @property
    def office(self) -> DeliveryServices:
        """What a run needs, with this house's clock, machine and policy."""
        machine = WorkerHost(host="house", boot=self.boot, pid=1)
        return replace(
            self.app.delivery_services, clock=lambda: self.now, host=machine, policy=self.policy
        )

    def wait(self, **time: float) -> None:
        """Let time go by."""
        self.now += timedelta(**time)

    def send(self, transport: Transport | None = None, **asked: Any) -> RunReport:
        """Run the day; what is `asked` of the run is as in `Run`."""
        day = asked.pop("day", DAY)
        desk = asked.pop("desk") if "desk" in asked else self.desk(day)
        run = RunRequest(day=day, edition=desk, **asked)
        return run_delivery(run, self.office, transport or Recorder())

    def retry(self, transport: Transport | None = None, **asked: Any) -> RunReport:
        """Send what waits, from what was frozen before; nobody new is planned."""
        return self.send(transport, desk=None, **asked)

    def mailroom(self, day: date = DAY) -> MessageBuilder:
        office = self.office
        frozen = office.editions.preview(
            self.desk(day), mail_key=office.mail_settings.key, now=self.now
        )
        return MessageBuilder(
            frozen,
            settings=office.mail_settings,
            book=office.book,
            editions=office.editions,
            history=office.history,
        )

    def preview(self, reader: Subscriber, *, day: date = DAY) -> MailResult:
        """What a reader would get now, or got."""
        return self.mailroom(day).preview(reader)

    def rehearse(self) -> list[MailResult]:
        """What every confirmed reader would get now, or got."""
        room = self.mailroom()
        return [room.preview(reader) for reader in self.book.confirmed()]

    # -- what is in the ledger --------------------------------------------------------------

    def entry(self, name: str, day: date = DAY) -> DeliveryRecord:
        """A reader's row of a day."""
        reader = self.book.find(f"{name}@example.org")
        found = reader and self.app.history.record(day, reader.id)
        assert found is not None
        return found

    def shown(self, name: str, day: date = DAY) -> list[str]:
        """The papers in a reader's mail of a day."""
        return [it.paper_id for it in self.app.history.contents(self.entry(name, day))]

    def sum(self, day: date = DAY) -> dict[str, int]:
        """How many deliveries of a day stand in each state, having looked that they add up."""
        balance = self.app.history.day_totals(day)
        assert balance.adds_up, f"{balance} does not add up"
        return {str(state): number for state, number in balance.states.items()}

    def states(self, day: date = DAY) -> dict[str, str]:
        """What the ledger says of everybody, by the name before the @."""
        entries = self.app.history.records(day=day)
        return {entry.address.partition("@")[0]: str(entry.state) for entry in entries}

    def reasons(self, day: date = DAY) -> dict[str, str | None]:
        """Why, by the name before the @."""
        entries = self.app.history.records(day=day)
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


def address(name: str) -> str:
    """A reader's address, by the name they were added with."""
    return f"{name}@example.org"


def failing(answer: Outcome | BaseException, *names: str) -> Recorder:
    """A transport that fails these readers, by name, and no others."""
    return Recorder(failures=dict.fromkeys(map(address, names), answer))
