"""One run at a time, whoever started it and however it ends."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from digest.errors import RunInProgressError
from digest.storage.ledger import Ledger
from digest.storage.run_lock import lock_path

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

#: Takes the lock of the path it is given, as another process would.
OTHER_PROCESS = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


@pytest.fixture
def ledger(engine: sa.Engine) -> Ledger:
    return Ledger(engine, lock=lock_path(engine))


def test_a_second_run_is_refused_while_the_first_is_at_work(
    ledger: Ledger, engine: sa.Engine
) -> None:
    second = Ledger(engine, lock=lock_path(engine))

    with (
        ledger.run_lock(),
        pytest.raises(RunInProgressError, match="another run is sending"),
        second.run_lock(),
    ):
        pytest.fail("two were sending")


def test_another_process_cannot_take_the_lock(ledger: Ledger, engine: sa.Engine) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(lock_path(engine))]

    with ledger.run_lock():
        during = subprocess.run(command, capture_output=True, text=True)
    after = subprocess.run(command, capture_output=True, text=True)

    assert "BlockingIOError" in during.stderr
    assert (after.returncode, after.stderr) == (0, "")


def test_the_lock_is_free_again_after_a_run_that_failed(ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt), ledger.run_lock():
        raise KeyboardInterrupt

    with ledger.run_lock() as lock:
        assert lock is not None


def test_the_lock_can_be_read_by_its_owner_only(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.run_lock():
        mode = stat.S_IMODE((tmp_path / "digest.db-run").stat().st_mode)

    assert mode == 0o600


def test_a_database_without_a_file_has_no_lock(engine: sa.Engine) -> None:
    with Ledger(engine, lock=None).run_lock() as lock:
        assert lock is None
