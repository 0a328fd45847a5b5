"""One run at a time, whoever started it and however it ends."""

from __future__ import annotations

import stat
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from digest.errors import RunInProgressError
from digest.storage.run_lock import is_held, lock_path, run_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa

#: Takes the lock of the path it is given, as another process would.
OTHER_PROCESS = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


@pytest.fixture
def path(engine: sa.Engine) -> Path:
    found = lock_path(engine)
    assert found is not None
    return found


def test_a_second_run_is_refused_while_the_first_is_at_work(path: Path) -> None:
    with (
        run_lock(path),
        pytest.raises(RunInProgressError, match="another run is sending"),
        run_lock(path),
    ):
        pytest.fail("two were sending")


def test_another_process_cannot_take_the_lock(path: Path) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(path)]

    with run_lock(path):
        during = subprocess.run(command, capture_output=True, text=True)
    after = subprocess.run(command, capture_output=True, text=True)

    assert "BlockingIOError" in during.stderr
    assert (after.returncode, after.stderr) == (0, "")


def test_the_lock_is_free_again_after_a_run_that_failed(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), run_lock(path):
        raise KeyboardInterrupt

    with run_lock(path) as descriptor:
        assert descriptor is not None


def test_only_the_owner_can_read_the_lock_file(path: Path, tmp_path: Path) -> None:
    with run_lock(path):
        mode = stat.S_IMODE((tmp_path / "digest.db-run").stat().st_mode)

    assert mode == 0o600


def test_a_database_without_a_file_has_no_lock() -> None:
    with run_lock(None) as descriptor:
        assert descriptor is None


def test_a_run_that_waits_gets_the_lock_when_the_other_has_ended(path: Path) -> None:
    other = ExitStack()
    other.enter_context(run_lock(path))

    def polls() -> Iterator[str]:
        yield "still held"
        other.close()
        yield "free"
        pytest.fail("it went on waiting")

    with run_lock(path, polls=polls()) as descriptor:
        assert descriptor is not None


def test_a_run_that_has_waited_in_vain_is_refused(path: Path) -> None:
    looks = iter(range(3))

    with run_lock(path), pytest.raises(RunInProgressError), run_lock(path, polls=looks):
        pytest.fail("two were sending")

    assert list(looks) == []


def test_nobody_waits_for_a_lock_that_is_free(path: Path) -> None:
    looks = iter(range(3))

    with run_lock(path, polls=looks):
        assert list(looks) == [0, 1, 2]


def test_whether_a_run_holds_the_lock_can_be_seen_without_taking_it(tmp_path: Path) -> None:
    path = tmp_path / "digest.db-run"

    assert not is_held(None)
    assert not is_held(path)
    assert not path.exists()
    with run_lock(path):
        assert is_held(path)
    assert not is_held(path)
