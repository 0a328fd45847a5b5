"""A run that is killed at any system call, and run again, leaves nobody out and nobody twice."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from support.kill_sweep import CONNECTIONS, FILE_CALLS, Sweep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from support.kill_sweep import Point

#: Kills of a single sender, and of one among two; `make faults` kills at every call.
ALONE, IN_PAIRS = 12, 6
#: Kills of a run that writes its mails to a folder.
IN_FOLDER = 8


pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _strace() -> None:
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing, and CI must not skip the tests that need it")
        pytest.skip("strace is not installed")


def some(points: Sequence[Point], number: int) -> list[Point]:
    """So many points, spread evenly over a run, and over the calls it makes."""
    chosen = []
    names = dict.fromkeys(name for name, _ in points)
    calls = [[point for point in points if point[0] == name] for name in names]
    often = [found for found in calls if len(found) >= number]
    for found in often:
        each = number // len(often)
        chosen += [found[(2 * n + 1) * len(found) // (2 * each)] for n in range(each)]
    return chosen


@pytest.mark.parametrize(("senders", "kills"), [(1, ALONE), (2, IN_PAIRS)], ids=["one", "two"])
def test_wherever_a_run_is_killed_nobody_is_lost_and_nobody_gets_two(
    tmp_path: Path, senders: int, kills: int
) -> None:
    with Sweep(tmp_path, senders=senders) as sweep:
        result = sweep.sweep(some(sweep.points(), kills))

    assert result.faults == []
    assert (result.lost, result.doubled) == (0, 0)
    assert result.most_unknown <= CONNECTIONS * senders
    assert result.kills >= kills // 2


@pytest.mark.parametrize("takes_mails", [False, True], ids=["left alone", "mails are taken"])
def test_a_folder_shows_what_has_left_wherever_a_run_is_killed(
    tmp_path: Path, *, takes_mails: bool
) -> None:
    with Sweep(tmp_path, transport="directory", calls=FILE_CALLS, takes_mails=takes_mails) as sweep:
        result = sweep.sweep(some(sweep.points(), IN_FOLDER))

    assert result.faults == []
    assert (result.lost, result.doubled) == (0, 0)
    # Of a mail that was taken before it was recorded as sent, nobody knows.
    assert result.most_unknown <= int(takes_mails)
    assert result.kills >= IN_FOLDER // 2
