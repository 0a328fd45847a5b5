"""A clerk who keeps a ledger by hand, for tests of its single steps."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from support.builders import DAY, NOON, PEPPER, desk_of, evidence, issue, paper, pick

from digest.models.delivery import DeliveryState, Outcome, WorkerHost
from digest.models.identity import canonical_id
from digest.sources import get_kind
from digest.storage.claims import Claim
from digest.storage.contents import dump, list_items
from digest.storage.editions import EditionStore
from digest.storage.history import DeliveryHistory
from digest.storage.ledger import Ledger
from digest.storage.papers import PaperStore
from subscribers.book import Book

if TYPE_CHECKING:
    from datetime import date, datetime

    from digest.models.issue import Issue
    from digest.models.paper import Paper
    from digest.storage.claims import DueDelivery
    from digest.storage.history import DeliveryRecord
    from subscribers.models import Event

ADA, BO = 100, 101
ONE, TWO, THREE = (paper(str(number), title=f"Paper {number}") for number in (1, 2, 3))
TITLED = paper(canonical_id(None, "Lamps in Fog"), title="Lamps in Fog")
BOOT = "a start of the machine"


class Clerk:
    """A ledger with two readers and four papers, and shorthands for its steps."""

    def __init__(self, engine: sa.Engine) -> None:
        """Open the books."""
        self.engine = engine
        self.book = Book(engine, new_id=count(ADA).__next__, pepper=PEPPER)
        for name in ("ada", "bo"):
            self.add(name)
        PaperStore(engine).save(
            [ONE, TWO, THREE, TITLED], source="page", authority=get_kind("capture").authority
        )
        self.desks = EditionStore(engine)
        self.account = DeliveryHistory(engine, self.desks)
        self.ledger = Ledger(engine)
        self._senders: dict[date, int] = {}

    # -- readers ----------------------------------------------------------------------------

    def add(self, name: str) -> int:
        """Add a confirmed reader, return the id."""
        added = self.book.add(
            f"{name}@example.org", ["agents"], confirmed=True, evidence=evidence()
        )
        assert added is not None
        return added.id

    def did(self, reader: int, event: Event) -> None:
        self.book.record(reader, event, evidence=evidence())

    # -- senders ----------------------------------------------------------------------------

    def enlist(self, day: date = DAY, *, boot: str = BOOT) -> int:
        machine = WorkerHost(host="house", boot=boot, pid=1)
        return self.ledger.register(day, machine, now=NOON)

    def sender(self, day: date = DAY) -> int:
        """The sender of a day, the same each time."""
        if day not in self._senders:
            self._senders[day] = self.enlist(day)
        return self._senders[day]

    # -- mails ------------------------------------------------------------------------------

    def look(self, day: date = DAY, *, now: datetime = NOON, **asked: Any) -> list[DueDelivery]:
        return self.ledger.fetch_due(day, **({"after": -1, "most": 100, "now": now} | asked))

    def waiting(self, reader: int = ADA, day: date = DAY, *, now: datetime = NOON) -> DueDelivery:
        """A reader's row, ready to be taken up."""
        self.ledger.plan(day, now=now, only=reader)
        (found,) = self.look(day, now=now, only=reader)
        return found

    def filing(self, row: DueDelivery, mail: Issue | None = None) -> Claim:
        """What is written down when a row is claimed for a mail."""
        made = mail or issue(pick(ONE))
        frozen = self.desks.save(desk_of(made), mail_key="press", now=NOON)
        return Claim(
            row=row,
            edition_id=frozen.id,
            subject="Agents",
            message_id="<1@example.org>",
            contents=dump(
                list_items(made), {it.id: n for n, it in enumerate(frozen.edition.papers)}
            ),
        )

    def claim(
        self,
        *papers: Paper,
        reader: int = ADA,
        day: date = DAY,
        fencing_token: int | None = None,
        mail: Issue | None = None,
        now: datetime = NOON,
    ) -> DueDelivery:
        """Take up a reader's mail."""
        row = self.waiting(reader, day, now=now)
        made = mail or issue(*(pick(it) for it in papers or (ONE,)), day=day)
        ours = self.take_up([self.filing(row, made)], day=day, fencing_token=fencing_token)
        assert ours == {row.delivery_id}
        return row

    def take_up(
        self, filings: list[Claim], *, day: date = DAY, fencing_token: int | None = None
    ) -> set[int]:
        with self.ledger.claims(
            day, self.sender(day) if fencing_token is None else fencing_token
        ) as marks:
            return marks.claim(filings)

    def leave(self, row: DueDelivery, *, day: date = DAY, fencing_token: int | None = None) -> None:
        """Let a mail's first byte go."""
        with self.ledger.claims(
            day, self.sender(day) if fencing_token is None else fencing_token
        ) as marks:
            marks.record([], [row], now=NOON)

    def settle(
        self,
        row: DueDelivery,
        state: DeliveryState,
        reason: str | None = None,
        *,
        day: date = DAY,
        fencing_token: int | None = None,
        now: datetime = NOON,
    ) -> None:
        """Write down how a mail in hand ended."""
        with self.ledger.claims(
            day, self.sender(day) if fencing_token is None else fencing_token
        ) as marks:
            marks.record([(row, Outcome(state=state, reason=reason))], [], now=now)

    def ended(self, state: DeliveryState, *papers: Paper, **details: Any) -> DueDelivery:
        """A mail that was claimed, left and ended in a state."""
        row = self.claim(*papers, **details)
        day = details.get("day", DAY)
        if state is DeliveryState.CLAIMED:
            return row
        self.leave(row, day=day)
        if state is not DeliveryState.INFLIGHT:
            self.settle(row, state, day=day)
        return row

    def stands(self, state: DeliveryState, *papers: Paper, **details: Any) -> DueDelivery:
        """A mail that stands in any state at all."""
        if state not in (DeliveryState.PLANNED, DeliveryState.SKIPPED, DeliveryState.EXPIRED):
            return self.ended(state, *papers, **details)
        row = self.waiting(details.get("reader", ADA), details.get("day", DAY))
        if state is not DeliveryState.PLANNED:
            self.ledger.settle([row.delivery_id], state, reason="so it is", now=NOON)
        return row

    # -- what is written --------------------------------------------------------------------

    def entry(self, reader: int = ADA, day: date = DAY) -> DeliveryRecord:
        found = self.account.record(day, reader)
        assert found is not None
        return found

    def state(self, reader: int = ADA, day: date = DAY) -> DeliveryState:
        return self.entry(reader, day).state

    def shown(self, reader: int = ADA, day: date = DAY) -> list[str]:
        return [it.paper_id for it in self.account.contents(self.entry(reader, day))]

    def sum(self, day: date = DAY) -> dict[str, int]:
        """How many deliveries of a day stand in each state, having looked that they add up."""
        balance = self.account.day_totals(day)
        assert balance.adds_up, f"{balance} does not add up"
        return {str(state): number for state, number in balance.states.items()}

    def is_closed(self, day: date = DAY) -> bool:
        return self.account.day_totals(day).closed_at is not None

    def execute(self, statement: str) -> list[Any]:
        """Run a statement past all that guards the ledger."""
        with self.engine.execution_options(writes=True).begin() as db:
            result = db.execute(sa.text(statement))
            return list(result.scalars()) if result.returns_rows else []
