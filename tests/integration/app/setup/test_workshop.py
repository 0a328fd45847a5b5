"""The folder in which an installation is made: gone at the end, or removed by the next setup."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from digest.app.setup.workshop import open_workshop, remove_left

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Makes a workshop with a secret in it, says so, and waits.
_SETUP = """
import sys
from pathlib import Path
from digest.app.setup.workshop import open_workshop
with open_workshop(Path(sys.argv[1])) as made:
    (made / "mail.password").write_text("sesame")
    print(made, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is making an installation in the folder."""
    with subprocess.Popen(
        [sys.executable, "-c", _SETUP, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_it_is_its_owner_s_alone_and_gone_at_the_end(tmp_path: Path) -> None:
    with open_workshop(tmp_path) as made:
        assert made.parent == tmp_path
        assert made.stat().st_mode & 0o777 == 0o700
        (made / "mail.password").write_text("sesame")

    assert list(tmp_path.iterdir()) == []


def test_one_that_a_killed_process_left_is_removed(
    tmp_path: Path, setup: subprocess.Popen[str]
) -> None:
    setup.send_signal(signal.SIGKILL)
    setup.wait()
    (left,) = tmp_path.iterdir()

    assert remove_left(tmp_path) == [left]
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_in_use_stays(tmp_path: Path, setup: subprocess.Popen[str]) -> None:
    (used,) = tmp_path.iterdir()

    assert remove_left(tmp_path) == []
    assert (used / "mail.password").read_text() == "sesame"
    assert setup.poll() is None


def test_what_is_no_workshop_stays(tmp_path: Path) -> None:
    (tmp_path / ".digest-setup-file").touch()
    (tmp_path / "digest-setup").mkdir()

    assert remove_left(tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 2
