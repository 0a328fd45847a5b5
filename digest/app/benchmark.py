"""The product's own benchmark: a made-up day for made-up readers, through the whole path."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.app import services
from digest.app.config import dkim_keys
from digest.app.config.load import build
from digest.app.config.schema import starter_topics
from digest.app.workers import ProcessPool
from digest.delivery.builder import render_message
from digest.delivery.issues import IssueComposer
from digest.delivery.process import cpu_seconds
from digest.delivery.run import Progress, RunRequest, run_delivery
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

    from digest.app.config.load import Config

#: Papers of the day and words of an abstract; topics of a reader; readers whose mails are weighed.
_PAPERS, _WORDS, _TOPICS_EACH, _SAMPLE = 150, 600, 3, 25
#: Papers in a mail: the most that fit are taken. Characters of the longest summary.
_PAPERS_EACH, _LONGEST = (20, 15, 10, 6, 3, 1), 4000
_HEADS = ("ba", "co", "du", "fe", "gi", "ka", "lo", "mu", "ne", "pi", "ra", "so", "tu", "ve", "za")
_TAILS = ("ndor", "lmi", "sta", "rgen", "vex", "tral", "mide", "nus", "cal", "phor", "din", "lex")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is measured."""

    host: str
    port: int
    subscribers: int
    #: bytes of a mail, on average
    size: int
    dkim: str = "none"
    senders: int | str = "auto"
    connections: int = 5


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came out."""

    subscribers: int
    sent: int
    seconds: float
    #: bytes of a mail, on average
    size: int
    #: seconds of CPU by stage, of all processes together
    cpu: dict[str, float]
    #: the most bytes of memory each process took
    memory: tuple[int, ...]
    stopped: str | None

    @property
    def mails_per_second(self) -> float:
        """The rate from the plan to the closed account."""
        return self.sent / self.seconds


def measure(setting: Setting, folder: Path, watch: Progress) -> Result:
    """Send everybody a mail and say how it went; all that is kept is kept in the folder.

    Raises:
        ConfigError: no mail can be so small, or so large.
        DigestError: the mails could not be sent.

    """
    papers, summary, size = _fitting(setting, folder)
    opened = services.open_app(_config(setting, folder, papers=papers, summary=summary))
    for people in _thousands(_people(setting.subscribers)):
        opened.book.enrol(people, evidence=Evidence(at=services.now(), channel="bench"))
    desk = opened.build_edition(opened.today())
    asked = RunRequest(
        day=desk.coverage.day,
        edition=desk,
        progress=watch,
        workers=ProcessPool(config=opened.config, processes=opened.processes),
    )
    before, started = cpu_seconds(), time.perf_counter()
    report = run_delivery(asked, opened.delivery_services, opened.transport())
    seconds = time.perf_counter() - started
    used = cpu_seconds() - before
    opened.close()
    return Result(
        subscribers=setting.subscribers,
        sent=report.counts.get(DeliveryState.SENT, 0),
        seconds=seconds,
        size=size,
        cpu={**report.cpu, "other": max(used - sum(report.cpu.values()), 0.0)},
        memory=report.memory,
        stopped=report.stopped,
    )


def _fitting(setting: Setting, folder: Path) -> tuple[int, int, int]:
    """Find how many papers, with how long summaries, make mails of the size asked for.

    Returns them, and the size that comes nearest from below.
    """
    opened = services.open_app(_config(setting, folder, papers=1, summary=0))
    authority = get_kind("jsonl").authority
    opened.papers.save(_papers(opened.today()), source="bench", authority=authority)
    desk = opened.build_edition(opened.today())
    readers = [
        Subscriber(id=number, address=address, status=Status.CONFIRMED, topics=tuple(topics),
                   since=services.now())
        for number, (address, topics) in enumerate(_people(_SAMPLE))
    ]  # fmt: skip

    def size(papers: int, summary: int) -> int:
        """Return the mean size of a mail, in bytes."""
        laid = replace(desk, per_topic=papers, max_papers=papers)
        press = replace(opened.mail_settings, summary_length=summary)
        frozen = opened.editions.preview(laid, mail_key=press.key, now=services.now())
        composer, renderer = IssueComposer(laid), press.renderer(laid, at=frozen.at)
        outcomes = [
            render_message(renderer, reader, composer.compose(reader)) for reader in readers
        ]
        sizes = [len(outcome.message.outgoing.content) for outcome in outcomes if outcome.message]
        return sum(sizes) // max(len(sizes), 1)

    try:
        return _search(size, setting.size)
    finally:
        opened.close()


def _search(size: Callable[[int, int], int], wanted: int) -> tuple[int, int, int]:
    papers = next((n for n in _PAPERS_EACH if size(n, 0) <= wanted), None)
    if papers is None:
        raise ConfigError(f"no mail is so small; the smallest has {size(1, 0):,} bytes")
    low, high = 0, _LONGEST
    while high - low > 4:
        middle = (low + high) // 2
        low, high = (middle, high) if size(papers, middle) <= wanted else (low, middle)
    found = size(papers, low)
    if found < wanted * 0.9:
        raise ConfigError(f"no mail is so large; the largest has {found:,} bytes")
    return papers, low, found


def _papers(day: date) -> list[Paper]:
    """Make up a day's papers out of the words of the topics; the same every time."""
    chance = random.Random(20260202)  # noqa: S311 (no secret)
    topics = [topic for topic in starter_topics() if topic.words_in]
    filler = [f"{a}{b}" for a in _HEADS for b in _TAILS]
    papers = []
    for number in range(_PAPERS):
        about = topics[number % len(topics)].words_in
        words = [
            chance.choice(about) if chance.random() < 0.03 else chance.choice(filler)
            for _ in range(_WORDS)
        ]
        sentences = [" ".join(words[i : i + 14]).capitalize() + "." for i in range(0, _WORDS, 14)]
        papers.append(
            Paper(
                id=f"2602.{number:05}",
                title=f"{chance.choice(about).capitalize()} {' '.join(words[:7])}",
                abstract=" ".join(sentences),
                authors=tuple(" ".join(chance.sample(filler, 2)).title() for _ in range(6)),
                day=day,
                links=Links(
                    abs=f"https://arxiv.org/abs/2602.{number:05}",
                    pdf=f"https://arxiv.org/pdf/2602.{number:05}",
                ),
                signals=Signals(upvotes=chance.randrange(200)),
                observed_at=services.now(),
            )
        )
    return papers


def _people(number: int) -> Iterator[tuple[str, list[str]]]:
    """Make up readers, each with topics of their own."""
    chance = random.Random(number)  # noqa: S311 (no secret)
    slugs = [topic.slug for topic in starter_topics()]
    for one in range(number):
        yield f"reader{one:07}@readers.example.com", chance.sample(slugs, _TOPICS_EACH)


def _thousands(people: Iterator[tuple[str, list[str]]]) -> Iterator[list[tuple[str, list[str]]]]:
    while some := list(itertools.islice(people, 1000)):
        yield some


def _key(folder: Path, kind: dkim.Kind) -> str:
    """Make a key, once, and return its file."""
    path = folder / f"{kind}.pem"
    if not path.exists():
        dkim_keys.save(dkim.generate(kind, kind), path)
    return path.name


def _config(setting: Setting, folder: Path, *, papers: int, summary: int) -> Config:
    keys: dict[str, object] = {}
    if "rsa" in setting.dkim:
        keys |= {"selector": "rsa", "key": _key(folder, "rsa")}
    if "ed25519" in setting.dkim:
        keys |= {"ed25519_selector": "ed25519", "ed25519_key": _key(folder, "ed25519")}
    domain = "bench.example.com"
    tables: dict[str, dict[str, object]] = {
        "site": {"secret_key": "for a benchmark", "pepper": "for a benchmark"},
        "ranking": {"per_topic": papers, "max_papers": papers, "summary_length": summary},
        "mail": {
            "transport": "smtp",
            "host": setting.host,
            "port": setting.port,
            "security": "none",
            "from_address": f"digest@{domain}",
            "bounce_address": f"bounces+{{id}}@{domain}",
            "connections": setting.connections,
        },
        "dkim": keys,
        "delivery": {"senders": setting.senders},
        "web": {"url": f"https://digest.{domain}"},
        "log": {"level": "error"},
    }
    return build(tables, folder=folder, where="the benchmark")
