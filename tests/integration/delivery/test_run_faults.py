"""A full disk, a locked database, two senders at once: a run stops, and the next one mends it."""

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
from support.installation import House, Recorder, address

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
    Fault = Callable[["Lived"], AbstractContextManager[Callable[[], None]]]

NAMES = ("ada", "bo", "cy", "di")
EVERYBODY = [address(name) for name in NAMES]

#: Once told to, holds the write lock of the database it is given until its input ends.
HOLDER = """
import sqlite3, sys
sys.stdin.readline()
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


class Lived(House):
    """A house with all connections it ever opened, none of which waits long for a lock."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        super().__init__(engine, folder)
        self.connections: list[sqlite3.Connection] = []

        def opened(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA busy_timeout=20").close()
            self.connections.append(connection)

        event.listen(engine, "connect", opened)
        engine.dispose()


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> Lived:
    """A day with a paper, and four readers."""
    house = Lived(engine, tmp_path)
    house.about_agents("2602.00001")
    for name in NAMES:
        house.reader(name)
    return house


class Beside(Recorder):
    """A transport beside which something happens, before or after the nth mail is taken."""

    def __init__(self, happens: Callable[[], object], *, nth: int, taken: bool) -> None:
        super().__init__()
        self._happens, self._moment = happens, (nth, taken)

    def send_all(self, parcels: Iterator[OutgoingMessage], note: ReportOutcomes) -> None:
        for parcel in parcels:
            self.tried.append(parcel)
            self._is_at(taken=False)
            note([], [parcel])
            self.parcels.append(parcel)
            self._is_at(taken=True)
            note([(parcel, Outcome(state=DeliveryState.SENT))], [])

    def _is_at(self, *, taken: bool) -> None:
        if (len(self.tried), taken) == self._moment:
            self._happens()


# -- what breaks ----------------------------------------------------------------------------------


@contextmanager
def locked(house: Lived) -> Iterator[Callable[[], None]]:
    """Another process that writes and does not end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(house.folder / "digest.db")],
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
def full(_house: Lived) -> Iterator[Callable[[], None]]:
    """A disk that takes no page any more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(house: Lived) -> Iterator[Callable[[], None]]:
    """A file that cannot be written any more, as on a disk with errors."""

    def turn(on: int) -> None:
        for connection in house.connections:
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
    house: Lived, fault: Fault, words: str
) -> None:
    broken, mended = Recorder(), Recorder()

    with (
        fault(house) as breaks,
        pytest.raises(StoreError, match=f"digest.db: {words}"),
    ):
        house.send(broken, progress=Progress(total=lambda _: breaks()))
    report = house.send(mended)

    assert broken.asked == []
    assert mended.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 4}


@FAULTS
def test_what_cannot_be_noted_before_it_leaves_does_not_leave(
    house: Lived, fault: Fault, words: str
) -> None:
    mended = Recorder()

    with fault(house) as breaks:
        broken = Beside(breaks, nth=2, taken=False)
        with pytest.raises(StoreError, match=f"digest.db: {words}"):
            house.send(broken)
    report = house.send(mended)

    assert len(broken.tried) == 2
    assert broken.recipients + mended.recipients == EVERYBODY
    assert (report.counts, report.already) == ({DeliveryState.SENT: 3}, 1)


@FAULTS
def test_of_what_was_taken_but_could_not_be_noted_one_mail_is_in_doubt(
    house: Lived, fault: Fault, words: str
) -> None:
    mended = Recorder()

    with fault(house) as breaks:
        broken = Beside(breaks, nth=2, taken=True)
        with pytest.raises(StoreError, match=f"digest.db: {words}"):
            house.send(broken)
    report = house.send(mended)

    assert broken.recipients + mended.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 2, DeliveryState.UNKNOWN: 1}
    assert house.states() == {"ada": "sent", "bo": "unknown", "cy": "sent", "di": "sent"}


@FAULTS
def test_a_plan_that_cannot_be_written_is_made_by_the_next_run(
    house: Lived, fault: Fault, words: str
) -> None:
    desk, transport = house.desk(), Recorder()

    with fault(house) as breaks:
        breaks()
        with pytest.raises(StoreError, match=f"digest.db: .*{words}"):
            house.send(transport, desk=desk)
    asked_before = list(transport.asked)
    house.send(transport)

    assert asked_before == []
    assert transport.recipients == EVERYBODY


def test_a_database_that_is_taken_away_before_anything_is_claimed_stops_the_run(
    house: Lived,
) -> None:
    away = house.folder.with_name(f"{house.folder.name} away")
    lost, found = Recorder(), Recorder()

    with pytest.raises(StoreError, match="unable to open database file"):
        house.send(lost, progress=Progress(total=lambda _: house.folder.rename(away)))
    away.rename(house.folder)
    report = house.send(found)

    assert lost.asked == []
    assert found.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 4}


def test_a_database_that_is_taken_away_in_mid_run_is_true_when_it_is_brought_back(
    house: Lived,
) -> None:
    away = house.folder.with_name(f"{house.folder.name} away")
    first, second = Beside(lambda: house.folder.rename(away), nth=2, taken=True), Recorder()

    house.send(first)
    away.rename(house.folder)
    again = house.send(second)

    assert first.recipients == EVERYBODY
    assert second.asked == []
    assert (again.counts, again.already) == ({}, 4)


# -- two at once ----------------------------------------------------------------------------------


def share(house: House, transport: Recorder, number: int, of_all: int) -> Callable[[], None]:
    """One sender among several, ready to run in a thread of its own."""
    office = house.office
    frozen = office.editions.save(house.desk(), mail_key=office.mail_settings.key, now=NOON)
    task = Shard(day=DAY, edition_id=frozen.id, due=4, share=(number, of_all))
    return lambda: run_worker(task, frozen, office, transport, Progress()) and None


def together(*senders: Callable[[], None]) -> None:
    threads = [threading.Thread(target=sender) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


@pytest.fixture
def meeting(house: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two senders wait for each other, once both have looked and neither has claimed."""
    some, barrier, met = house.book.some, threading.Barrier(2), threading.local()

    def wait_once(ids: list[int]) -> object:
        if not getattr(met, "once", False):
            met.once = True
            barrier.wait(30)
        return some(ids)

    monkeypatch.setattr(house.book, "some", wait_once)
    house.app.ledger.plan(DAY, now=NOON)


@pytest.mark.usefixtures("meeting")
def test_two_senders_of_two_halves_serve_everybody_once(house: Lived) -> None:
    one, other = Recorder(), Recorder()

    together(share(house, one, 0, 2), share(house, other, 1, 2))

    assert sorted(one.recipients + other.recipients) == EVERYBODY
    assert len(one.recipients) == len(other.recipients) == 2
    assert house.sum() == {"sent": 4}


@pytest.mark.usefixtures("meeting")
def test_two_senders_of_the_same_share_serve_everybody_once(house: Lived) -> None:
    one, other = Recorder(), Recorder()

    together(share(house, one, 0, 1), share(house, other, 0, 1))

    assert sorted(one.recipients + other.recipients) == EVERYBODY
    assert house.sum() == {"sent": 4}


def test_a_second_cron_in_mid_run_is_refused_and_sends_nothing(house: Lived) -> None:
    second = Recorder()

    def cron() -> None:
        with pytest.raises(RunInProgressError, match="another run is sending"):
            house.send(second)

    first = Beside(cron, nth=2, taken=True)
    report = house.send(first)

    assert second.asked == []
    assert first.recipients == EVERYBODY
    assert report.counts == {DeliveryState.SENT: 4}


@pytest.mark.parametrize(
    ("taken", "unknown"), [(False, 0), (True, 1)], ids=["before a mail leaves", "in mid-mail"]
)
def test_where_nothing_keeps_a_second_run_out_it_takes_over_and_the_first_stops(
    house: Lived,
    taken: bool,  # noqa: FBT001
    unknown: int,
) -> None:
    house.app.__dict__["delivery_services"] = replace(
        house.app.delivery_services, run_lock=partial(run_lock, None)
    )
    second = Recorder()
    first = Beside(lambda: house.send(second), nth=2, taken=taken)

    with pytest.raises(LedgerError, match="taken by another sender"):
        house.send(first)

    assert len(first.tried) == 2
    assert first.recipients + second.recipients == EVERYBODY
    assert house.sum() == {"sent": 4 - unknown} | ({"unknown": 1} if unknown else {})
