"""What an import of a list costs, beside the least that its rows can cost.

    python benchmarks/imports.py [LINES]

The list is made up. The import reads it, decides about each line and writes the readers, their
consent and the letters that ask them to confirm. The reference reads the same list, checks each
address and writes the same rows, with no rule and no library between. Each line is there with
`--confirmed` too, which writes more consent and no letters. Ratios of processor time hold on any
machine, seconds on this one only.
"""

from __future__ import annotations

import csv
import gc
import io
import secrets
import sqlite3
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from arguments import argument

from digest.models.delivery import MailKind
from digest.storage.engine import open_database
from digest.storage.transactional import TransactionalQueue
from subscribers import addresses, csv_import
from subscribers.book import TRANSACTION, Book, Evidence

NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
TABLES = ("subscribers", "subscriptions", "consent", "transactional_mail")


def made_up(lines: int) -> str:
    """Return a list of readers at two thousand domains."""
    rows = (f"reader{n}@host{n % 2000}.example.org,Reader {n}\n" for n in range(lines))
    return "email,name\n" + "".join(rows)


def new_id() -> int:
    """Return an unused random id, as the program does."""
    return secrets.randbits(53)


def imported(engine: sa.Engine, text: str, *, confirmed: bool) -> None:
    """Import a list as `digest subscribers import` does."""
    book, queue = Book(engine, new_id=new_id, pepper="pepper"), TransactionalQueue(engine)
    rows = csv_import.plan(text, book, known_topics=["trending"], confirmed=confirmed)
    csv_import.apply(
        rows,
        book,
        default_topics=["trending"],
        evidence=Evidence(at=NOW, channel="cli", note="benchmark"),
        ask=partial(queue.enqueue_in, kind=MailKind.CONFIRM, now=NOW),
    )


def reference(engine: sa.Engine, text: str, *, confirmed: bool) -> None:
    """Write the same rows, and nothing else."""
    parsed = [addresses.parse(cells[0]) for cells in list(csv.reader(io.StringIO(text)))[1:]]
    now, status = NOW.strftime("%F %T.%f"), "confirmed" if confirmed else "pending"
    events = [("import", "pending"), *([("confirm", "confirmed")] if confirmed else [])]
    raw = engine.raw_connection()
    db = raw.cursor()
    for start in range(0, len(parsed), TRANSACTION):
        some = sorted((new_id(), address) for address in parsed[start : start + TRANSACTION])
        db.execute("BEGIN IMMEDIATE")
        people = [(i, a.original, a.key, a.mailbox, status, now, "{}") for i, a in some]
        wanted = [(i, "trending", 0) for i, _ in some]
        history = [
            (None, i, event, then, now, "cli", "benchmark", "", "")
            for i, _ in some
            for event, then in events
        ]
        letters = [(None, i, "confirm", "waiting", None, now, now, 0) for i, _ in some]
        rows = (people, wanted, history, [] if confirmed else letters)
        for table, values in zip(TABLES, rows, strict=True):
            if values:
                marks = ",".join("?" * len(values[0]))
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 (our tables)
        db.execute("COMMIT")
    raw.close()


def contents(engine: sa.Engine) -> list[int]:
    """Return how many rows each table has."""
    with engine.connect() as db:
        return [
            db.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in TABLES
        ]


def main(lines: int) -> None:
    """Print what both cost."""
    text = made_up(lines)
    print(f"a list of {lines:,} lines, SQLite {sqlite3.sqlite_version}")
    gc.disable()  # as the command does
    for confirmed in (False, True):
        costs, found = [], []
        for way in (reference, imported):
            with TemporaryDirectory() as folder:
                engine = open_database("sqlite:///digest.db", folder=Path(folder))
                started = time.process_time()
                way(engine, text, confirmed=confirmed)
                costs.append(time.process_time() - started)
                found.append(contents(engine))
                engine.dispose()
        if found[0] != found[1]:
            raise SystemExit("the two ways do not write the same rows")
        least, ours = (1e6 * seconds / lines for seconds in costs)
        what = "with --confirmed" if confirmed else "to be confirmed "
        print(f"{what} {ours:5.0f} µs a line, the rows alone {least:5.0f} µs: x{ours / least:.2f}")


if __name__ == "__main__":
    main(argument(__doc__, 20_000))
