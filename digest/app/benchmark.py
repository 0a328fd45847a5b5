"""The product's own benchmark: a made-up day for made-up subscribers, by the whole pipeline."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.app import pipeline, services
from digest.app.clock import now, today
from digest.app.config import build, dkim_keys
from digest.app.config.starter_topics import starter_topics
from digest.delivery.builder import render_message
from digest.delivery.issues import IssueComposer
from digest.delivery.process import cpu_seconds
from digest.errors import ConfigError
from digest.mail import dkim
from digest.models.delivery import DeliveryState
from digest.models.paper import Links, Paper, Signals
from digest.sources import get_kind
from subscribers.book import Evidence
from subscribers.models import Status, Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from digest.app.config import Config
    from digest.app.pipeline import ProgressBar

#: Papers of the day, words of an abstract, topics of a subscriber.
_PAPERS, _WORDS, _TOPICS_EACH = 150, 600, 3
#: Subscribers whose messages are rendered to find out their mean size.
_SAMPLE = 25
#: Numbers of papers in a message, of which the largest that fits is taken.
_PAPERS_EACH = (20, 15, 10, 6, 3, 1)
#: Key and pepper of a database that is thrown away.
_THROWN_AWAY = "for a benchmark, and for nothing else"
#: Characters of the longest summary.
_LONGEST = 4000
#: The syllables of made-up words.
_HEADS = ("ba", "co", "du", "fe", "gi", "ka", "lo", "mu", "ne", "pi", "ra", "so", "tu", "ve", "za")
_TAILS = ("ndor", "lmi", "sta", "rgen", "vex", "tral", "mide", "nus", "cal", "phor", "din", "lex")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is measured."""

    host: str
    port: int
    subscribers: int
    #: bytes of a message, on average
    size: int
    #: how messages are signed: none, rsa, or rsa+ed25519
    dkim: str = "none"
    senders: int | str = "auto"
    connections: int = 5


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was measured."""

    subscribers: int
    sent: int
    #: from the plan of the day to its close
    seconds: float
    #: bytes of a message, on average
    size: int
    #: seconds of CPU by stage, of all processes together
    cpu: dict[str, float]
    #: the peak memory of each process, in bytes
    memory: tuple[int, ...]
    #: why the run stopped early
    stopped: str | None

    @property
    def mails_per_second(self) -> float:
        """The rate of the whole run."""
        return self.sent / self.seconds


def measure(
    settings: Settings,
    folder: Path,
    *,
    should_continue: Callable[[], bool],
    progress: ProgressBar,
) -> Result:
    """Send every subscriber a message and measure it; everything written stays in the folder.

    Raises:
        ConfigError: no message can be this small, or this large.
        DigestError: the messages could not be sent.

    """
    day = today("UTC")
    papers, summary, size = _fit(settings, folder, day)
    app = services.open_app(_config(settings, folder, papers=papers, summary=summary))
    for batch in _batches(_subscribers(settings.subscribers)):
        app.book.enrol(batch, evidence=Evidence(at=now(), channel="bench"))
    edition = pipeline.build_edition(app, day)
    before, started = cpu_seconds(), time.perf_counter()
    report = pipeline.deliver(
        app,
        edition.coverage.day,
        transport=app.transport(),
        edition=edition,
        should_continue=should_continue,
        progress=progress,
    )
    seconds = time.perf_counter() - started
    used = cpu_seconds() - before
    app.close()
    return Result(
        subscribers=settings.subscribers,
        sent=report.counts.get(DeliveryState.SENT, 0),
        seconds=seconds,
        size=size,
        cpu={**report.cpu, "other": max(used - sum(report.cpu.values()), 0.0)},
        memory=report.memory,
        stopped=report.stopped,
    )


def _fit(settings: Settings, folder: Path, day: date) -> tuple[int, int, int]:
    """Store the papers of a day, and find how many of them make messages of the size.

    Return these, the summary length, and the nearest size that is not larger.
    """
    app = services.open_app(_config(settings, folder, papers=1, summary=0))
    app.papers.save(_papers(day), source="bench", authority=get_kind("jsonl").authority)
    edition = pipeline.build_edition(app, day)
    subscribers = [
        Subscriber(id=number, address=address, status=Status.CONFIRMED, topics=tuple(topics),
                   since=now())
        for number, (address, topics) in enumerate(_subscribers(_SAMPLE))
    ]  # fmt: skip

    def size(papers: int, summary: int) -> int:
        """Return the mean size of a message, in bytes."""
        sized = replace(edition, per_topic=papers, max_papers=papers)
        mail_settings = replace(app.mail_settings, summary_length=summary)
        stored = app.editions.preview(sized, mail_key=mail_settings.key, now=now())
        composer, renderer = IssueComposer(sized), mail_settings.renderer(sized, at=stored.at)
        results = [render_message(renderer, one, composer.compose(one)) for one in subscribers]
        sizes = [len(result.message.outgoing.content) for result in results if result.message]
        return sum(sizes) // max(len(sizes), 1)

    try:
        return _search(size, settings.size)
    finally:
        app.close()


def _search(size: Callable[[int, int], int], wanted: int) -> tuple[int, int, int]:
    papers = next((n for n in _PAPERS_EACH if size(n, 0) <= wanted), None)
    if papers is None:
        raise ConfigError(f"no mail is so small; the smallest has {size(1, 0):,} bytes")
    low, high = 0, _LONGEST
    while high - low > 4:  # characters
        middle = (low + high) // 2
        low, high = (middle, high) if size(papers, middle) <= wanted else (low, middle)
    found = size(papers, low)
    if found < wanted * 0.9:
        raise ConfigError(f"no mail is so large; the largest has {found:,} bytes")
    return papers, low, found


def _papers(day: date) -> list[Paper]:
    """Make up a day's papers from the words of the topics; they are the same every time."""
    rng = random.Random(20260202)  # noqa: S311 (no secret)
    topics = [topic for topic in starter_topics() if topic.words_in]
    filler = [f"{a}{b}" for a in _HEADS for b in _TAILS]
    papers = []
    for number in range(_PAPERS):
        about = topics[number % len(topics)].words_in
        words = [
            rng.choice(about) if rng.random() < 0.03 else rng.choice(filler) for _ in range(_WORDS)
        ]
        sentences = [" ".join(words[i : i + 14]).capitalize() + "." for i in range(0, _WORDS, 14)]
        papers.append(
            Paper(
                id=f"2602.{number:05}",
                title=f"{rng.choice(about).capitalize()} {' '.join(words[:7])}",
                abstract=" ".join(sentences),
                authors=tuple(" ".join(rng.sample(filler, 2)).title() for _ in range(6)),
                day=day,
                links=Links(
                    abs=f"https://arxiv.org/abs/2602.{number:05}",
                    pdf=f"https://arxiv.org/pdf/2602.{number:05}",
                ),
                signals=Signals(upvotes=rng.randrange(200)),
                observed_at=now(),
            )
        )
    return papers


def _subscribers(number: int) -> Iterator[tuple[str, list[str]]]:
    """Make up subscribers: an address and some topics for each."""
    rng = random.Random(number)  # noqa: S311 (no secret)
    slugs = [topic.slug for topic in starter_topics()]
    for one in range(number):
        yield f"reader{one:07}@readers.example.com", rng.sample(slugs, _TOPICS_EACH)


def _batches(
    subscribers: Iterator[tuple[str, list[str]]],
) -> Iterator[list[tuple[str, list[str]]]]:
    """Split an iterator into lists of a thousand; `itertools.batched` comes with Python 3.12."""
    while batch := list(itertools.islice(subscribers, 1000)):
        yield batch


def _key(folder: Path, kind: dkim.Kind) -> str:
    """Make a key if there is none yet, and return the name of its file."""
    path = folder / f"{kind}.pem"
    if not path.exists():
        dkim_keys.save(dkim.generate(kind, kind), path)
    return path.name


def _config(settings: Settings, folder: Path, *, papers: int, summary: int) -> Config:
    keys: dict[str, object] = {}
    if "rsa" in settings.dkim:
        keys |= {"selector": "rsa", "key": _key(folder, "rsa")}
    if "ed25519" in settings.dkim:
        keys |= {"ed25519_selector": "ed25519", "ed25519_key": _key(folder, "ed25519")}
    domain = "bench.example.com"
    tables: dict[str, dict[str, object]] = {
        "site": {"secret_key": _THROWN_AWAY, "pepper": _THROWN_AWAY},
        "ranking": {
            "per_topic": papers,
            "max_papers": papers,
            "summary_length": summary,
            "semantic": False,
        },
        "mail": {
            "transport": "smtp",
            "host": settings.host,
            "port": settings.port,
            "security": "none",
            "from_address": f"digest@{domain}",
            "bounce_address": f"bounces+{{id}}@{domain}",
            "connections": settings.connections,
        },
        "dkim": keys,
        "delivery": {"senders": settings.senders},
        "web": {"url": f"https://digest.{domain}"},
        "log": {"level": "error"},
    }
    return build(tables, folder=folder, where="the benchmark")
