"""An installation on a Thursday and the Friday after it, whose commands are real processes.

Friday's list has one paper of Thursday again, and one that is new. The test server keeps every mail
it accepts, and so shows who got what.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from support.mail_server import text_of
from support.smtp_server import SMTPServer

from digest.models.delivery import DeliveryState

WEDNESDAY, THURSDAY, FRIDAY, MONDAY = "2026-02-04", "2026-02-05", "2026-02-06", "2026-02-09"
READERS = [f"reader{number}@example.net" for number in range(6)]
#: titles, by the day that lists them
LISTED = {
    THURSDAY: ["Agents in Fog", "Agents at Sea"],
    FRIDAY: ["Agents at Sea", "Agents in Snow"],
}

#: Seconds after which a command that does not do what is awaited is killed.
_PATIENCE = 120

CONFIG = """\
[site]
secret_key = "a key for the tests and nothing else"
pepper = "a pepper for the tests and nothing else"
[[sources]]
name = "thursday"
kind = "jsonl"
path = "2026-02-05.jsonl"
[[sources]]
name = "friday"
kind = "jsonl"
path = "2026-02-06.jsonl"
[mail]
transport = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
connections = 1
[delivery]
{delivery}
[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agents"]
"""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


class TwoDays:
    """The installation; a `with` ends what was started."""

    def __init__(
        self,
        folder: Path,
        *,
        delivery: str = "",
        tables: str = "",
        origin: Path | None = None,
    ) -> None:
        """Make it in a folder, with further lines of `[delivery]`, and further tables.

        The database with the readers is copied from `origin`, and made there the first time.
        """
        self.folder = folder
        self._origin = origin or folder / "origin"
        self._delivery, self._tables = delivery, tables
        self._stack = ExitStack()
        self._started: dict[subprocess.Popen[str], threading.Timer] = {}

    def __enter__(self) -> Self:
        """Start the server, and confirm the readers on Wednesday."""
        self.server = self._stack.enter_context(SMTPServer())
        text = CONFIG.format(port=self.server.port, delivery=self._delivery)
        (self.folder / "config.toml").write_text(text + self._tables)
        for day, titles in LISTED.items():
            records = [
                {
                    "id": f"2602.{sum(title.encode()):05}",
                    "title": title,
                    "abstract": title,
                    "day": day,
                }
                for title in titles
            ]
            lines = "".join(json.dumps(record) + "\n" for record in records)
            (self.folder / f"{day}.jsonl").write_text(lines)
        self.at(WEDNESDAY)
        if not (self._origin / "digest.db").exists():
            rows = "".join(f"{reader},agents\n" for reader in READERS)
            (self.folder / "readers.csv").write_text(f"address,topics\n{rows}")
            self.digest("subscribers", "import", "readers.csv", "--confirmed")
            self._origin.mkdir(exist_ok=True)
            shutil.copy(self.folder / "digest.db", self._origin)
        shutil.copy(self._origin / "digest.db", self.folder)
        return self

    def __exit__(self, *_: object) -> None:
        """End all commands and the server."""
        for process, watch in self._started.items():
            watch.cancel()
            process.kill()
            process.communicate()
        self._stack.close()

    def at(self, day: str, hour: int = 18, minute: int = 0) -> None:
        """Let it be a time of a day, in UTC."""
        new = self.folder / "time.txt.new"
        new.write_text(f"{day}T{hour:02}:{minute:02}:00+00:00")
        new.replace(self.folder / "time.txt")  # some command may be reading it

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start a command, with the variables that `dated_digest` knows, in lower case."""
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("dated_digest.py")), *arguments],
            cwd=self.folder,
            env={
                **os.environ,
                "TIME": "time.txt",
                **{name.upper(): value for name, value in variables.items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started[process] = threading.Timer(_PATIENCE, process.kill)
        self._started[process].daemon = True  # a test may fail before it is cancelled
        self._started[process].start()
        return process

    def await_look(self, process: subprocess.Popen[str]) -> None:
        """Wait until a command with a schedule has looked who is due at the time that it is."""
        at = (self.folder / "time.txt").read_text()
        wait_for(process, f"job due of {at} is done")

    def digest(self, *arguments: str, **variables: str) -> Ended:
        """Run a command to its end."""
        return end(self.start(*arguments, **variables))

    def states(self, day: str) -> str:
        """How many mails of a day are in each state, as a line; they must add up."""
        with closing(sqlite3.connect(self.folder / "digest.db")) as db:
            query = "SELECT state, count(*) FROM deliveries WHERE day = ? GROUP BY state"
            found: dict[str, int] = dict(db.execute(query, (day,)).fetchall())
            planned = db.execute("SELECT planned FROM days WHERE day = ?", (day,)).fetchone()
        assert planned in (None, (sum(found.values()),))
        return ", ".join(f"{found[state]} {state}" for state in DeliveryState if state in found)

    def shown(self) -> dict[str, Counter[str]]:
        """How often each reader was shown each title, in all mails that the server took."""
        titles = {title for listed in LISTED.values() for title in listed}
        found: dict[str, Counter[str]] = {reader: Counter() for reader in READERS}
        for mail in self.server.mails:
            text = text_of(mail.content)
            found.setdefault(mail.recipient, Counter()).update(t for t in titles if t in text)
        return found


def end(process: subprocess.Popen[str]) -> Ended:
    """Wait for the end of a command."""
    out, err = process.communicate(timeout=60)
    return Ended(code=process.returncode, out=out, err=err)


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Read a command's log until a text is in a line."""
    assert process.stderr is not None
    assert any(text in line for line in process.stderr), f"it ended without {text!r}"
