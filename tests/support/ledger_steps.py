"""The steps of a delivery one by one, for tests of the ledger."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from support.builders import DAY, NOON, PEPPER, edition_of, evidence, issue, paper, pick

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
BOOT = "a boot id"


class LedgerSteps:
    """A ledger with two subscribers and four papers, and shorthands for its steps."""

    def __init__(self, engine: sa.Engine) -> None:
        """Add the subscribers and the papers."""
        self.engine = engine
        self.book = Book(engine, new_id=count(ADA).__next__, pepper=PEPPER)
        for name in ("ada", "bo"):
            self.add(name)
        PaperStore(engine).save(
            [ONE, TWO, THREE, TITLED], source="page", authority=get_kind("capture").authority
        )
        self.editions = EditionStore(engine)
        self.history = DeliveryHistory(engine)
        self.ledger = Ledger(engine)
        self._workers: dict[date, int] = {}

    # -- subscribers -------------------------------------------------------------------------

    def add(self, name: str) -> int:
        """Add a confirmed subscriber; return the id."""
        added = self.book.add(
            f"{name}@example.org", ["agents"], confirmed=True, evidence=evidence()
        )
        assert added is not None
        return added.id

    def record_event(self, subscriber: int, event: Event) -> None:
        self.book.record(subscriber, event, evidence=evidence())

    # -- workers ----------------------------------------------------------------------------

    def register(self, day: date = DAY, *, boot: str = BOOT) -> int:
        host = WorkerHost(host="mail.example.org", boot=boot, pid=1)
        return self.ledger.register(day, host, now=NOON)

    def worker(self, day: date = DAY) -> int:
        """Return a day's worker, the same each time."""
        if day not in self._workers:
            self._workers[day] = self.register(day)
        return self._workers[day]

    # -- mails ------------------------------------------------------------------------------

    def fetch_due(
        self, day: date = DAY, *, now: datetime = NOON, **details: Any
    ) -> list[DueDelivery]:
        return self.ledger.fetch_due(day, **({"after": -1, "limit": 100, "now": now} | details))

    def due(self, subscriber: int = ADA, day: date = DAY, *, now: datetime = NOON) -> DueDelivery:
        """Return a subscriber's row, ready to be claimed."""
        self.ledger.plan(day, now=now, only=subscriber)
        (found,) = self.fetch_due(day, now=now, only=subscriber)
        return found

    def new_claim(self, row: DueDelivery, mail: Issue | None = None) -> Claim:
        """Return the claim of a row for a mail."""
        made = mail or issue(pick(ONE))
        stored = self.editions.save(edition_of(made), mail_key="templates", now=NOON)
        return Claim(
            row=row,
            edition_id=stored.id,
            subject="Agents",
            message_id="<1@example.org>",
            contents=dump(
                list_items(made), {it.id: n for n, it in enumerate(stored.edition.papers)}
            ),
        )

    def claim(
        self,
        *papers: Paper,
        subscriber: int = ADA,
        day: date = DAY,
        fencing_token: int | None = None,
        mail: Issue | None = None,
        now: datetime = NOON,
    ) -> DueDelivery:
        """Claim a subscriber's row for a mail."""
        row = self.due(subscriber, day, now=now)
        made = mail or issue(*(pick(it) for it in papers or (ONE,)), day=day)
        ours = self.claim_all([self.new_claim(row, made)], day=day, fencing_token=fencing_token)
        assert ours == {row.delivery_id}
        return row

    def claim_all(
        self, batch: list[Claim], *, day: date = DAY, fencing_token: int | None = None
    ) -> set[int]:
        with self.ledger.claims(
            day, self.worker(day) if fencing_token is None else fencing_token
        ) as claims:
            return claims.claim(batch)

    def start(self, row: DueDelivery, *, day: date = DAY, fencing_token: int | None = None) -> None:
        """Record that a mail leaves."""
        with self.ledger.claims(
            day, self.worker(day) if fencing_token is None else fencing_token
        ) as claims:
            claims.record([], [row], now=NOON)

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
        """Record how a claimed mail ended."""
        with self.ledger.claims(
            day, self.worker(day) if fencing_token is None else fencing_token
        ) as claims:
            claims.record([(row, Outcome(state=state, reason=reason))], [], now=now)

    def finish(self, state: DeliveryState, *papers: Paper, **details: Any) -> DueDelivery:
        """Claim a row, let its mail leave, and record its state."""
        row = self.claim(*papers, **details)
        day = details.get("day", DAY)
        if state is DeliveryState.CLAIMED:
            return row
        self.start(row, day=day)
        if state is not DeliveryState.INFLIGHT:
            self.settle(row, state, day=day)
        return row

    def finish_all(self, state: DeliveryState, *, mail: Issue, day: date = DAY) -> None:
        """Claim the rows of all subscribers for one mail, let it leave, and record its state."""
        self.ledger.plan(day, now=NOON)
        rows = self.fetch_due(day, limit=1000)
        claim = self.new_claim(rows[0], mail)
        with self.ledger.claims(day, self.worker(day)) as claims:
            claims.claim([replace(claim, row=row) for row in rows])
            claims.record([], rows, now=NOON)
            claims.record([(row, Outcome(state=state)) for row in rows], [], now=NOON)

    def bring_to(self, state: DeliveryState, *papers: Paper, **details: Any) -> DueDelivery:
        """Bring a row to any state."""
        if state not in (DeliveryState.PLANNED, DeliveryState.SKIPPED, DeliveryState.EXPIRED):
            return self.finish(state, *papers, **details)
        row = self.due(details.get("subscriber", ADA), details.get("day", DAY))
        if state is not DeliveryState.PLANNED:
            self.ledger.settle([row.delivery_id], state, reason="so it is", now=NOON)
        return row

    # -- what is stored --------------------------------------------------------------------

    def record(self, subscriber: int = ADA, day: date = DAY) -> DeliveryRecord:
        found = self.history.record(day, subscriber)
        assert found is not None
        return found

    def state(self, subscriber: int = ADA, day: date = DAY) -> DeliveryState:
        return self.record(subscriber, day).state

    def shown(self, subscriber: int = ADA, day: date = DAY) -> list[str]:
        return [it.paper_id for it in self.history.contents(self.record(subscriber, day))]

    def totals(self, day: date = DAY) -> dict[str, int]:
        """Count a day's deliveries by state, after checking that they add up."""
        totals = self.history.day_totals(day)
        assert totals.adds_up, f"{totals} does not add up"
        return {str(state): number for state, number in totals.states.items()}

    def is_closed(self, day: date = DAY) -> bool:
        return self.history.day_totals(day).closed_at is not None

    def execute(self, statement: str) -> list[Any]:
        """Run a statement that the ledger does not check."""
        with self.engine.execution_options(writes=True).begin() as db:
            result = db.execute(sa.text(statement))
            return list(result.scalars()) if result.returns_rows else []
