"""A run that is killed at any system call, and run again, leaves nobody out and nobody twice."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from whole.sweep import CONNECTIONS, Sweep, sweep

if TYPE_CHECKING:
    from pathlib import Path

#: Kills of a single sender, and of one among two; `make faults` kills at every call.
ALONE, IN_PAIRS = 24, 8


@pytest.fixture(autouse=True)
def _strace() -> None:
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing, and CI must not skip the tests that need it")
        pytest.skip("strace is not installed")


def points(calls: int, kills: int) -> list[int]:
    """So many points, spread evenly over a run."""
    step = max(calls // kills, 1)
    return list(range(step // 2 + 1, calls + 1, step))[:kills]


@pytest.mark.parametrize(("senders", "kills"), [(1, ALONE), (2, IN_PAIRS)], ids=["one", "two"])
def test_wherever_a_run_is_killed_nobody_is_lost_and_nobody_gets_two(
    tmp_path: Path, senders: int, kills: int
) -> None:
    origin = Sweep(tmp_path, senders=senders)

    toll = sweep(points(origin.calls(tmp_path), kills), tmp_path, origin)

    assert toll.faults == []
    assert (toll.lost, toll.doubled) == (0, 0)
    assert toll.most_unknown <= CONNECTIONS * senders
    assert toll.kills >= kills // 2
