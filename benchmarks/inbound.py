"""How fast bounces are understood, matched and recorded, and what many of them need of memory.

    python benchmarks/inbound.py [BOUNCES]

The real reports of `../shared/data/bounces`, each sent to the return address of another reader,
are stored as a mail server hands them over, and then handled in batches: read, matched by their
signature, recorded beside the mail, and the reader suppressed where they say so. The database is
SQLite as an installation has it, so each commit is on the disk. Beside it the same reports go one
by one through flufl.bounce and the same writes, each message in a transaction of its own, which is
what a script around that library does. All run in one process, in turns. At the end BOUNCES of
them (100,000 unless given) are handled, and the peak of memory is printed as they go.
"""

from __future__ import annotations

import csv
import email
import resource
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest import mock

from arguments import argument
from flufl.bounce import all_failures

from digest.inbound import handling
from digest.inbound.consequences import Consequences
from digest.inbound.handling import Handler, Obeyed
from digest.inbound.reading.explanation import explain
from digest.inbound.reading.returned_mail import Ours, find
from digest.mail.verp import return_address
from digest.models.inbound import (
    BounceClass,
    BouncedRecipient,
    Envelope,
    Explanation,
    MessageKind,
)
from digest.storage.arrivals import Arrivals
from digest.storage.bounces import Bounces
from digest.storage.engine import open_database
from subscribers import addresses
from subscribers.book import Book, Evidence
from subscribers.changes import ListEntry
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from digest.models.inbound import Arrival

CORPUS = Path(__file__).parents[2] / "shared/data/bounces"
BOUNCES, COMPARED, ROUNDS, STEP = 100_000, 1_000, 3, 10_000
#: A reader's mails of so many days bounce.
DAYS = 20
DAY, NOW = date(2026, 11, 1), datetime(2026, 11, 20, 12, tzinfo=UTC)
PATTERN, SECRET = "bounces+{id}@news.example.org", "a key for the benchmark and nothing else"
OURS = Ours(bounce_address=PATTERN, secrets=(SECRET,), today=NOW.date())


def reports() -> list[bytes]:
    """Return the bounces of the corpus."""
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    classes = ("hard", "soft", "policy", "delay")
    return [(CORPUS / row["file"]).read_bytes() for row in rows if row["true_class"] in classes]


class Installation:
    """A database with readers, and all that handles their bounces."""

    def __init__(self, folder: Path, readers: int) -> None:
        """Make it with so many confirmed readers, whose ids count from 1."""
        self.engine = open_database("sqlite:///digest.db", folder=folder)
        ids = iter(range(1, readers + 1))
        self.book = Book(self.engine, new_id=lambda: next(ids), pepper="a pepper")
        evidence = Evidence(at=NOW, channel="benchmark")
        confirmed = ((Event.CONFIRM, evidence),)
        for start in range(0, readers, 1000):
            entries = [
                ListEntry(
                    address=addresses.parse(f"reader{number}@example.net"), topics=(),
                    preferences=None, since=NOW, steps=confirmed,
                )
                for number in range(start, min(start + 1000, readers))
            ]  # fmt: skip
            self.book.bring_in(entries, evidence=evidence)
        self.arrivals, self.bounces = Arrivals(self.engine), Bounces(self.engine)
        self.handler = Handler(
            engine=self.engine,
            arrivals=self.arrivals,
            bounces=self.bounces,
            consequences=Consequences(
                bounces=self.bounces,
                book=self.book,
                signs_return_addresses=True,
                clock=lambda: NOW,
            ),
            explain=lambda arrival: explain(arrival.content, arrival.envelope, OURS),
            obey=lambda _db, _arrival: Obeyed("nothing"),
            clock=lambda: NOW,
        )

    def store_all(self, bag: Iterable[tuple[bytes, str]]) -> None:
        """Take messages one by one, as a door does."""
        for content, recipient in bag:
            self.arrivals.store(content, sender="", recipients=[recipient], channel="lmtp", now=NOW)


def failures(content: bytes) -> tuple[set[bytes], set[bytes]]:
    """Return the addresses that flufl.bounce finds in a message: temporary and permanent."""
    temporary, permanent = all_failures(email.message_from_bytes(content))
    return set(temporary), set(permanent)


def found_by_flufl(arrival: Arrival) -> Explanation:
    """Return what flufl.bounce says of a message; the return address is checked as ours is."""
    temporary, permanent = failures(arrival.content)
    failed = [(one, BounceClass.HARD) for one in permanent]
    failed += [(one, BounceClass.SOFT) for one in temporary - permanent]
    return Explanation(
        kind=MessageKind.BOUNCE,
        why="flufl.bounce",
        recipients=tuple(
            BouncedRecipient(address=address.decode("utf-8", "replace"), bounce_class=of)
            for address, of in failed
        ),
        returned=find(OURS, [arrival.envelope.recipient], []),
    )


def mailbag(corpus: list[bytes], number: int) -> Iterator[tuple[bytes, str]]:
    """Yield so many reports, each about another mail, with the address that it came back to."""
    for index in range(number):
        content = b"X-Number: %d\r\n" % index + corpus[index % len(corpus)]
        content = content.replace(b"Date: ", b"Date: %d " % index, 1)
        subscriber_id, day = index // DAYS + 1, date.fromordinal(DAY.toordinal() + index % DAYS)
        yield content, return_address(PATTERN, day, subscriber_id, secret=SECRET)


def read(content: bytes) -> Explanation:
    """Return what a message is, whoever it came to."""
    return explain(content, Envelope(), OURS)


def _exhaust(work: Callable[[bytes], object], contents: list[bytes]) -> None:
    for content in contents:
        work(content)


def compare(corpus: list[bytes]) -> None:
    """Print both ways side by side, the best of some rounds."""
    best: dict[str, float] = {}

    def measure(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        best[name] = max(best.get(name, 0), COMPARED / (time.perf_counter() - start))

    for _ in range(ROUNDS):
        for name, explained, batch in (
            ("read, matched and recorded in batches", None, handling.BATCH),
            ("the same, one by one", None, 1),
            ("flufl.bounce and the same writes one by one", found_by_flufl, 1),
        ):
            with TemporaryDirectory() as folder:
                installation = Installation(Path(folder), COMPARED // DAYS + 1)
                bag = list(mailbag(corpus, COMPARED))
                measure("stored by a door, one by one", partial(installation.store_all, bag))
                handler = installation.handler
                if explained:
                    handler = replace(handler, explain=explained)
                with mock.patch.object(handling, "BATCH", batch):
                    measure(name, handler.handle_waiting)
        contents = [content for content, _ in bag]
        measure("only read", partial(_exhaust, read, contents))
        measure("only read by flufl.bounce", partial(_exhaust, failures, contents))
    print(f"{'':46}{'bounces/s':>10}{'ratio':>8}")
    theirs = best["flufl.bounce and the same writes one by one"]
    for name, speed in best.items():
        print(f"{name:46}{speed:10,.0f}{speed / theirs:8.1f}")


def many(corpus: list[bytes], number: int) -> None:
    """Print the time and the peak of memory while many are handled."""
    with TemporaryDirectory() as folder:
        installation = Installation(Path(folder), number // DAYS + 1)
        installation.store_all(mailbag(corpus, number))
        print(f"\n{'handled':>10}{'seconds':>9}{'a second':>10}{'peak MB':>9}")
        done, start = 0, time.perf_counter()

        def show(handled: int) -> None:
            nonlocal done
            done += handled
            if done % (number // 10) < handled:
                seconds = time.perf_counter() - start
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(f"{done:10,}{seconds:9.1f}{done / seconds:10,.0f}{peak:9.1f}", flush=True)

        installation.handler.handle_waiting(pause=show)


def main() -> None:
    """Run both."""
    number = argument(__doc__, BOUNCES)
    corpus = reports()
    compare(corpus)
    many(corpus, number)


if __name__ == "__main__":
    main()
