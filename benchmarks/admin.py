"""What the operator's page costs where many mails were sent, beside one look at every delivery.

    python benchmarks/admin.py [--deliveries NUMBER] [--rounds NUMBER] [--keep FOLDER]

Installations are made up: many days for some readers, and one day for as many readers as there are
deliveries. One mail in fifty was not sent, each hundredth came back, a reader in twenty has left.
The page is asked for as a browser does, in one process, by whoever is logged in; the first time
opens the database. Beside it: the same page where nothing was sent, and a query that reads the
state of every delivery. Only ratios can be compared between computers.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import sys
import zlib
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent))

from digest.app import config, web
from digest.app.clock import now
from digest.app.services import open_app
from digest.storage.engine import open_database
from subscribers.passwords import hash_password
from subscribers.web import create
from subscribers.web.admin.session import COOKIE, Sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD_HASH = hash_password("a password for the benchmark")
TOPICS = ("agents", "graphs", "robots", "speech", "vision", "proofs", "health", "climate")
SOURCES = ("arXiv", "Hugging Face", "bioRxiv", "OpenReview")
PROVIDERS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "uni.example.org")
CONFIG = """\
[site]
secret_key = "a key for the benchmark and nothing else"
pepper = "a pepper for the benchmark and nothing else"
[web]
url = "http://127.0.0.1:8000"
[admin]
password_hash = "{password_hash}"
{sources}
{topics}
"""
SOURCE = '[[sources]]\nname = "{}"\nkind = "jsonl"\npath = "papers.jsonl"\n'
TOPIC = '[[topics]]\nslug = "{0}"\nname = "{1}"\nwords_in = ["{0}"]\n'
#: Of a thousand mails, how many stand so and why; the others are sent.
ENDINGS = (
    (10, "failed", "550 5.1.1 no such user"),
    (5, "skipped", "nothing new in the reader's topics"),
    (3, "expired", "421 4.7.0 try again later"),
    (2, "unknown", "the run ended while this mail was being sent; it may or may not have arrived"),
)
PAPERS = 24
#: The papers of a mail by their position, eight of one topic.
CONTENTS = {topic: json.dumps([[topic, *range(8)]]) for topic in TOPICS}
#: Of the readers of an installation, one in so many has left.
LEFT = 20
CLASSES = ("hard", "hard", "soft", "policy", "delayed", "complaint")


def installed(folder: Path) -> Path:
    """Set up an installation without readers."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.toml"
    file.touch(mode=0o600)
    file.write_text(
        CONFIG.format(
            password_hash=PASSWORD_HASH,
            sources="".join(map(SOURCE.format, SOURCES)),
            topics="".join(TOPIC.format(topic, topic.capitalize()) for topic in TOPICS),
        ),
        encoding="utf-8",
    )
    open_database("sqlite:///digest.db", folder=folder).dispose()
    return folder


def fill(folder: Path, *, days: int, readers: int) -> None:
    """Fill an empty database with so many days of mails to so many readers, until today."""
    rng = random.Random(1)  # noqa: S311 (made up)
    ids = sorted(rng.sample(range(1, 1 << 53), readers))
    today = datetime.now(UTC).date()
    every = [today - timedelta(days=passed) for passed in reversed(range(days))]
    with closing(sqlite3.connect(folder / "digest.db")) as db:
        _add_readers(db, ids, every, rng)
        for number, day in enumerate(every, start=1):
            _add_edition(db, number, day)
            db.execute(
                "INSERT INTO days (day, planned, closed_at) VALUES (?, ?, ?)",
                (str(day), readers, _at(day, 20)),
            )
            db.executemany(
                "INSERT INTO deliveries (day, subscriber_id, state, reason, subject, message_id,"
                " planned_at, settled_at, attempts, edition_id, contents, fencing_token, code)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 7, 250)",
                _mails(ids, number, day),
            )
            returned = ids[number % 100 :: 100]
            db.executemany(
                "INSERT INTO bounces VALUES (?, ?, ?, ?, '5.1.1', '550 5.1.1 no such user')",
                ((it, str(day), rng.choice(CLASSES), _at(day, 19)) for it in returned),
            )
            _add_run(db, day, readers, rng)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _at(day: date, hour: int, minute: int = 0) -> str:
    return f"{day} {hour:02}:{minute:02}:00.000000"


def _add_readers(
    db: sqlite3.Connection, ids: list[int], every: list[date], rng: random.Random
) -> None:
    rows = []
    for number, reader in enumerate(ids):
        address = f"reader{number}@{PROVIDERS[number % len(PROVIDERS)]}"
        status = "left" if number % LEFT == 0 else "confirmed"
        rows.append((reader, address, address, address, status, _at(every[0], 8)))
    db.executemany(
        "INSERT INTO subscribers (id, address, address_key, mailbox, status, since, preferences)"
        " VALUES (?, ?, ?, ?, ?, ?, '{}')",
        rows,
    )
    db.executemany(
        "INSERT INTO subscriptions VALUES (?, ?, ?)",
        (
            (reader, topic, position)
            for reader in ids
            for position, topic in enumerate(rng.sample(TOPICS, 2))
        ),
    )
    steps = (("sign-up", "pending"), ("confirm", "confirmed"))
    db.executemany(
        "INSERT INTO consent (subscriber_id, event, status, at, channel)"
        " VALUES (?, ?, ?, ?, 'web')",
        ((reader, *step, _at(every[0], 8)) for reader in ids for step in steps),
    )
    share, gone = len(ids) // len(every), len(ids) // LEFT // len(every)
    for day in every:
        of_day = {"confirmed": share - gone, "left": gone, "pending": rng.randrange(3) - 1}
        if day == every[0]:
            of_day["confirmed"] += len(ids) - share * len(every)
        db.executemany(
            "INSERT INTO status_changes VALUES (?, ?, ?)",
            ((str(day), status, number) for status, number in of_day.items() if number),
        )


def _add_edition(db: sqlite3.Connection, number: int, day: date) -> None:
    db.execute(
        "INSERT INTO editions (id, day, saved_at, content_key, mail_key, content, mailed_at)"
        " VALUES (?, ?, ?, '', '', ?, ?)",
        (number, str(day), _at(day, 18), bytes(20_000), _at(day, 18)),
    )
    papers = [f"{day:%y%m}.{number:03}{position:02}" for position in range(PAPERS)]
    db.executemany(
        "INSERT INTO papers (id, title, title_key, abstract, authors, categories, keywords, links,"
        " comment, venue, tldr, organization, origins)"
        " VALUES (?, ?, ?, '', '[]', '[]', '[]', '{}', '', '', '', '', '{}')",
        (
            (it, f"A Made-up Paper about {topic.capitalize()}", it)
            for it, topic in zip(papers, TOPICS * 3, strict=True)
        ),
    )
    db.executemany(
        "INSERT INTO edition_papers VALUES (?, ?, ?)",
        ((number, position, paper) for position, paper in enumerate(papers)),
    )
    for place, topic in enumerate(TOPICS):
        picks = [
            [position, 0.9 - position / 40, [f"“{topic}” in the title", "32 upvotes"]]
            for position in range(PAPERS - 2 * place)
        ]
        content = zlib.compress(json.dumps(picks).encode())
        db.execute("INSERT INTO edition_topics VALUES (?, ?, ?)", (number, topic, content))


def _mails(ids: list[int], edition: int, day: date) -> Iterator[tuple[Any, ...]]:
    subject = "Trending papers: An Agent that Reads Maps, and 7 more"
    for number, reader in enumerate(ids):
        state, reason = _ending(number + 37 * edition)
        topic = TOPICS[number % len(TOPICS)]
        message_id = f"<{day:%Y%m%d}.{reader}.{number}@digest.papers.example>"
        yield (
            str(day), reader, state, reason, subject, message_id, _at(day, 18), _at(day, 18, 5),
            edition, CONTENTS[topic],
        )  # fmt: skip


def _ending(number: int) -> tuple[str, str | None]:
    """Return the state of a mail, and why."""
    place = number % 1000
    for many, state, reason in ENDINGS:
        if place < many:
            return state, reason
        place -= many
    return "sent", None


def _add_run(db: sqlite3.Connection, day: date, readers: int, rng: random.Random) -> None:
    steps = {f"read {source}": round(rng.uniform(0.5, 9), 3) for source in SOURCES}
    steps |= {"look up": 0.2, "rank": round(rng.uniform(2, 4), 3), "learn": 0.4}
    steps |= {"send": round(readers / rng.uniform(700, 900), 3), "follow up": 0.1}
    db.execute(
        "INSERT INTO runs (what, day, started_at, ended_at, host, boot, pid, counts, steps,"
        " topic_readers, is_complete) VALUES ('run', ?, ?, ?, '', '', 1, ?, ?, ?, 1)",
        (
            str(day),
            _at(day, 18),
            _at(day, 18, 9),
            json.dumps({"sent": readers}),
            json.dumps(steps),
            json.dumps(dict.fromkeys(TOPICS, readers // 4 - readers // 80)),
        ),
    )
    for source in SOURCES:
        state = rng.choices(("ok", "empty", "failed", "partial"), (90, 6, 2, 2))[0]
        db.execute(
            "INSERT INTO fetches (day, source, fetched_at, state, declared, parsed, rejected,"
            " other_days, new, merged, channels, warnings) VALUES"
            " (?, ?, ?, ?, 60, 60, 0, 0, ?, 12, '[]', '[]')",
            (str(day), source, _at(day, rng.randrange(14, 22)), state, rng.randrange(20, 60)),
        )


def seconds_of_page(folder: Path, rounds: int) -> list[float]:
    """Ask for the page; return the seconds of each time, the first of a new process apart."""
    app = open_app(config.load(folder / "config.toml"))
    services = web.web_services(app, clock=now, wake=lambda: None)
    sessions = Sessions(services.secrets, services.admin.password_hash())
    cookie = sessions.cookie(sessions.begin(now()), now())
    transport = httpx.ASGITransport(create(services))

    async def ask() -> list[float]:
        found = []
        async with httpx.AsyncClient(transport=transport, base_url=services.url) as client:
            for _ in range(rounds):
                begin = perf_counter()
                response = await client.get("/admin", headers={"Cookie": f"{COOKIE}={cookie}"})
                found.append(perf_counter() - begin)
                if response.status_code != 200:
                    raise SystemExit(f"the page answers {response.status_code}")
        return found

    found = asyncio.run(ask())
    app.close()
    return found


def seconds_of_rows(folder: Path, rounds: int) -> float:
    """Return what it takes to read the state of every delivery once."""
    times = []
    for _ in range(rounds):
        begin = perf_counter()
        with closing(sqlite3.connect(folder / "digest.db")) as db:
            db.execute("SELECT day, state, count(*) FROM deliveries GROUP BY 1, 2").fetchall()
        times.append(perf_counter() - begin)
    return median(times)


def main(deliveries: int, rounds: int, keep: Path | None) -> None:
    """Print what the page costs for each shape, and the ratios."""
    with TemporaryDirectory(prefix="admin-page-") as name:
        root = keep or Path(name)
        shapes = {"none": (0, 0), "100 days": (100, deliveries // 100), "one day": (1, deliveries)}
        nothing = 0.0
        print(
            f"{'deliveries':12} {'first':>8} {'page':>8} {'rows':>8}   seconds of {rounds} rounds"
        )
        for shape, (days, readers) in shapes.items():
            folder = root / shape.replace(" ", "-")
            if not (folder / "digest.db").exists():
                installed(folder)
                if days:
                    fill(folder, days=days, readers=readers)
            first, *others = seconds_of_page(folder, rounds + 1)
            page, rows = median(others), seconds_of_rows(folder, rounds)
            print(f"{shape:12} {first:8.3f} {page:8.3f} {rows:8.3f}")
            nothing = nothing or page
            if days:
                print(
                    f"    page x{page / rows:.2f} of reading the rows,"
                    f" x{page / nothing:.1f} of that of none"
                )


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=1_000_000, metavar="NUMBER")
    parser.add_argument("--rounds", type=int, default=5, metavar="NUMBER")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the installations")
    given = parser.parse_args()
    main(given.deliveries, given.rounds, given.keep)
