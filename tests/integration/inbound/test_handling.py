"""Messages that wait are handled in their order, each once, and none holds up the others."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import partialmethod
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, at_noon, enrolled

from digest.errors import StoreError
from digest.inbound import handling
from digest.inbound.consequences import Consequences
from digest.inbound.handling import ALARM, BATCH, Handler, Obeyed
from digest.models.inbound import (
    Arrival,
    BounceClass,
    BouncedRecipient,
    Explanation,
    MessageKind,
    ReturnedMail,
)
from digest.storage.arrivals import DROPPED, Arrivals, ArrivalState
from digest.storage.bounces import Bounces
from subscribers.models import Event, Status, Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

    from subscribers.book import Book


@dataclass
class Mailroom:
    """A handler whose messages say in their first word what they are."""

    engine: sa.Engine
    book: Book
    reader: Subscriber
    obeyed: list[str] = field(default_factory=list)

    @property
    def arrivals(self) -> Arrivals:
        return Arrivals(self.engine)

    @property
    def handler(self) -> Handler:
        bounces = Bounces(self.engine)
        return Handler(
            engine=self.engine,
            arrivals=self.arrivals,
            bounces=bounces,
            consequences=Consequences(
                bounces=bounces,
                book=self.book,
                signs_return_addresses=True,
                clock=at_noon,
            ),
            explain=self.explain,
            obey=self.obey,
            clock=at_noon,
        )

    def receive(self, *words: str) -> None:
        for word in words:
            self.arrivals.store(
                f"{word}\n".encode(),
                sender="",
                recipients=[f"{word}@example.org"],
                channel="lmtp",
                now=NOON,
            )

    def explain(self, arrival: Arrival) -> Explanation:
        word = arrival.content.decode().split("-")[0].strip()
        if word == "fault":
            raise ValueError("nobody thought of this")
        kinds = {"hard": "bounce", "policy": "bounce"}
        found = Explanation(kind=MessageKind(kinds.get(word, word.replace(" ", "-"))), why="so")
        if word not in kinds:
            return found
        said = BouncedRecipient(address="x@example.org", bounce_class=BounceClass(word))
        proof = ReturnedMail(day=DAY, subscriber_id=self.reader.id, found_in="return address")
        return replace(found, recipients=(said,), returned=proof)

    def obey(self, db: sa.Connection, arrival: Arrival) -> Obeyed:
        self.obeyed.append(arrival.envelope.recipient)
        return Obeyed("done as told", self.reader.id)

    def states(self) -> list[tuple[str, str]]:
        settled = [(str(one.state), one.result) for one in self.arrivals.newest(most=1000)]
        return settled[::-1]


@pytest.fixture
def mailroom(engine: sa.Engine, book: Book) -> Mailroom:
    return Mailroom(engine, book, enrolled(book, "ada@example.org", Event.CONFIRM))


def test_each_kind_of_message_ends_as_it_should(mailroom: Mailroom) -> None:
    mailroom.receive("hard", "command", "auto reply", "not a bounce", "not understood", "complaint")

    assert mailroom.handler.handle_waiting() == 6

    assert mailroom.states() == [
        ("handled", "the address is suppressed"),
        ("handled", "done as told"),
        ("handled", "nothing was done"),
        ("handled", "nothing was done"),
        ("kept", "kept for the operator"),
        ("kept", "kept for the operator"),
    ]


def test_a_message_remembers_whom_it_was_about(mailroom: Mailroom) -> None:
    mailroom.receive("hard", "command", "auto reply")
    mailroom.handler.handle_waiting()

    of_ada = mailroom.arrivals.newest(most=9, subscriber_id=mailroom.reader.id)

    assert [one.kind for one in of_ada] == ["command", "bounce"]


def test_a_message_is_handled_once(mailroom: Mailroom) -> None:
    mailroom.receive("command")

    assert [mailroom.handler.handle_waiting() for _ in range(2)] == [1, 0]
    assert mailroom.obeyed == ["command@example.org"]


def test_what_another_process_has_handled_meanwhile_is_left_alone(mailroom: Mailroom) -> None:
    mailroom.receive("command")
    slow = mailroom.handler

    def meanwhile(arrival: Arrival) -> Explanation:
        mailroom.handler.handle_waiting()
        return mailroom.explain(arrival)

    assert replace(slow, explain=meanwhile).handle_waiting() == 0
    assert mailroom.obeyed == ["command@example.org"]


def test_a_fault_of_ours_keeps_one_message_and_holds_up_none(
    mailroom: Mailroom, caplog: pytest.LogCaptureFixture
) -> None:
    mailroom.receive("command-1", "fault", "command-2")

    with caplog.at_level(logging.ERROR, logger="digest"):
        assert mailroom.handler.handle_waiting() == 3

    assert [state for state, _ in mailroom.states()] == ["handled", "kept", "handled"]
    assert mailroom.obeyed == ["command-1@example.org", "command-2@example.org"]
    assert [record.message for record in caplog.records] == ["arrival not handled"]


def test_a_fault_in_acting_undoes_the_batch_and_repeats_it_one_by_one(mailroom: Mailroom) -> None:
    mailroom.receive("hard", "command")

    def fail(db: sa.Connection, arrival: Arrival) -> Obeyed:
        raise ValueError("nobody thought of this")

    replace(mailroom.handler, obey=fail).handle_waiting()

    assert [state for state, _ in mailroom.states()] == ["handled", "kept"]
    assert len(mailroom.book.history(mailroom.reader.id)) == 3


def test_while_the_database_is_away_everything_waits(mailroom: Mailroom) -> None:
    mailroom.receive("command")

    def fail(db: sa.Connection, arrival: Arrival) -> Obeyed:
        raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        replace(mailroom.handler, obey=fail).handle_waiting()

    assert mailroom.arrivals.counts() == {ArrivalState.WAITING: 1}


def test_many_are_handled_in_batches_in_their_order_and_at_a_rate(mailroom: Mailroom) -> None:
    names = [f"command-{number}" for number in range(BATCH + 5)]
    mailroom.receive(*names)
    batches: list[int] = []

    assert mailroom.handler.handle_waiting(pause=batches.append) == BATCH + 5
    assert batches == [BATCH, 5]
    assert mailroom.obeyed == [f"{name}@example.org" for name in names]


def test_it_ends_when_it_is_told_to(mailroom: Mailroom) -> None:
    mailroom.receive("command")

    assert mailroom.handler.handle_waiting(should_continue=lambda: False) == 0


def test_what_is_kept_has_a_bound(
    mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Arrivals, "drop_oldest", partialmethod(Arrivals.drop_oldest, most=40))
    mailroom.receive("not understood", "not understood-2", "not understood-3", "command")

    mailroom.handler.handle_waiting()

    assert mailroom.states()[:3] == [("kept", DROPPED), *[("kept", "kept for the operator")] * 2]
    dropped = [one for one in caplog.records if one.message == "kept messages dropped"]
    assert [one.__dict__["messages"] for one in dropped] == [1]


def test_many_refusals_of_what_we_are_raise_an_alarm_at_each_doubling(
    mailroom: Mailroom, book: Book, caplog: pytest.LogCaptureFixture
) -> None:
    readers = [enrolled(book, f"r{n}@example.org", Event.CONFIRM) for n in range(2 * ALARM)]

    def refuse(reader: Subscriber) -> Callable[[Arrival], Explanation]:
        return lambda arrival: replace(
            mailroom.explain(arrival),
            returned=ReturnedMail(day=DAY, subscriber_id=reader.id, found_in="return address"),
        )

    alarms = []
    with caplog.at_level(logging.WARNING, logger=handling.__name__):
        for number, reader in enumerate(readers):
            mailroom.receive(f"policy-{number}")
            replace(mailroom.handler, explain=refuse(reader)).handle_waiting()
            alarms.append(len(caplog.records))

    assert alarms == [0] * (ALARM - 1) + [1] * ALARM + [2]
    assert caplog.records[0].message == "mail refused for what we are"
    assert {reader.status for reader in book.all()} == {Status.CONFIRMED}
