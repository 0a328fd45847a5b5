"""A full disk, a locked database, two workers at once: a run stops, and the next finishes it."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from support.builders import DAY, NOON
from support.installation import Installation, RecordingTransport, address

from digest.delivery.run import Progress, Shard, run_worker
from digest.errors import LedgerError, RunInProgressError, StoreError
from digest.models.delivery import DeliveryState, Outcome
from digest.storage.run_lock import run_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from digest.models.delivery import OutgoingMessage, ReportOutcomes

    #: Something that breaks when it is called, and is mended at the end of the block.
    Fault = Callable[["TrackedInstallation"], AbstractContextManager[Callable[[], None]]]

NAMES = ("ada", "bo", "cy", "di")
EVERYBODY = [address(name) for name in NAMES]

#: After a line of input, holds the write lock of the database it is given until its input ends.
HOLDER = """
import sqlite3, sys
sys.stdin.readline()
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


class TrackedInstallation(Installation):
    """An installation with all connections it ever opened, none of which waits long for a lock."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        super().__init__(engine, folder)
        self.connections: list[sqlite3.Connection] = []
        #: in milliseconds
        self.busy_timeout = 20

        def opened(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA busy_timeout={self.busy_timeout}").close()
            self.connections.append(connection)

        event.listen(engine, "connect", opened)
        engine.dispose()


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> TrackedInstallation:
    """A day with a paper, and four subscribers."""
    installation = TrackedInstallation(engine, tmp_path)
    installation.add_agents_papers("2602.00001")
    for name in NAMES:
        installation.subscribe(name)
    return installation


class TriggeringTransport(RecordingTransport):
    """A transport that calls a function before or after it accepts the nth message."""

    def __init__(self, trigger: Callable[[], object], *, nth: int, accepted: bool) -> None:
        super().__init__()
        self._trigger, self._moment = trigger, (nth, accepted)

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        for message in messages:
            self.attempted.append(message)
            self._is_at(accepted=False)
            report([], [message])
            self.messages.append(message)
            self._is_at(accepted=True)
            report([(message, Outcome(state=DeliveryState.SENT))], [])

    def _is_at(self, *, accepted: bool) -> None:
        if (len(self.attempted), accepted) == self._moment:
            self._trigger()


# -- what breaks ----------------------------------------------------------------------------------


@contextmanager
def locked(installation: TrackedInstallation) -> Iterator[Callable[[], None]]:
    """Another process that writes and does not end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(installation.folder / "digest.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout

        def breaks() -> None:
            process.stdin.write("now\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            assert process.stdout.readline() == "held\n"  # type: ignore[union-attr]

        try:
            yield breaks
        finally:
            process.stdin.close()


@contextmanager
def full(_installation: TrackedInstallation) -> Iterator[Callable[[], None]]:
    """A disk that takes no page any more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(installation: TrackedInstallation) -> Iterator[Callable[[], None]]:
    """A file that cannot be written any more, as on a disk with errors."""

    def turn(on: int) -> None:
        for connection in installation.connections:
            with suppress(sqlite3.ProgrammingError):  # it is closed
                connection.execute(f"PRAGMA query_only={on}").close()

    yield lambda: turn(1)
    turn(0)


FAULTS = pytest.mark.parametrize(
    ("fault", "words"),
    [
        (locked, "database is locked"),
        (full, "disk I/O error"),
        (read_only, "attempt to write a readonly database"),
    ],
    ids=["locked", "full", "read-only"],
)


@FAULTS
def test_what_cannot_be_claimed_is_not_sent_and_leaves_once_that_is_mended(
    installation: TrackedInstallation, fault: Fault, words: str
) -> None:
    broken, mended = RecordingTransport(), RecordingTransport()

    with (
        fault(installation) as breaks,
        pytest.raises(StoreError, match=f"digest.db: {words}"),
    ):
        installation.send(broken, progress=Progress(total=lambda _: breaks()))
    report = installation.send(mended)

    assert broken.attempted_recipients == []
    assert mended.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 4}


@FAULTS
def test_what_cannot_be_recorded_before_it_leaves_does_not_leave(
    installation: TrackedInstallation, fault: Fault, words: str
) -> None:
    mended = RecordingTransport()

    with fault(installation) as breaks:
        broken = TriggeringTransport(breaks, nth=2, accepted=False)
        with pytest.raises(StoreError, match=f"digest.db: {words}"):
            installation.send(broken)
    report = installation.send(mended)

    assert len(broken.attempted) == 2
    assert broken.recipients + mended.recipients == EVERYBODY
    assert (report.counts, report.already) == ({DeliveryState.SENT: 3}, 1)


@FAULTS
def test_of_what_was_accepted_but_could_not_be_recorded_one_mail_is_in_doubt(
    installation: TrackedInstallation, fault: Fault, words: str
) -> None:
    mended = RecordingTransport()

    with fault(installation) as breaks:
        broken = TriggeringTransport(breaks, nth=2, accepted=True)
        with pytest.raises(StoreError, match=f"digest.db: {words}"):
            installation.send(broken)
    report = installation.send(mended)

    assert broken.recipients + mended.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 2, DeliveryState.UNKNOWN: 1}
    assert installation.states() == {"ada": "sent", "bo": "unknown", "cy": "sent", "di": "sent"}


@FAULTS
def test_a_plan_that_cannot_be_written_is_made_by_the_next_run(
    installation: TrackedInstallation, fault: Fault, words: str
) -> None:
    edition, transport = installation.edition(), RecordingTransport()

    with fault(installation) as breaks:
        breaks()
        with pytest.raises(StoreError, match=f"digest.db: .*{words}"):
            installation.send(transport, edition=edition)
    attempted_before = list(transport.attempted_recipients)
    installation.send(transport)

    assert attempted_before == []
    assert transport.recipients == EVERYBODY


def test_a_database_that_is_taken_away_before_anything_is_claimed_stops_the_run(
    installation: TrackedInstallation,
) -> None:
    away = installation.folder.with_name(f"{installation.folder.name} away")
    lost, found = RecordingTransport(), RecordingTransport()

    with pytest.raises(StoreError, match="unable to open database file"):
        installation.send(lost, progress=Progress(total=lambda _: installation.folder.rename(away)))
    away.rename(installation.folder)
    report = installation.send(found)

    assert lost.attempted_recipients == []
    assert found.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 4}


def test_a_database_that_is_taken_away_in_mid_run_is_true_when_it_is_brought_back(
    installation: TrackedInstallation,
) -> None:
    away = installation.folder.with_name(f"{installation.folder.name} away")
    first, second = (
        TriggeringTransport(lambda: installation.folder.rename(away), nth=2, accepted=True),
        RecordingTransport(),
    )

    installation.send(first)
    away.rename(installation.folder)
    again = installation.send(second)

    assert first.recipients == EVERYBODY
    assert second.attempted_recipients == []
    assert (again.counts, again.already) == ({}, 4)


# -- two at once ----------------------------------------------------------------------------------


def share(
    installation: Installation, transport: RecordingTransport, index: int, number: int
) -> Callable[[], None]:
    """One worker among several, ready to run in a thread of its own."""
    services = installation.services
    stored = services.editions.save(
        installation.edition(), mail_key=services.mail_settings.key, now=NOON
    )
    shard = Shard(day=DAY, edition_id=stored.id, due=4, share=(index, number))
    return lambda: run_worker(shard, stored, services, transport, Progress()) and None


def together(*workers: Callable[[], None]) -> None:
    threads = [threading.Thread(target=worker) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


@pytest.fixture
def meeting(installation: TrackedInstallation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two workers meet after both have fetched their rows and before either claims."""
    some, barrier, met = installation.book.some, threading.Barrier(2), threading.local()

    def wait_once(ids: list[int]) -> object:
        if not getattr(met, "once", False):
            met.once = True
            barrier.wait(30)
        return some(ids)

    monkeypatch.setattr(installation.book, "some", wait_once)
    # Each worker waits for the other's commits, however slow the machine is.
    installation.busy_timeout = 30_000
    installation.app.engine.dispose()
    installation.app.ledger.plan(DAY, now=NOON)


@pytest.mark.usefixtures("meeting")
def test_two_workers_of_two_halves_serve_everybody_once(installation: TrackedInstallation) -> None:
    one, other = RecordingTransport(), RecordingTransport()

    together(share(installation, one, 0, 2), share(installation, other, 1, 2))

    assert sorted(one.recipients + other.recipients) == EVERYBODY
    assert len(one.recipients) == len(other.recipients) == 2
    assert installation.totals() == {"sent": 4}


@pytest.mark.usefixtures("meeting")
def test_two_workers_of_the_same_share_serve_everybody_once(
    installation: TrackedInstallation,
) -> None:
    one, other = RecordingTransport(), RecordingTransport()

    together(share(installation, one, 0, 1), share(installation, other, 0, 1))

    assert sorted(one.recipients + other.recipients) == EVERYBODY
    assert installation.totals() == {"sent": 4}


def test_a_second_cron_in_mid_run_is_refused_and_sends_nothing(
    installation: TrackedInstallation,
) -> None:
    second = RecordingTransport()

    def cron() -> None:
        with pytest.raises(RunInProgressError, match="another run is sending"):
            installation.send(second)

    first = TriggeringTransport(cron, nth=2, accepted=True)
    report = installation.send(first)

    assert second.attempted_recipients == []
    assert first.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 4}


@pytest.mark.parametrize(
    ("accepted", "unknown"), [(False, 0), (True, 1)], ids=["before a mail leaves", "in mid-mail"]
)
def test_where_nothing_keeps_a_second_run_out_it_takes_over_and_the_first_stops(
    installation: TrackedInstallation,
    accepted: bool,  # noqa: FBT001
    unknown: int,
) -> None:
    installation.app.__dict__["delivery_services"] = replace(
        installation.app.delivery_services, run_lock=partial(run_lock, None)
    )
    second = RecordingTransport()
    first = TriggeringTransport(lambda: installation.send(second), nth=2, accepted=accepted)

    with pytest.raises(LedgerError, match="taken by another sender"):
        installation.send(first)

    assert len(first.attempted) == 2
    assert first.recipients + second.recipients == EVERYBODY
    assert installation.totals() == {"sent": 4 - unknown} | ({"unknown": 1} if unknown else {})
