"""One sender: looks at a batch of rows, makes their mails, claims them, and hands them over.

    look ─▶ make ─▶ claim (durable) ─▶ print ─▶ note (quick) ─▶ leave

What a mail will hold is chosen before the claim, its bytes are printed when the wire has room for
it: so the wire is never idle while a batch is prepared, and no batch is held in memory.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from digest.delivery.circuit_breaker import CircuitBreaker
from digest.errors import LedgerError, MailServerError, RenderError, StoreError
from digest.models.delivery import DeliveryState, Outcome
from subscribers.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from digest.delivery.transports import Transport
    from digest.models.delivery import OutgoingMessage
    from digest.storage.claims import Claim, Claims, DueDelivery
    from digest.storage.ledger import Ledger

log = logging.getLogger(__name__)


#: Rows that are made and claimed together: one durable commit for each.
BATCH = 200
#: Seconds after which a claim's word on consent is not believed any more: where mails leave slowly,
#: a reader may leave while the batch is in hand.
CONSENT_FRESH = 2.0
#: These codes say that an address does not exist any more (RFC 3463 §3.2, §3.3; RFC 7505 §4.2).
INVALID_ADDRESS = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A row's mail, ready to be printed, or how the row ends without one."""

    row: DueDelivery
    claim: Claim | None = None
    #: makes the bytes; raises RenderError or AddressError
    render: Callable[[], OutgoingMessage] | None = None
    state: DeliveryState = DeliveryState.SENT
    reason: str | None = None


class Builder(Protocol):
    """Makes the mails of rows."""

    def prepare(self, rows: Sequence[DueDelivery], stages: StageTimer) -> list[Prepared]:
        """Return what becomes of each row; a row may be missing, its reader being gone."""


@dataclass(kw_only=True)
class WorkerStats:
    """What a sender did."""

    counts: Counter[DeliveryState] = field(default_factory=Counter)
    #: seconds of CPU by stage: select, render, ledger, wire
    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    #: why it stopped before the end
    stopped: str | None = None
    #: the most bytes of memory that each of its processes took
    memory: list[int] = field(default_factory=list)

    def add(self, other: WorkerStats) -> None:
        """Take in what another process did."""
        self.counts += other.counts
        for stage, seconds in other.cpu.items():
            self.cpu[stage] += seconds
        self.memory += other.memory
        self.stopped = self.stopped or other.stopped


class StageTimer:
    """Adds up the CPU time of stages, in seconds; an inner stage's time is not the outer's."""

    def __init__(self, cpu: defaultdict[str, float]) -> None:
        """Add to `cpu`."""
        self._cpu = cpu
        self._stage: str | None = None
        self._since = time.process_time()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the block's time for a stage."""
        outer = self._turn_to(name)
        try:
            yield
        finally:
            self._turn_to(outer)

    def _turn_to(self, name: str | None) -> str | None:
        before, now = self._stage, time.process_time()
        if before is not None:
            self._cpu[before] += now - self._since
        self._stage, self._since = name, now
        return before


@dataclass(kw_only=True)
class DeliveryWorker:
    """Sends one day's mails, or one share of them."""

    day: date
    ledger: Ledger
    builder: Builder
    transport: Transport
    fencing_token: int
    clock: Callable[[], datetime]
    #: (number, of how many): its share of the rows
    share: tuple[int, int] = (0, 1)
    #: serve this subscriber alone
    only: int | None = None
    #: asked before each batch and each mail: whether to go on
    should_continue: Callable[[], bool] = lambda: True
    #: told of an address that does not exist any more, with the server's words
    on_invalid_address: Callable[[int, str], None] = lambda _subscriber, _reason: None
    #: told how many rows were dealt with
    progress: Callable[[int], None] = lambda _number: None
    #: whether a mail whose answer was lost is sent again
    resend: bool = False
    stats: WorkerStats = field(default_factory=WorkerStats)

    def run(self) -> WorkerStats:
        """Send until nothing waits, something stops the run, or it is told to stop.

        Raises:
            LedgerError, StoreError: nothing can be written down, so nothing may be sent.

        """
        stages = StageTimer(self.stats.cpu)
        with self.ledger.claims(self.day, self.fencing_token) as marks:
            hand = _Batch(self, marks, stages)
            try:
                with stages.stage("wire"):
                    self.transport.send_all(hand.messages(), hand.record)
            except MailServerError as error:
                self.stats.stopped = str(error)
            hand.give_back()
        return self.stats


class _Batch:
    """What a sender has in hand: given out to the transport, and noted as it tells."""

    def __init__(self, sender: DeliveryWorker, marks: Claims, stages: StageTimer) -> None:
        self._sender, self._marks, self._stages = sender, marks, stages
        self._breaker = CircuitBreaker()
        #: claimed and not answered, by delivery
        self._claimed: dict[int, DueDelivery] = {}
        #: with the transport, by the parcel's name
        self._out: dict[str, DueDelivery] = {}
        self._claimed_at = 0.0
        #: refusals by policy that were told of
        self._alarms: set[str | None] = set()
        self._failure: LedgerError | StoreError | None = None

    def messages(self) -> Iterator[OutgoingMessage]:
        """Give out parcels, each printed when it is asked for, until told to stop.

        While one is printed, or the next batch claimed, those before it are on their way.
        """
        try:
            for made in self._batches():
                for one in made:
                    if not self._goes_on():
                        return
                    parcel = self._print(one)
                    if parcel is not None:
                        self._out[parcel.envid] = one.row
                        yield parcel
        except (LedgerError, StoreError) as error:
            # Those on their way may still be noted; then the run ends with this.
            self._failure = error

    def _batches(self) -> Iterator[list[Prepared]]:
        sender, after = self._sender, -1
        while self._goes_on():
            with self._stages.stage("ledger"):
                rows = sender.ledger.fetch_due(
                    sender.day,
                    after=after,
                    limit=BATCH,
                    share=sender.share,
                    only=sender.only,
                    now=sender.clock(),
                )
            if not rows:
                return
            after = rows[-1].subscriber_id
            made = sender.builder.prepare(rows, self._stages)
            self._claimed_at = time.monotonic()
            with self._stages.stage("ledger"):
                self._settle([one for one in made if one.claim is None])
                filings = [one.claim for one in made if one.claim is not None]
                ours = self._marks.claim(filings)
            self._claimed |= {
                f.row.delivery_id: f.row for f in filings if f.row.delivery_id in ours
            }
            yield [one for one in made if one.row.delivery_id in ours]
            sender.progress(len(rows))

    def _print(self, one: Prepared) -> OutgoingMessage | None:
        """Make the bytes of a claimed mail; None when they cannot be made."""
        if one.render is None:
            return None
        if time.monotonic() - self._claimed_at > CONSENT_FRESH and not self._marks.is_wanted(
            one.row
        ):
            answer = Outcome(
                state=DeliveryState.SKIPPED, reason="the reader left while the mail waited"
            )
            self._write([(one.row, answer)], [])
            return None
        try:
            with self._stages.stage("render"):
                return one.render()
        except RenderError as error:
            # To be tried again once the template is mended.
            answer = Outcome(state=DeliveryState.DEFERRED, reason=str(error))
        except AddressError as error:
            answer = Outcome(state=DeliveryState.FAILED, reason=str(error))
        self._write([(one.row, answer)], [])
        self._breaker.record(answer)
        return None

    def record(
        self, answers: Sequence[tuple[OutgoingMessage, Outcome]], leaving: Sequence[OutgoingMessage]
    ) -> None:
        """Write down what the transport tells."""
        rows = [
            (self._out.pop(parcel.envid), self._final(parcel, answer)) for parcel, answer in answers
        ]
        self._write(rows, [self._out[parcel.envid] for parcel in leaving])
        for parcel, answer in answers:
            self._breaker.record(answer, domain=parcel.recipient.rpartition("@")[2].lower())

    def _write(
        self, answers: list[tuple[DueDelivery, Outcome]], leaving: list[DueDelivery]
    ) -> None:
        with self._stages.stage("ledger"):
            self._marks.record(answers, leaving, now=self._sender.clock())
            for row, answer in answers:
                del self._claimed[row.delivery_id]
                self._answered(row, answer)

    def give_back(self) -> None:
        """Let go of what was claimed and never left, the run being over or told to stop.

        Raises:
            LedgerError, StoreError: what ended the run.

        """
        if self._failure is not None:
            raise self._failure
        self._write(
            [(row, Outcome(state=DeliveryState.PLANNED)) for row in self._claimed.values()], []
        )

    def _final(self, parcel: OutgoingMessage, answer: Outcome) -> Outcome:
        if answer.state is DeliveryState.UNKNOWN and self._sender.resend:
            answer = replace(answer, state=DeliveryState.DEFERRED)
        if answer.reason is None:
            return answer
        # A server's words may name the address, which is neither for the log nor for the ledger.
        address = re.compile(re.escape(parcel.recipient), re.IGNORECASE)
        return replace(answer, reason=address.sub("the address", answer.reason))

    def _goes_on(self) -> bool:
        tally = self._sender.stats
        tally.stopped = tally.stopped or self._breaker.stopped
        return tally.stopped is None and self._sender.should_continue()

    def _settle(self, made: Sequence[Prepared]) -> None:
        """Write down how rows end that get no mail."""
        sender = self._sender
        endings: dict[tuple[DeliveryState, str], list[DueDelivery]] = {}
        for one in made:
            endings.setdefault((one.state, one.reason or ""), []).append(one.row)
        for (state, reason), rows in endings.items():
            ids = [row.delivery_id for row in rows]
            sender.stats.counts[state] += sender.ledger.settle(
                ids, state, reason=reason, now=sender.clock()
            )
            for row in rows:
                self._log(row, state, reason)
                if state is DeliveryState.DEFERRED:
                    self._breaker.record(Outcome(state=state, reason=reason))

    def _answered(self, row: DueDelivery, answer: Outcome) -> None:
        """Take note of how a mail ended, once that is written down."""
        sender = self._sender
        if answer.state is DeliveryState.PLANNED:
            return  # it never got anywhere
        sender.stats.counts[answer.state] += 1
        self._log(row, answer.state, answer.reason)
        if answer.state is DeliveryState.FAILED and answer.status in INVALID_ADDRESS:
            sender.on_invalid_address(row.subscriber_id, answer.reason or "")
        if answer.status.startswith("5.7.") and answer.reason not in self._alarms:
            self._alarms.add(answer.reason)
            log.error("policy refusal", extra={"day": str(sender.day), "reason": answer.reason})

    def _log(self, row: DueDelivery, state: DeliveryState, reason: str | None) -> None:
        extra = {"day": str(self._sender.day), "subscriber": row.subscriber_id, "state": str(state)}
        if state is DeliveryState.SENT:
            log.debug("digest sent", extra=extra)
        elif state is DeliveryState.SKIPPED:
            log.debug("digest skipped", extra={**extra, "reason": reason})
        else:
            log.warning("digest not sent", extra={**extra, "reason": reason})
