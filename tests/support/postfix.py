"""A Postfix of our own on loopback, with its folders, started as root and ended by its process.

It asks no DNS and connects to nothing but what its tables name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from support.programs import attempts, await_listening, free_port, need_root, program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_dns_support_level = disabled
default_transport = error:5.1.2 there is no way to this domain
# A mail that was put off is tried again as soon as Postfix can.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
"""

#: The services that are used, in the words of Debian's master.cf; none has a chroot.
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, kw_only=True)
class Postfix:
    """A Postfix that runs: where it listens, and what it wrote."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """Its log so far."""
        return (self.folder / "postfix.log").read_text(encoding="utf-8", errors="replace")

    def await_log(self, words: str) -> None:
        """Return when its log has some words."""
        for _ in attempts(self.process, what=f"no {words!r} in its log"):
            if words in self.log:
                return


@contextmanager
def postfix(
    *,
    main: str = "",
    master: str = "",
    tables: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Postfix]:
    """Run Postfix with more lines in main.cf and master.cf, and with tables.

    A table is written under its name; `{folder}` in lines and tables is the folder of all these.
    """
    command = program("postfix", package="postfix")
    need_root("Postfix")
    # Not below pytest's folder, which its users may not enter. Names of sockets have to be short.
    folder = Path(tempfile.mkdtemp(prefix="postfix-"))
    try:
        folder.chmod(0o755)
        at = port or free_port()
        config = folder / "config"
        config.mkdir()
        (folder / "queue").mkdir()
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "postfix")
        _write(config / "main.cf", _MAIN + main, folder)
        _write(config / "master.cf", _MASTER.replace("{port}", str(at)) + master, folder)
        for name, content in (tables or {}).items():
            _write(folder / name, content, folder)
        with subprocess.Popen(
            [command, "-c", str(config), "start-fg"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # all is in its log
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it ends all processes of its group with itself
        ) as process:
            try:
                await_listening(process, at)
                yield Postfix(port=at, folder=folder, process=process)
            finally:
                _end(process, folder / "queue" / "pid" / "master.pid")
    finally:
        shutil.rmtree(folder)


def _write(path: Path, content: str, folder: Path) -> None:
    path.write_text(content.replace("{folder}", str(folder)), encoding="utf-8")


def _end(process: subprocess.Popen[bytes], pid_file: Path) -> None:
    """End the server, after which the script that started it ends too."""
    if process.poll() is None:
        os.kill(int(pid_file.read_text(encoding="ascii")), signal.SIGTERM)
        process.wait(timeout=20)
