"""An installation for tests on a real database, and a transport that records messages."""

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
    from digest.models.delivery import DoubtfulMessage, OutgoingMessage, ReportOutcomes, RunReport
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

#: The subscribers of an installation that needs no others.
FOUR = ("ada", "bo", "cy", "di")


@dataclass(kw_only=True)
class RecordingTransport:
    """A transport that keeps its messages, or fails for given recipients.

    An `Outcome` in `failures` is reported as it is. A `MailServerError` is raised before the
    message leaves, any other exception after it left and without an outcome.
    """

    failures: Mapping[str, Outcome | BaseException] = field(default_factory=dict)
    messages: list[OutgoingMessage] = field(default_factory=list)
    #: all messages it took, those that failed too
    attempted: list[OutgoingMessage] = field(default_factory=list)
    closed: bool = False
    #: whether a message has left that a dead worker had in hand, by recipient
    known: Mapping[str, bool] = field(default_factory=dict)

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        for message in messages:
            self.attempted.append(message)
            failure = self.failures.get(message.recipient)
            if isinstance(failure, MailServerError):
                report([(message, Outcome(state=DeliveryState.PLANNED, reason=str(failure)))], [])
                raise failure
            report([], [message])
            self.accept(message, failure)
            sent = Outcome(state=DeliveryState.SENT)
            report([(message, failure if isinstance(failure, Outcome) else sent)], [])

    def accept(self, message: OutgoingMessage, failure: Outcome | BaseException | None) -> None:
        """Take the message, as a server would."""
        if isinstance(failure, BaseException):
            raise failure
        if failure is None:
            self.messages.append(message)

    def was_sent(self, message: DoubtfulMessage) -> bool | None:
        """Say what a test has it say; by default nobody can know."""
        return self.known.get(message.recipient)

    def remove_left_over(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    @property
    def recipients(self) -> list[str]:
        return [message.recipient for message in self.messages]

    @property
    def attempted_recipients(self) -> list[str]:
        return [message.recipient for message in self.attempted]


class Installation:
    """The parts of an installation on one database, and shorthands for the steps of tests."""

    def __init__(
        self, engine: sa.Engine, folder: Path, *, new_id: Callable[[], int] | None = None
    ) -> None:
        """Open an installation; subscribers get the ids 1, 2, … unless `new_id` says otherwise."""
        self.folder = folder
        self.app = App(
            config=config.build(
                {
                    "site": {
                        "secret_key": "a key for the tests and nothing else",
                        "pepper": PEPPER,
                    },
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
        # Subscribers are served in the order of their ids: here, in the order they came.
        self.book = Book(engine, new_id=new_id or itertools.count(1).__next__, pepper=PEPPER)
        self.app.__dict__["book"] = self.book
        self.app.__dict__["generation"] = replace(
            self.app.generation, clock=lambda: self.now, today=self.today
        )
        self.now = NOON
        self.boot = "the first boot"
        self.policy = Policy()
        self.own_addresses: frozenset[str] = frozenset()

    def subscribe(self, name: str, *topics: str) -> Subscriber:
        """Add a confirmed subscriber, to agents unless other topics are given."""
        added = self.book.add(
            address(name), topics or ("agents",), confirmed=True, evidence=evidence()
        )
        assert added is not None
        return added

    def add_papers(self, *papers: Paper, source: str = "first") -> None:
        """Save papers directly, without a source."""
        authority = get_kind("jsonl").authority
        self.app.papers.save(papers, source=source, authority=authority)

    def add_agents_papers(self, *ids: str, **details: Any) -> None:
        """Save papers about agents."""
        self.add_papers(*(agents_paper(paper_id, **details) for paper_id in ids))

    def write_source(self, name: str, *records: Mapping[str, object]) -> None:
        """Write the file that a source reads."""
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")

    @property
    def fetcher(self) -> Fetcher:
        """Fetches from the sources, with this installation's clock."""
        return replace(self.app.fetcher, clock=lambda: self.now)

    def fetch(self, day: date = DAY, *, only_day: bool = True) -> list[SourceReport]:
        return self.fetcher.fetch(day, self.app.sources, only_day=only_day)

    def edition(self, day: date = DAY, *, since: date | None = None) -> Edition:
        return pipeline.build_edition(self.app, day, since=since)

    def today(self) -> date:
        return self.now.date()

    # -- a run ------------------------------------------------------------------------------

    @property
    def services(self) -> DeliveryServices:
        """What a run needs, with this installation's clock, host and policy."""
        host = WorkerHost(host="tests", boot=self.boot, pid=1)
        return replace(
            self.app.delivery_services,
            clock=lambda: self.now,
            host=host,
            policy=self.policy,
            own_addresses=self.own_addresses,
        )

    def wait(self, **time: float) -> None:
        """Move the clock."""
        self.now += timedelta(**time)

    def send(self, transport: Transport | None = None, **request: Any) -> RunReport:
        """Run the day; `request` holds fields of `RunRequest`."""
        day = request.pop("day", DAY)
        edition = request.pop("edition") if "edition" in request else self.edition(day)
        request.setdefault("edition_since", lambda since: self.edition(day, since=since))
        return run_delivery(
            RunRequest(day=day, edition=edition, **request),
            self.services,
            transport or RecordingTransport(),
        )

    def retry(self, transport: Transport | None = None, **request: Any) -> RunReport:
        """Send what is due from the edition that was stored; nobody new is planned."""
        return self.send(transport, edition=None, **request)

    def message_builder(self, day: date = DAY) -> MessageBuilder:
        services = self.services
        stored = services.editions.preview(
            self.edition(day), mail_key=services.mail_settings.key, now=self.now
        )
        return MessageBuilder(
            stored,
            settings=services.mail_settings,
            book=services.book,
            editions=services.editions,
            reader_schedules=services.reader_schedules,
            history=services.history,
            profiles=services.profiles,
        )

    def preview(self, subscriber: Subscriber, *, day: date = DAY) -> MailResult:
        """What a subscriber got, or would get now."""
        return self.message_builder(day).preview(subscriber)

    def preview_all(self) -> list[MailResult]:
        """What every confirmed subscriber got, or would get now."""
        builder = self.message_builder()
        return [builder.preview(subscriber) for subscriber in self.book.confirmed()]

    # -- what is in the ledger --------------------------------------------------------------

    def delivery(self, name: str, day: date = DAY) -> DeliveryRecord:
        """A subscriber's delivery of a day."""
        subscriber = self.book.find(address(name))
        found = subscriber and self.app.history.record(day, subscriber.id)
        assert found is not None
        return found

    def shown(self, name: str, day: date = DAY) -> list[str]:
        """The ids of the papers in a subscriber's issue of a day."""
        return [it.paper_id for it in self.app.history.contents(self.delivery(name, day))]

    def totals(self, day: date = DAY) -> dict[str, int]:
        """The number of deliveries of a day by state; it is checked that they add up."""
        totals = self.app.history.day_totals(day)
        assert totals.adds_up, f"{totals} does not add up"
        return {str(state): number for state, number in totals.states.items()}

    def states(self, day: date = DAY) -> dict[str, str]:
        """The state of every delivery of a day, by the name before the @."""
        records = self.app.history.records(day=day)
        return {record.address.partition("@")[0]: str(record.state) for record in records}

    def reasons(self, day: date = DAY) -> dict[str, str | None]:
        """The reason of every delivery of a day, by the name before the @."""
        records = self.app.history.records(day=day)
        return {record.address.partition("@")[0]: record.reason for record in records}

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
    defaults = {"title": f"An agent named {id}", "abstract": f"It is agent number {id}."}
    return paper(id, **(defaults | details))


def record(**details: object) -> dict[str, object]:
    """A line of a jsonl source, about agents."""
    return {"title": "An agent", "abstract": "It is an agent.", "day": "2026-02-02"} | details


def address(name: str) -> str:
    """The address of the subscriber who was added with a name."""
    return f"{name}@example.org"


def failing(failure: Outcome | BaseException, *names: str) -> RecordingTransport:
    """A transport that fails for these subscribers, by name, and for no others."""
    return RecordingTransport(failures=dict.fromkeys(map(address, names), failure))
