"""A machine for the samples: their users, folders and programs, in namespaces of their own.

What a sample names is there under that name: the user `digest`, `/opt/digest/bin/digest` and
`/etc/digest/config.toml`. The folders of the system that it writes to are other ones, the processes
are a tree of their own, and all of them end with the test. It needs root.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.paths import ROOT
from support.programs import attempts, need_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLES = ROOT / "docs" / "samples"
#: Folders of the system that are other ones there.
_FOLDERS = ("etc", "opt", "var/lib", "var/spool")
_USER = 60001
_SPACES = ("--mount", "--pid", "--uts", "--ipc", "--cgroup")
_UNSHARE = ("unshare", *_SPACES, "--fork", "--kill-child=KILL", "--mount-proc")

_CONFIG = """\
[site]
secret_key = "a key for the tests and nothing else"

[[sources]]
name = "file"
kind = "jsonl"
path = "papers.jsonl"

[schedule]
at = "00:00"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[mail]
directory = "outbox"

[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agent"]
"""

#: The interpreter and the libraries of the tests may be where only root can read.
_DIGEST = """\
#!/bin/sh
export PYTHONHOME=/opt/digest/python PYTHONPATH=/opt/digest/source:/opt/digest/libraries
export LD_LIBRARY_PATH=/opt/digest/python/lib PYTHONDONTWRITEBYTECODE=1
exec /opt/digest/python/bin/python{version} -m digest "$@"
"""

_BEGIN = """\
set -e
# Mounts are seen by all processes of this machine, and by no others.
mount --make-rprivate /
mount --make-rshared /
for name in {folders}; do mount --bind "{folder}/$name" "/$name"; done
mount --bind {python} /opt/digest/python
mount --bind {libraries} /opt/digest/libraries
mount --bind {source} /opt/digest/source
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs tmpfs /dev/shm
{more}
exec "$@"
"""


@dataclass(frozen=True, kw_only=True)
class SampleMachine:
    """A machine that runs."""

    folder: Path
    process: subprocess.Popen[bytes]

    def path(self, name: str) -> Path:
        """Return where a file of the machine is."""
        return Path(f"/proc/{self._first}/root/{name}")

    @property
    def _first(self) -> str:
        """The first process of the machine; until there is one, what started it."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return (children.read_text(encoding="ascii").split() or [str(self.process.pid)])[0]

    def call(self, *words: str) -> str:
        """Run a command there as root; return what it prints, and fail if it does."""
        done = subprocess.run(
            ["nsenter", "--target", self._first, *_SPACES, *words],
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def outbox(self) -> list[str]:
        """Who has a mail in the outbox."""
        return sorted(path.stem for path in self.path("etc/digest/outbox").rglob("*.eml"))

    def until(self, happened: Callable[[], object], what: str) -> None:
        """Return once something has happened."""
        for _ in attempts(self.process, what=what):
            if happened():
                return


def need_namespaces() -> None:
    """Skip the test where not even root may make namespaces, as in most containers."""
    need_root("a machine for samples")
    if subprocess.run(
        ["unshare", *_SPACES, "--fork", "true"], stderr=subprocess.DEVNULL
    ).returncode:
        pytest.skip("namespaces are not allowed here")


@contextmanager
def sample_machine(
    *command: str, prepare: Callable[[Path], None], more: str = ""
) -> Iterator[SampleMachine]:
    """Run a machine whose first process is a command.

    Args:
        command: the first process, with its arguments.
        prepare: puts files into the machine's folders before that.
        more: lines of a shell script, run as the last ones before the command.

    """
    need_namespaces()
    with tempfile.TemporaryDirectory(prefix="machine-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        _furnish(folder)
        prepare(folder)
        script = _BEGIN.format(
            folders=" ".join(_FOLDERS),
            folder=folder,
            python=sys.base_prefix,
            libraries=sysconfig.get_path("purelib"),
            source=ROOT,
            more=more,
        )
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [*_UNSHARE, "bash", "-c", script, "bash", *command],
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "container": "unshare"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            ) as process,
        ):
            try:
                yield SampleMachine(folder=folder, process=process)
            except BaseException as error:
                error.add_note((folder / "log").read_text(encoding="utf-8", errors="replace"))
                raise
            finally:
                # With the first process of a tree the kernel ends all others.
                process.send_signal(signal.SIGKILL)


def _furnish(folder: Path) -> None:
    """Make the folders, the user and an installation with a paper of today."""
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    for name in _FOLDERS[1:]:
        (folder / name).mkdir(parents=True)
    for name, line in (
        ("passwd", f"digest:x:{_USER}:{_USER}::/etc/digest:/usr/sbin/nologin\n"),
        ("group", f"digest:x:{_USER}:\n"),
        ("shadow", "digest:*:20000:0:99999:7:::\n"),
    ):
        with (folder / "etc" / name).open("a", encoding="utf-8") as file:
            file.write(line)
    program = folder / "opt" / "digest" / "bin" / "digest"
    for made in ("bin", "python", "libraries", "source"):
        (program.parents[1] / made).mkdir(parents=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    program.write_text(_DIGEST.format(version=version), encoding="utf-8")
    program.chmod(0o755)
    home = folder / "etc" / "digest"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(_CONFIG, encoding="utf-8")
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    paper = {"id": "2602.00001", "title": "An Agent that Reads Maps", "day": day}
    (home / "papers.jsonl").write_text(json.dumps(paper) + "\n", encoding="utf-8")
    subprocess.run(
        [
            *(sys.executable, "-m", "digest", "-q", "-c", home / "config.toml", "subscribers"),
            *("add", "ada@example.org", "--topic", "agents", "--confirmed"),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    for path in (home, *home.iterdir()):
        os.chown(path, _USER, _USER)
        path.chmod(0o700 if path == home else 0o600)
