"""Commands that the modes of files hold back, also where the tests run as root."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Gives up what lets root pass every mode (prctl(2), PR_CAPBSET_DROP), for the program it becomes.
_DROP = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
for capability in range(64):
    libc.prctl(24, capability, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def run_unprivileged(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `digest` with arguments in a folder, without root's privileges."""
    digest = [sys.executable, "-B", "-m", "digest", *arguments]
    return subprocess.run(
        [sys.executable, "-c", _DROP, *digest],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
