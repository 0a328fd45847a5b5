"""The address book, under random sequences of everything that can happen to it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support.builders import NOON, PEPPER, brought_in, evidence
from support.database import emptied_database
from support.examples import share

from subscribers import addresses
from subscribers.book import Book, Evidence
from subscribers.errors import ConsentError
from subscribers.models import Event, Status, next_status
from subscribers.tables import subscribers

#: Three mailboxes in several spellings each.
SPELLINGS = [
    *("ada@example.org", "Ada@Example.ORG", " ADA@example.org\n"),
    *("bo@bücher.example", "BO@xn--bcher-kva.example", "bo@BÜCHER.example"),
    *("o'neil+cy@example.net", "O'Neil+Cy@EXAMPLE.net"),
]
MAILBOXES = sorted({addresses.parse(spelling).key for spelling in SPELLINGS})


class Consent(RuleBasedStateMachine):
    """A book beside a simple model of it: one status for each mailbox."""

    @initialize()
    def open(self) -> None:
        self.engine = emptied_database()
        self.book = Book(self.engine, new_id=count(1).__next__, pepper=PEPPER)
        #: the time, which only `wait_a_month` moves forward
        self.now = NOON
        #: the status of each mailbox by the table of consent; None if unknown
        self.expected: dict[str, Status | None] = dict.fromkeys(MAILBOXES)
        #: mailboxes that were confirmed, by themselves or by the operator, since they signed up
        self.consented: set[str] = set()
        #: mailboxes that were erased and have not confirmed since
        self.erased: set[str] = set()
        #: the suppressed ones among the erased mailboxes
        self.for_ever: set[str] = set()

    @rule(spelling=st.sampled_from(SPELLINGS))
    def sign_up(self, spelling: str) -> None:
        key = addresses.parse(spelling).key
        self.book.add(spelling, ["agents"], confirmed=False, evidence=self._evidence())
        if key not in self.for_ever:
            self.expected[key] = next_status(self.expected[key], Event.SIGN_UP)

    @rule(spelling=st.sampled_from(SPELLINGS), confirmed=st.booleans())
    def import_address(self, spelling: str, confirmed: bool) -> None:  # noqa: FBT001
        key = addresses.parse(spelling).key
        before = self.book.find(spelling)
        had_left = Event.LEAVE in [entry.event for entry in self._history(key)]
        after = brought_in(
            self.book, spelling, topics=("robots",), confirmed=confirmed, at=self.now
        )
        if (
            key in self.erased
            or (before and before.status in (Status.LEFT, Status.SUPPRESSED))
            or (before and before.status is Status.PENDING and had_left)
        ):
            assert after is None
            assert self.book.find(spelling) == before
        else:
            self.expected[key] = next_status(self.expected[key], Event.IMPORT)
            if confirmed:
                self._confirmed(key)

    @rule(spelling=st.sampled_from(SPELLINGS))
    def vouch(self, spelling: str) -> None:
        key = addresses.parse(spelling).key
        before, status = self.book.find(spelling), self.expected[key]
        had_left = Event.LEAVE in [entry.event for entry in self._history(key)]
        said_no = (
            key in self.erased
            or status in (Status.LEFT, Status.SUPPRESSED)
            or (status is Status.PENDING and had_left)
        )
        try:
            self.book.add(spelling, ["whales"], confirmed=True, evidence=self._evidence())
        except ConsentError:
            assert said_no
            assert self.book.find(spelling) == before
        else:
            assert not said_no
            self.expected[key] = next_status(status, Event.SIGN_UP)
            self._confirmed(key)

    @rule(
        key=st.sampled_from(MAILBOXES),
        event=st.sampled_from(Event).filter(
            lambda event: event not in (Event.SIGN_UP, Event.IMPORT, Event.ERASE)
        ),
    )
    def change_consent(self, key: str, event: Event) -> None:
        subscriber = self.book.find(key)
        with suppress(ConsentError):
            after = self.book.record(
                subscriber.id if subscriber else 0, event, evidence=self._evidence()
            )
            if after is not None and event is Event.CONFIRM:
                self._confirmed(key)
            elif after is not None:
                self.expected[key] = next_status(self.expected[key], event)

    @rule(key=st.sampled_from(MAILBOXES))
    def erase(self, key: str) -> None:
        subscriber = self.book.find(key)
        if subscriber is not None:
            self.book.record(subscriber.id, Event.ERASE, evidence=self._evidence())
            self.erased.add(key)
            self.for_ever |= {key} if subscriber.status is Status.SUPPRESSED else set()
            self.consented.discard(key)
            self.expected[key] = None

    @rule()
    def wait_a_month(self) -> None:
        had_left = {
            key for key in MAILBOXES if Event.LEAVE in [entry.event for entry in self._history(key)]
        }
        self.now += timedelta(days=30)
        self.book.forget_unconfirmed(before=self.now, evidence=self._evidence())
        for key, status in self.expected.items():
            if status is Status.PENDING:
                self.expected[key] = Status.LEFT if key in had_left else None

    @invariant()
    def every_status_is_the_one_of_the_table(self) -> None:
        found = {
            addresses.parse(subscriber.address).key: subscriber.status
            for subscriber in self.book.all()
        }
        assert found == {key: status for key, status in self.expected.items() if status}

    @invariant()
    def only_confirmed_subscribers_get_a_digest(self) -> None:
        confirmed = {
            addresses.parse(subscriber.address).key for subscriber in self.book.confirmed()
        }
        assert {key for key in MAILBOXES if self.expected[key] is Status.CONFIRMED} == confirmed
        assert confirmed <= self.consented

    @invariant()
    def a_history_ends_with_the_current_status(self) -> None:
        for subscriber in self.book.all():
            assert self.book.history(subscriber.id)[-1].status is subscriber.status

    @invariant()
    def everybody_who_gets_a_digest_has_a_confirmation_on_record(self) -> None:
        for subscriber in self.book.confirmed():
            assert Event.CONFIRM in [entry.event for entry in self.book.history(subscriber.id)]

    @invariant()
    def the_history_of_all_readers_ends_with_the_numbers_of_now(self) -> None:
        history = self.book.numbers_by_day()
        numbers = history[-1][1] if history else {}
        assert {status: number for status, number in numbers.items() if number} == (
            self.book.numbers()
        )

    @invariant()
    def a_mailbox_has_one_row(self) -> None:
        with self.engine.connect() as db:
            keys = db.execute(sa.select(subscribers.c.address_key)).scalars().all()
        assert len(keys) == len(set(keys))

    @invariant()
    def erased_addresses_are_recognised(self) -> None:
        assert {key for key in MAILBOXES if self.book.is_erased(key)} == self.erased

    def _evidence(self) -> Evidence:
        return evidence(at=self.now)

    def _confirmed(self, key: str) -> None:
        self.expected[key] = next_status(self.expected[key], Event.CONFIRM)
        self.consented.add(key)
        self.erased.discard(key)

    def _history(self, key: str) -> list[Any]:
        subscriber = self.book.find(key)
        return self.book.history(subscriber.id) if subscriber else []


TestConsent = Consent.TestCase
pytestmark = pytest.mark.slow
TestConsent.settings = settings(max_examples=share(30), stateful_step_count=30)
