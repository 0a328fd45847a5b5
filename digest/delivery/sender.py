"""One sender: looks at a batch of rows, makes their mails, claims them, and hands them over.

    look ─▶ make ─▶ claim (durable) ─▶ carry ─▶ note (quick), for each round of the wire

Making comes before claiming, so that what is claimed is at once ready to leave.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from digest.delivery.breakers import Breaker
from digest.delivery.transports import Answer
from digest.errors import MailServerError
from digest.models import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from digest.delivery.ledger import Ledger
    from digest.delivery.marks import Filing, Marks, Waiting
    from digest.delivery.transports import Parcel, Transport

log = logging.getLogger(__name__)

#: Seconds of CPU by stage.
Cpu = defaultdict[str, float]

#: Rows that are made and claimed together: one durable commit for each.
BATCH = 100
#: These codes say that an address does not exist any more (RFC 3463 §3.2, §3.3; RFC 7505 §4.2).
GONE = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A row's mail with what is to be filed, or how the row ends without one."""

    row: Waiting
    filing: Filing | None = None
    parcel: Parcel | None = None
    state: State = State.SENT
    reason: str | None = None


class Maker(Protocol):
    """Makes the mails of rows."""

    def make(self, rows: Sequence[Waiting]) -> list[Made]:
        """Return what becomes of each row; a row may be missing, to be looked at another time."""


@dataclass(kw_only=True)
class Tally:
    """What a sender did."""

    counts: Counter[State] = field(default_factory=Counter)
    #: seconds of CPU by stage
    cpu: Cpu = field(default_factory=lambda: defaultdict(float))
    #: why it stopped before the end
    stopped: str | None = None
    #: the most bytes of memory that each of its processes took
    memory: list[int] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another process did."""
        self.counts += other.counts
        for stage, seconds in other.cpu.items():
            self.cpu[stage] += seconds
        self.memory += other.memory
        self.stopped = self.stopped or other.stopped


@dataclass(kw_only=True)
class Sender:
    """Sends one day's mails, or one share of them."""

    day: date
    ledger: Ledger
    maker: Maker
    transport: Transport
    fence: int
    clock: Callable[[], datetime]
    #: (number, of how many): its share of the rows
    share: tuple[int, int] = (0, 1)
    #: serve this subscriber alone
    only: int | None = None
    #: asked before each batch and each mail: whether to go on
    going: Callable[[], bool] = lambda: True
    #: told of an address that does not exist any more, with the server's words
    gone: Callable[[int, str], None] = lambda _subscriber, _reason: None
    #: told how many rows were dealt with
    progress: Callable[[int], None] = lambda _number: None
    #: whether a mail whose answer was lost is sent again
    resend: bool = False
    tally: Tally = field(default_factory=Tally)
    _breaker: Breaker = field(default_factory=Breaker)

    def run(self) -> Tally:
        """Send until nothing waits, something stops the run, or it is told to stop.

        Raises:
            LedgerError, StoreError: nothing can be written down, so nothing may be sent.

        """
        after = -1
        with self.ledger.marking(self.day, self.fence) as marks:
            while self._goes_on():
                with self._stage("ledger"):
                    rows = self.ledger.look(
                        self.day, after=after, most=BATCH, share=self.share, only=self.only,
                        now=self.clock(),
                    )  # fmt: skip
                if not rows:
                    break
                after = rows[-1].subscriber_id
                self._batch(rows, marks)
                self.progress(len(rows))
        return self.tally

    def _goes_on(self) -> bool:
        self.tally.stopped = self.tally.stopped or self._breaker.stopped
        return self.tally.stopped is None and self.going()

    def _batch(self, rows: Sequence[Waiting], marks: Marks) -> None:
        made = self.maker.make(rows)
        with self._stage("ledger"):
            self._without_mail([one for one in made if one.filing is None])
            filings = [one.filing for one in made if one.filing is not None]
            ours = marks.claim(filings)
        claimed = {
            one.parcel.envid: (one.row, one.parcel)
            for one in made
            if one.parcel is not None and one.row.delivery_id in ours
        }
        wire = _Wire(self, marks, claimed)
        with self._stage("wire"):
            try:
                self.transport.carry(wire.parcels(), wire.note)
            except MailServerError as error:
                self.tally.stopped = str(error)
        self.tally.cpu["wire"] -= wire.noting
        self.tally.cpu["ledger"] += wire.noting
        with self._stage("ledger"):
            # What was claimed and not handed over, the run being told to stop.
            wire.give_back()

    def _without_mail(self, made: Sequence[Made]) -> None:
        endings: dict[tuple[State, str], list[Waiting]] = {}
        for one in made:
            endings.setdefault((one.state, one.reason or ""), []).append(one.row)
        for (state, reason), rows in endings.items():
            ids = [row.delivery_id for row in rows]
            self.tally.counts[state] += self.ledger.settle(
                ids, state, reason=reason, now=self.clock()
            )
            for row in rows:
                self.log(row, state, reason)
                if state is State.DEFERRED:
                    self._breaker.watch(Answer(state=state, reason=reason))

    def answered(self, row: Waiting, answer: Answer) -> None:
        """Take note of how a mail ended, once that is written down."""
        if answer.state is not State.PLANNED:
            self.tally.counts[answer.state] += 1
        self._breaker.watch(answer)
        self.log(row, answer.state, answer.reason)
        if answer.state is State.FAILED and answer.status in GONE:
            self.gone(row.subscriber_id, answer.reason or "")
        if answer.status.startswith("5.7."):
            log.error("policy refusal", extra={"day": str(self.day), "reason": answer.reason})

    def log(self, row: Waiting, state: State, reason: str | None) -> None:
        """Say what became of a row."""
        extra = {"day": str(self.day), "subscriber": row.subscriber_id, "state": str(state)}
        if state is State.SENT:
            log.debug("digest sent", extra=extra)
        elif state is State.SKIPPED:
            log.debug("digest skipped", extra={**extra, "reason": reason})
        else:
            log.warning("digest not sent", extra={**extra, "reason": reason})

    def _stage(self, name: str) -> Stage:
        return Stage(self.tally.cpu, name)


class _Wire:
    """What the transport is given of one batch, and what it tells."""

    def __init__(
        self, sender: Sender, marks: Marks, claimed: dict[str, tuple[Waiting, Parcel]]
    ) -> None:
        self._sender, self._marks = sender, marks
        self._left = claimed
        #: seconds of CPU spent on writing down
        self.noting = 0.0

    def parcels(self) -> Iterator[Parcel]:
        """Give out the parcels, until told to stop."""
        for _, parcel in list(self._left.values()):
            if not self._sender._goes_on():  # noqa: SLF001 (its own helper)
                return
            yield parcel

    def note(self, answers: Sequence[tuple[Parcel, Answer]], leaving: Sequence[Parcel]) -> None:
        """Write down what the transport tells."""
        started = time.process_time()
        rows = [
            (self._left[parcel.envid][0], self._final(parcel, answer)) for parcel, answer in answers
        ]
        going = [self._left[parcel.envid][0] for parcel in leaving]
        self._marks.note(rows, going, now=self._sender.clock())
        for parcel, _ in answers:
            del self._left[parcel.envid]
        for row, answer in rows:
            self._sender.answered(row, answer)
        self.noting += time.process_time() - started

    def give_back(self) -> None:
        """Let go of what was claimed and never taken by the transport."""
        back = [(row, Answer(state=State.PLANNED)) for row, _ in self._left.values()]
        if back:
            self._marks.note(back, [], now=self._sender.clock())

    def _final(self, parcel: Parcel, answer: Answer) -> Answer:
        if answer.state is State.UNKNOWN and self._sender.resend:
            answer = replace(answer, state=State.DEFERRED)
        if answer.reason is None:
            return answer
        # A server's words may name the address, which is neither for the log nor for the ledger.
        address = re.compile(re.escape(parcel.recipient), re.IGNORECASE)
        return replace(answer, reason=address.sub("the address", answer.reason))


class Stage:
    """Adds the CPU time of a block to a stage, in seconds."""

    def __init__(self, cpu: Cpu, name: str) -> None:
        """Add to `cpu[name]`."""
        self._cpu, self._name = cpu, name

    def __enter__(self) -> None:
        """Begin."""
        self._started = time.process_time()

    def __exit__(self, *_: object) -> None:
        """End."""
        self._cpu[self._name] += time.process_time() - self._started
