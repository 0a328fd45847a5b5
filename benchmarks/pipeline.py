"""Where a day's time goes: each step's rate, and where a mail's does.

    python benchmarks/pipeline.py [READERS]

Runs the sample day for made-up readers into a folder that is thrown away. Rates are for this
machine and run only; the ratios at the end compare the press, in the same run, with filling the
whole template and building an `email.message` for every mail.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app import clock, config, pipeline, services
from digest.app.config.resources import sample_day, templates_dir
from digest.delivery.run import RunRequest, run_delivery
from digest.mail import message
from digest.mail.body import BodyRenderer, Personal
from digest.mail.context import (
    SiteIdentity,
    issue_context,
    paper_context,
    personal_context,
    shared_context,
)
from digest.mail.renderer import MailSettings
from digest.mail.templates import Templates
from digest.models.issue import Edition, Issue
from digest.ranking.compose import compose
from subscribers.addresses import for_envelope
from subscribers.book import Evidence
from subscribers.models import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


Served = tuple[Issue, Subscriber]


def measure(readers: int) -> None:
    """Print a line per step."""
    with tempfile.TemporaryDirectory() as scratch:
        source = {"name": "sample", "kind": "huggingface", "path": str(sample_day())}
        opened = services.open_app(
            config.build({"sources": [source]}, folder=Path(scratch), where="the benchmark")
        )
        slugs = [topic.slug for topic in opened.topics]
        evidence = Evidence(at=clock.now(), channel="benchmark")
        started = time.perf_counter()
        for number in range(readers):
            wanted = [slugs[(number + step) % len(slugs)] for step in (0, 3, 7)]
            opened.book.add(f"r{number}@example.org", wanted, confirmed=True, evidence=evidence)
        _line("sign up", readers, "readers", started)
        started = time.perf_counter()
        (report,) = pipeline.fetch(opened)
        _line("fetch", report.parsed, "papers", started)
        today = clock.today("UTC")
        day = opened.papers.newest_day(until=today) or today
        started = time.perf_counter()
        desk = pipeline.build_edition(opened, day)
        _line("rank", len(slugs), "topics", started)
        everybody = opened.book.confirmed()
        started = time.perf_counter()
        room = opened.message_builder(desk)
        outcomes = [room.preview(reader) for reader in everybody]
        _line("compose and print", len(outcomes), "mails", started)
        started = time.perf_counter()
        run_delivery(
            RunRequest(day=day, edition=desk, named=True),
            opened.delivery_services,
            opened.transport(),
        )
        _line("the same and deliver to files", readers, "mails", started)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        measure_press(opened.mail_settings, desk, everybody)
        fuller = _with_long_abstracts(desk)
        measure_press(replace(opened.mail_settings, summary_length=1200), fuller, everybody)


def measure_press(press: MailSettings, desk: Edition, readers: Iterable[Subscriber]) -> None:
    """Print what a mail costs, whole and by step, with everything that is shared set before."""
    found = [(compose(desk, reader.topics, seen=()), reader) for reader in readers]
    mails = [(issue, reader) for issue, reader in found if isinstance(issue, Issue)]
    at = clock.now()
    printer = press.renderer(desk, at=at)
    sizes = [len(printer.render(issue, reader).outgoing.content) for issue, reader in mails]
    print(f"\nCPU time of a mail of {sum(sizes) / len(sizes):,.0f} bytes, papers set")
    typesetter = BodyRenderer(
        press.templates,
        letterhead=SiteIdentity(name=press.sender.name, postal_address=press.postal_address),
        edition=desk.coverage,
        summary_length=press.summary_length,
    )
    masthead = message.CommonHeaders(press.sender, day=desk.coverage.day, at=at)
    doors = {reader.id: press.subscriber_links(reader.id, at) for _, reader in mails}
    own = {
        reader.id: Personal(
            personal_context(address=reader.address, wanted=reader.topics, doors=doors[reader.id])
        )
        for _, reader in mails
    }
    formes = {reader.id: typesetter.render(issue, "en", own[reader.id]) for issue, reader in mails}

    def build(_: Issue, reader: Subscriber) -> None:
        forme, ways = formes[reader.id], doors[reader.id]
        message.build(
            masthead,
            recipient=message.Recipient(
                address=reader.address, leave_url=ways.leave_url, leave_mailto=ways.leave_mailto
            ),
            subject=forme.header,
            identifier=f"<{reader.id:x}@example.org>",
            text=forme.text.render({}),
            html=typesetter.html(forme, own[reader.id]),
        )

    _cost("address, checked again", mails, lambda _, reader: for_envelope(reader.address))
    _cost("links, signed", mails, lambda _, reader: press.subscriber_links(reader.id, at))
    _cost("own words, encoded", mails, lambda _, reader: Personal(own[reader.id].words))
    _cost("text", mails, lambda _, r: typesetter.text(formes[r.id], own[r.id]))
    _cost("HTML", mails, lambda _, r: typesetter.html(formes[r.id], own[r.id]))
    _cost("headers, and all joined", mails, build)
    known = _cost("whole, the issue set", mails, printer.render)
    fresh = _cost("whole, an issue of its own", mails, lambda i, r: printer.render(replace(i), r))
    whole = Templates(templates_dir(), "digest")
    plain = _cost(
        "whole, without a press",
        mails[:50],
        lambda issue, reader: _without_a_press(press, whole, issue, own[reader.id]),
    )
    print(f"beside that, the press takes 1/{plain / known:.0f}, or 1/{plain / fresh:.0f}")


def _without_a_press(
    press: MailSettings, templates: Templates, issue: Issue, own: Personal
) -> bytes:
    """Fill and encode everything for one mail alone."""
    letterhead = SiteIdentity(name=press.sender.name, postal_address=press.postal_address)
    sections = [
        {
            "name": section.name,
            "papers": [
                paper_context(pick, press.summary_length, today=issue.day) for pick in section.picks
            ],
        }
        for section in issue.sections
    ]
    rendered = templates.render(
        {
            **shared_context(letterhead, issue.coverage),
            **issue_context(issue),
            **own.words,
            "sections": sections,
        }
    )
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = rendered.subject
    mail.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def _with_long_abstracts(desk: Edition) -> Edition:
    """Return the desk with abstracts of some two thousand characters."""
    longer = {
        paper.id: replace(
            paper, abstract=" ".join([paper.abstract] * (1 + 2000 // len(paper.abstract)))
        )
        for paper in desk.papers
    }
    ranked = {
        slug: [replace(pick, paper=longer[pick.paper.id]) for pick in picks]
        for slug, picks in desk.ranked.items()
    }
    return replace(desk, papers=list(longer.values()), ranked=ranked)


def _cost(what: str, mails: list[Served], step: Callable[[Issue, Subscriber], object]) -> float:
    """Print and return the CPU time a step takes for a mail: the best of five rounds."""
    rounds = []
    for _ in range(5):
        started = time.process_time()
        for issue, reader in mails:
            step(issue, reader)
        rounds.append((time.process_time() - started) / len(mails))
    print(f"{what:30} {min(rounds) * 1e6:9.1f} µs")
    return min(rounds)


def _line(what: str, number: int, unit: str, started: float) -> None:
    each = (time.perf_counter() - started) / number
    print(f"{what:30} {number:6} {unit:8} {1 / each:9.0f} /s")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
