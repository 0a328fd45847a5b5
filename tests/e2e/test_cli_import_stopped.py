"""`digest subscribers import` that ends early: nobody is left pending without a letter."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from digest.storage.schema import transactional_mail
from subscribers.tables import subscribers

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

#: Imports two readers in a transaction, and gets a signal while the third one is open.
SCRIPT = """
import os, sys
from itertools import count

from digest.cli import main
from digest.storage.transactional import TransactionalQueue
from subscribers import csv_import

csv_import.TRANSACTION = 2
signal, enqueue, calls = int(sys.argv.pop()), TransactionalQueue.enqueue_in, count(1)

def enqueue_in(self, *args, **details):
    queued = enqueue(self, *args, **details)
    if next(calls) == 3:
        os.kill(os.getpid(), signal)
    return queued

TransactionalQueue.enqueue_in = enqueue_in
main()
"""
COMMAND = ("subscribers", "import", "list.csv")


def letters(home: Path) -> tuple[set[int], list[int]]:
    """The readers in the book, and those who have a letter."""
    engine = sa.create_engine(f"sqlite:///{home / 'digest.db'}")
    with engine.connect() as db:
        readers = set(db.execute(sa.select(subscribers.c.id)).scalars())
        asked = list(db.execute(sa.select(transactional_mail.c.subscriber_id)).scalars())
    engine.dispose()
    return readers, asked


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGKILL, -signal.SIGKILL, ""),
        (signal.SIGINT, 130, "stopped: 4 of 7 new or changed readers are stored"),
    ],
)
def test_an_import_that_ended_early_goes_on_with_the_same_command(
    home: Path, digest: Command, number: signal.Signals, code: int, words: str
) -> None:
    rows = "".join(f"reader{number}@example.org\n" for number in range(7))
    (home / "list.csv").write_text(f"email\n{rows}", encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, *COMMAND, str(int(number))],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, words in ended.stderr) == (code, True)
    readers, asked = letters(home)
    assert (len(readers), sorted(asked)) == (4, sorted(readers))

    assert digest(*COMMAND).code == 0
    readers, asked = letters(home)
    assert (len(readers), sorted(asked)) == (7, sorted(readers))


def test_a_list_asks_those_who_never_got_their_letter_and_nobody_twice(
    home: Path, digest: Command
) -> None:
    (home / "list.csv").write_text("email\nada@example.org\nbo@example.org\n", encoding="utf-8")
    digest(*COMMAND)
    engine = sa.create_engine(f"sqlite:///{home / 'digest.db'}")
    with engine.begin() as db:  # as an import of an earlier version left it that was killed
        lost = sa.select(subscribers.c.id).where(subscribers.c.address == "bo@example.org")
        db.execute(transactional_mail.delete().where(transactional_mail.c.subscriber_id.in_(lost)))
    engine.dispose()

    digest(*COMMAND)
    digest(*COMMAND)

    readers, asked = letters(home)
    assert (len(readers), sorted(asked)) == (2, sorted(readers))
