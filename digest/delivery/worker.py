"""One worker: it sends one day's due deliveries, or its share of them, in batches.

    fetch due ─▶ prepare ─▶ claim (durable) ─▶ render ─▶ record "in flight" (quick) ─▶ send
                                                                                        │
                              verdict on refusals, once others were accepted ◀─ record ◀┘

An issue is composed before its row is claimed. Its bytes are rendered only when the transport can
send them. So the transport does not wait for a whole batch, and no batch of bytes is in memory.
"""

from __future__ import annotations

import logging
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from digest.delivery.circuit_breaker import CircuitBreaker
from digest.delivery.smtp.refusals import (
    INVALID_ADDRESS,
    MAIL,
    Cause,
    Refusal,
    read_refusal,
    stages_passed,
)
from digest.delivery.stats import StageTimer, WorkerStats
from digest.delivery.verdicts import Verdicts
from digest.errors import LedgerError, MailServerError, RenderError, StoreError
from digest.models.delivery import DeliveryState, Outcome
from subscribers.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from digest.delivery.transports import Transport
    from digest.models.delivery import OutgoingMessage
    from digest.storage.claims import Claim, Claims, DueDelivery
    from digest.storage.ledger import Ledger

log = logging.getLogger(__name__)


#: Rows that are prepared and claimed together, in one durable commit.
BATCH_SIZE = 200
#: Seconds for which the consent that a claim has checked is trusted. A slow server may take longer
#: over a batch, and subscribers may leave meanwhile.
CONSENT_MAX_AGE = 2.0
#: While a refusal waits for evidence, the next mails are taken from all over the batch, in steps of
#: the golden ratio, so that they are unlike the one that was refused.
SPREAD = 0.618


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A row's message, to be claimed and rendered; or the row's outcome when it gets none."""

    row: DueDelivery
    claim: Claim | None = None
    #: renders the message; raises RenderError or AddressError
    render: Callable[[], OutgoingMessage] | None = None
    state: DeliveryState = DeliveryState.SENT
    reason: str | None = None


class Builder(Protocol):
    """Prepares the messages of rows."""

    def prepare(self, rows: Sequence[DueDelivery], timer: StageTimer) -> list[Prepared]:
        """Return the prepared message of each row; a row of an erased subscriber is left out."""


@dataclass(kw_only=True)
class DeliveryWorker:
    """Sends one day's due deliveries, or one share of them."""

    day: date
    ledger: Ledger
    builder: Builder
    transport: Transport
    fencing_token: int
    clock: Callable[[], datetime]
    #: (index, number of shares): which share of the rows is this worker's
    share: tuple[int, int] = (0, 1)
    #: the only subscriber to serve; None for all
    only: int | None = None
    #: our own addresses, which a refusal may name
    own_addresses: frozenset[str] = frozenset()
    #: called before each batch and each message
    should_continue: Callable[[], bool] = lambda: True
    #: called with a subscriber's id and the server's words when the address does not exist
    on_invalid_address: Callable[[int, str], None] = lambda _subscriber_id, _reason: None
    #: called with the number of rows of each batch that is done
    advance: Callable[[int], None] = lambda _number: None
    #: whether a message whose outcome is unknown is sent again
    resend: bool = False
    stats: WorkerStats = field(default_factory=WorkerStats)

    def run(self) -> WorkerStats:
        """Send until no row is due, the run must stop, or `should_continue` says no.

        Raises:
            LedgerError, StoreError: outcomes cannot be recorded, so nothing may be sent.

        """
        timer = StageTimer(self.stats.cpu)
        with self.ledger.claims(self.day, self.fencing_token) as claims:
            sending = _Sending(self, claims, timer)
            try:
                with timer.stage("wire"):
                    while sending.has_more():
                        self.transport.send_all(sending.messages(), sending.report)
            except MailServerError as error:
                self.stats.stopped = str(error)
            sending.release()
        return self.stats


class _Sending:
    """The messages of one worker between claim and outcome.

    The transport takes messages from `messages()` and calls `report()` with their outcomes.
    """

    def __init__(self, worker: DeliveryWorker, claims: Claims, timer: StageTimer) -> None:
        self._worker, self._claims, self._timer = worker, claims, timer
        self._breaker = CircuitBreaker()
        self._verdicts = Verdicts()
        #: rows that were refused for good and have no verdict yet, by delivery id
        self._refused: dict[int, tuple[DueDelivery, Outcome, Refusal]] = {}
        self._source = self._batches()
        #: the messages of the current batch that were not taken yet
        self._queue: list[Prepared] = []
        self._has_taken_all = False
        #: how many messages were taken from the middle of the queue
        self._spread = 0
        #: rows that are claimed and have no outcome yet, by delivery id
        self._claimed: dict[int, DueDelivery] = {}
        #: rows whose message the transport has taken, by envelope id, and the number of each
        self._taken: dict[str, tuple[DueDelivery, int]] = {}
        self._number = 0
        #: when the consent of the current batch was checked, in monotonic seconds
        self._claimed_at = 0.0
        #: policy refusals that were logged
        self._policy_refusals: set[str | None] = set()
        self._failure: LedgerError | StoreError | None = None

    def has_more(self) -> bool:
        """Whether there are messages to send.

        `messages()` ends when so many were refused in the same words that the outcomes of those
        under way decide. They may still show that the sender is not at fault.
        """
        return not self._has_taken_all and self._failure is None and self._should_continue()

    def messages(self) -> Iterator[OutgoingMessage]:
        """Yield messages, each rendered when the transport asks for it.

        The messages before it are sent meanwhile, also while the next batch is claimed.
        """
        try:
            while (prepared := self._next()) is not None:
                message = self._render(prepared)
                if message is not None:
                    self._number += 1
                    self._taken[message.envid] = prepared.row, self._number
                    yield message
        except (LedgerError, StoreError) as error:
            # The outcomes of messages that are being sent may still be recorded; `release` raises
            # the error after that.
            self._failure = error

    def _next(self) -> Prepared | None:
        """Take the next message of the queue, which is filled again when it is empty."""
        while self._should_continue():
            if self._taken and self._verdicts.must_wait(under_way=len(self._taken)):
                break
            if self._queue:
                place = 0
                if self._verdicts.is_in_doubt:
                    self._spread += 1
                    place = int(len(self._queue) * (self._spread * SPREAD % 1))
                return self._queue.pop(place)
            batch = next(self._source, None)
            if batch is None:
                self._has_taken_all = True
                break
            # Those that were refused before come last: the replies to the others judge them.
            self._queue = sorted(batch, key=lambda prepared: prepared.row.attempts > 0)
        return None

    def _batches(self) -> Iterator[list[Prepared]]:
        """Yield the prepared messages of each batch that are claimed by this worker."""
        worker, last_id = self._worker, -1
        while True:
            with self._timer.stage("ledger"):
                rows = worker.ledger.fetch_due(
                    worker.day,
                    after=last_id,
                    limit=BATCH_SIZE,
                    share=worker.share,
                    only=worker.only,
                    now=worker.clock(),
                )
            if not rows:
                return
            last_id = rows[-1].subscriber_id
            batch = worker.builder.prepare(rows, self._timer)
            self._claimed_at = time.monotonic()
            with self._timer.stage("ledger"):
                self._settle([prepared for prepared in batch if prepared.claim is None])
                claims = [prepared.claim for prepared in batch if prepared.claim is not None]
                ours = self._claims.claim(claims)
            self._claimed |= {
                claim.row.delivery_id: claim.row
                for claim in claims
                if claim.row.delivery_id in ours
            }
            yield [prepared for prepared in batch if prepared.row.delivery_id in ours]
            worker.advance(len(rows))

    def _render(self, prepared: Prepared) -> OutgoingMessage | None:
        """Return the rendered message; None when there is none, and its outcome is recorded."""
        row = prepared.row
        if prepared.render is None:
            return None
        is_old = time.monotonic() - self._claimed_at > CONSENT_MAX_AGE
        if is_old and not self._claims.is_wanted(row):
            reason = "the reader left while the mail waited"
            self._record([(row, Outcome(state=DeliveryState.SKIPPED, reason=reason))], [])
            return None
        try:
            with self._timer.stage("render"):
                return prepared.render()
        except RenderError as error:
            # Deferred, not failed: it can be sent once the template is mended.
            outcome = Outcome(state=DeliveryState.DEFERRED, reason=str(error))
        except AddressError as error:
            outcome = Outcome(state=DeliveryState.FAILED, reason=str(error))
        self._record([(row, outcome)], [])
        self._breaker.record(outcome)
        return None

    def report(
        self,
        outcomes: Sequence[tuple[OutgoingMessage, Outcome]],
        leaving: Sequence[OutgoingMessage],
    ) -> None:
        """Record outcomes, and which messages leave next; see `ReportOutcomes`."""
        settled: list[tuple[DueDelivery, Outcome]] = []
        verdicts: dict[int, DeliveryState] = {}
        for message, outcome in outcomes:
            row, number = self._taken.pop(message.envid)
            final = self._final(message, outcome)
            verdicts |= self._verdicts.pass_stages(stages_passed(outcome), number=number)
            refusal = self._read(message, outcome) if outcome.stage else None
            if refusal is not None and not refusal.is_for_now:
                self._refused[row.delivery_id] = row, final, refusal
                verdicts |= self._verdicts.refuse(
                    row.delivery_id, refusal, number=number, taken=self._number
                )
                if refusal.cause not in (Cause.SENDER, Cause.POLICY):
                    self._breaker.record_refusal(final)
                # Until there is a verdict.
                final = replace(final, state=DeliveryState.DEFERRED)
            elif outcome.state is not DeliveryState.PLANNED:
                domain: str | None = message.recipient.rpartition("@")[2].lower()
                if outcome.stage == MAIL or (refusal and refusal.cause is Cause.SENDER):
                    domain = None  # it is about us
                self._breaker.record(final, domain=domain)
            settled.append((row, final))
        self._record(settled, [self._taken[message.envid][0] for message in leaving])
        self._conclude(verdicts)

    def _read(self, message: OutgoingMessage, outcome: Outcome) -> Refusal:
        senders = self._worker.own_addresses | {message.sender}
        return read_refusal(outcome, recipient=message.recipient, senders=senders)

    def _conclude(self, verdicts: Mapping[int, DeliveryState]) -> None:
        """Record verdicts on messages that were refused, and are deferred until now."""
        judged: defaultdict[DeliveryState, list[tuple[DueDelivery, Outcome, Refusal]]]
        judged = defaultdict(list)
        for delivery_id, state in verdicts.items():
            judged[state].append(self._refused.pop(delivery_id))
        for state, refused in judged.items():
            if state is not DeliveryState.DEFERRED:
                with self._timer.stage("ledger"):
                    rows = [row for row, _, _ in refused]
                    self._claims.judge(rows, state, now=self._worker.clock())
            for row, outcome, refusal in refused:
                self._recorded(row, replace(outcome, state=state), refusal)

    def _record(
        self, outcomes: list[tuple[DueDelivery, Outcome]], leaving: list[DueDelivery]
    ) -> None:
        with self._timer.stage("ledger"):
            self._claims.record(outcomes, leaving, now=self._worker.clock())
            for row, outcome in outcomes:
                del self._claimed[row.delivery_id]
                if row.delivery_id not in self._refused:
                    self._recorded(row, outcome)

    def release(self) -> None:
        """Judge the refusals that still wait, and give back the rows whose message never left.

        Raises:
            LedgerError, StoreError: the error that ended the run.

        """
        if self._failure is not None:
            raise self._failure
        verdicts, reason = self._verdicts.close()
        if reason is not None:
            _, outcome, refusal = self._refused[reason]
            stats, why = self._worker.stats, f"{outcome.reason}; {refusal.advice}"
            if refusal.cause is Cause.RECIPIENT:
                is_same = verdicts[reason] is DeliveryState.PLANNED
                how = "in the same words" if is_same else "the last one with"
                why = f"all {self._verdicts.refused} readers were refused, {how}: {why}"
            stats.stopped = stats.stopped or why
        self._conclude(verdicts)
        self._record(
            [(row, Outcome(state=DeliveryState.PLANNED)) for row in self._claimed.values()], []
        )

    def _final(self, message: OutgoingMessage, outcome: Outcome) -> Outcome:
        """Return the outcome as it is recorded: without the address, and deferred if to resend."""
        if outcome.state is DeliveryState.UNKNOWN and self._worker.resend:
            outcome = replace(outcome, state=DeliveryState.DEFERRED)
        if outcome.reason is None:
            return outcome
        # A server may repeat the address, which belongs neither in the log nor in the ledger.
        address = re.compile(re.escape(message.recipient), re.IGNORECASE)
        return replace(outcome, reason=address.sub("the address", outcome.reason))

    def _should_continue(self) -> bool:
        stats = self._worker.stats
        stats.stopped = stats.stopped or self._breaker.stopped
        return (
            stats.stopped is None
            and self._verdicts.why_stop() is None
            and self._worker.should_continue()
        )

    def _settle(self, skipped: Sequence[Prepared]) -> None:
        """Settle the rows that get no message; rows with the same reason are settled together."""
        worker = self._worker
        groups: dict[tuple[DeliveryState, str], list[DueDelivery]] = {}
        for prepared in skipped:
            groups.setdefault((prepared.state, prepared.reason or ""), []).append(prepared.row)
        for (state, reason), rows in groups.items():
            ids = [row.delivery_id for row in rows]
            worker.stats.counts[state] += worker.ledger.settle(
                ids, state, reason=reason, now=worker.clock()
            )
            for row in rows:
                self._log(row, state, reason)
                if state is DeliveryState.DEFERRED:
                    self._breaker.record(Outcome(state=state, reason=reason))

    def _recorded(self, row: DueDelivery, outcome: Outcome, refusal: Refusal | None = None) -> None:
        """Count and log an outcome that was recorded, and report an invalid address."""
        worker = self._worker
        is_policy = outcome.status.startswith("5.7.") or (
            refusal is not None and refusal.cause in (Cause.SENDER, Cause.POLICY)
        )
        # It may concern every message of the sender, so a person must see it.
        if is_policy and outcome.reason not in self._policy_refusals:
            self._policy_refusals.add(outcome.reason)
            log.error("policy refusal", extra={"day": str(worker.day), "reason": outcome.reason})
        if outcome.state is DeliveryState.PLANNED:
            return  # given back, so it is no outcome of this run
        worker.stats.counts[outcome.state] += 1
        self._log(row, outcome.state, outcome.reason)
        is_invalid = refusal.is_invalid_address if refusal else outcome.status in INVALID_ADDRESS
        if outcome.state is DeliveryState.FAILED and is_invalid:
            worker.on_invalid_address(row.subscriber_id, outcome.reason or "")

    def _log(self, row: DueDelivery, state: DeliveryState, reason: str | None) -> None:
        extra = {"day": str(self._worker.day), "subscriber": row.subscriber_id, "state": str(state)}
        if state is DeliveryState.SENT:
            log.debug("digest sent", extra=extra)
        elif state is DeliveryState.SKIPPED:
            log.debug("digest skipped", extra={**extra, "reason": reason})
        else:
            log.warning("digest not sent", extra={**extra, "reason": reason})
