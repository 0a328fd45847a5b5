"""The book under anything that can happen to it, in any order."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.builders import NOON, PEPPER, evidence
from support.database import emptied_database

from subscribers import addresses
from subscribers.book import Book, subscribers
from subscribers.errors import ConsentError
from subscribers.models import Event, Status, move

#: Three mailboxes, each in spellings that are one reader.
SPELLINGS = [
    *("ada@example.org", "Ada@Example.ORG", " ADA@example.org\n"),
    *("bo@bücher.example", "BO@xn--bcher-kva.example", "bo@BÜCHER.example"),
    *("o'neil+cy@example.net", "O'Neil+Cy@EXAMPLE.net"),
]
MAILBOXES = sorted({addresses.parse(spelling).key for spelling in SPELLINGS})
LATE = evidence(at=NOON.replace(month=3), channel="deadline")


class Consent(RuleBasedStateMachine):
    """A book, and beside it what little anybody must remember of each mailbox."""

    @initialize()
    def open(self) -> None:
        self.engine = emptied_database()
        self.book = Book(self.engine, new_id=count(1).__next__, pepper=PEPPER)
        #: what the table of consent makes of each mailbox; None is nobody we know
        self.expected: dict[str, Status | None] = dict.fromkeys(MAILBOXES)
        #: mailboxes that said yes themselves, or for which somebody vouched, since they came
        self.consented: set[str] = set()
        #: mailboxes that were erased and did not confirm since
        self.erased: set[str] = set()
        #: of those, the ones that are never to be written to
        self.for_ever: set[str] = set()

    @rule(spelling=st.sampled_from(SPELLINGS))
    def sign_up(self, spelling: str) -> None:
        key = addresses.parse(spelling).key
        self.book.add(spelling, ["agents"], confirmed=False, evidence=evidence())
        if key not in self.for_ever:
            self.expected[key] = move(self.expected[key], Event.SIGN_UP)

    @rule(spelling=st.sampled_from(SPELLINGS), confirmed=st.booleans())
    def bring_in(self, spelling: str, confirmed: bool) -> None:  # noqa: FBT001
        key = addresses.parse(spelling).key
        before = self.book.find(spelling)
        after = self.book.add(
            spelling, ["robots"], confirmed=confirmed, evidence=evidence(), event=Event.IMPORT
        )
        if key in self.erased:
            assert after is None
            assert self.book.find(spelling) == before
        elif before and before.status in (Status.LEFT, Status.SUPPRESSED):
            assert after == before
        else:
            self.expected[key] = move(self.expected[key], Event.IMPORT)
            if confirmed:
                self._confirmed(key)

    @rule(
        key=st.sampled_from(MAILBOXES),
        event=st.sampled_from(Event).filter(
            lambda event: event not in (Event.SIGN_UP, Event.IMPORT, Event.ERASE)
        ),
    )
    def happen(self, key: str, event: Event) -> None:
        reader = self.book.find(key)
        with suppress(ConsentError):
            after = self.book.record(reader.id if reader else 0, event, evidence=evidence())
            if after is not None and event is Event.CONFIRM:
                self._confirmed(key)
            elif after is not None:
                self.expected[key] = move(self.expected[key], event)

    @rule(key=st.sampled_from(MAILBOXES))
    def erase(self, key: str) -> None:
        reader = self.book.find(key)
        if reader is not None:
            self.book.record(reader.id, Event.ERASE, evidence=evidence())
            self.erased.add(key)
            self.for_ever |= {key} if reader.status is Status.SUPPRESSED else set()
            self.consented.discard(key)
            self.expected[key] = None

    @rule()
    def wait_a_month(self) -> None:
        had_left = {
            key for key in MAILBOXES if Event.LEAVE in [step.event for step in self._history(key)]
        }
        self.book.forget_unconfirmed(before=LATE.at, evidence=LATE)
        for key, status in self.expected.items():
            if status is Status.PENDING:
                self.expected[key] = Status.LEFT if key in had_left else None

    @invariant()
    def everybody_stands_where_the_table_says(self) -> None:
        found = {addresses.parse(reader.address).key: reader.status for reader in self.book.all()}
        assert found == {key: status for key, status in self.expected.items() if status}

    @invariant()
    def only_who_is_confirmed_gets_a_digest(self) -> None:
        confirmed = {addresses.parse(reader.address).key for reader in self.book.confirmed()}
        assert {key for key in MAILBOXES if self.expected[key] is Status.CONFIRMED} == confirmed
        assert confirmed <= self.consented

    @invariant()
    def a_history_ends_where_its_reader_stands(self) -> None:
        for reader in self.book.all():
            assert self.book.history(reader.id)[-1].status is reader.status

    @invariant()
    def nobody_gets_a_digest_without_a_yes_on_record(self) -> None:
        for reader in self.book.confirmed():
            assert Event.CONFIRM in [step.event for step in self.book.history(reader.id)]

    @invariant()
    def a_mailbox_has_one_row(self) -> None:
        with self.engine.connect() as db:
            keys = db.execute(sa.select(subscribers.c.address_key)).scalars().all()
        assert len(keys) == len(set(keys))

    @invariant()
    def who_was_erased_is_known_again(self) -> None:
        assert {key for key in MAILBOXES if self.book.is_erased(key)} == self.erased

    def _confirmed(self, key: str) -> None:
        self.expected[key] = move(self.expected[key], Event.CONFIRM)
        self.consented.add(key)
        self.erased.discard(key)

    def _history(self, key: str) -> list[Any]:
        reader = self.book.find(key)
        return self.book.history(reader.id) if reader else []


TestConsent = Consent.TestCase
TestConsent.settings = settings(max_examples=60, stateful_step_count=30)
