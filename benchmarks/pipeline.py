"""Where a day's time goes: the rate of each step, and the cost of each part of a mail.

    python benchmarks/pipeline.py [SUBSCRIBERS]

Runs the sample day for made-up subscribers in a temporary folder. Rates are for this machine and
run only. The ratios at the end compare the renderer, in the same run, with filling the whole
template and building an `email.message` for every mail.
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

from arguments import argument

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
    section_context,
    shared_context,
)
from digest.mail.renderer import MailSettings
from digest.mail.templates import Templates
from digest.models.issue import NOTHING_SEEN, Edition, Issue
from digest.ranking.compose import compose
from subscribers.addresses import for_envelope
from subscribers.book import Evidence
from subscribers.models import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


Mail = tuple[Issue, Subscriber]


def measure(subscribers: int) -> None:
    """Print a line per step."""
    with tempfile.TemporaryDirectory() as scratch:
        source = {"name": "sample", "kind": "huggingface", "path": str(sample_day())}
        app = services.open_app(
            config.build({"sources": [source]}, folder=Path(scratch), where="the benchmark")
        )
        slugs = [topic.slug for topic in app.topics]
        evidence = Evidence(at=clock.now(), channel="benchmark")
        started = time.perf_counter()
        for number in range(subscribers):
            topics = [slugs[(number + step) % len(slugs)] for step in (0, 3, 7)]
            app.book.add(f"r{number}@example.org", topics, confirmed=True, evidence=evidence)
        _line("sign up", subscribers, "subscribers", started)
        started = time.perf_counter()
        (report,) = pipeline.fetch(app)
        _line("fetch", report.parsed, "papers", started)
        today = clock.today("UTC")
        day = app.papers.newest_day(until=today) or today
        started = time.perf_counter()
        edition = pipeline.build_edition(app, day)
        _line("rank", len(slugs), "topics", started)
        confirmed = app.book.confirmed()
        started = time.perf_counter()
        builder = app.message_builder(edition)
        results = [builder.preview(subscriber) for subscriber in confirmed]
        _line("compose and render", len(results), "mails", started)
        started = time.perf_counter()
        run_delivery(
            RunRequest(day=day, edition=edition, allow_late=True),
            app.delivery_services,
            app.transport(),
        )
        _line("the same and deliver to files", subscribers, "mails", started)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        measure_mails(app.mail_settings, edition, confirmed)
        longer = _with_long_abstracts(edition)
        measure_mails(replace(app.mail_settings, summary_length=1200), longer, confirmed)


def measure_mails(
    settings: MailSettings, edition: Edition, subscribers: Iterable[Subscriber]
) -> None:
    """Print what a mail costs, in all and by part, when all that is shared is rendered already."""
    composed = [(compose(edition, one.topics, seen=NOTHING_SEEN), one) for one in subscribers]
    mails = [(issue, one) for issue, one in composed if isinstance(issue, Issue)]
    at = clock.now()
    renderer = settings.renderer(edition, at=at)
    sizes = [len(renderer.render(issue, one).outgoing.content) for issue, one in mails]
    print(f"\nCPU time of a mail of {sum(sizes) / len(sizes):,.0f} bytes, papers rendered before")
    bodies = BodyRenderer(
        settings.templates,
        site=SiteIdentity(name=settings.sender.name, postal_address=settings.postal_address),
        coverage=edition.coverage,
        summary_length=settings.summary_length,
        positions=edition.positions,
    )
    common = message.CommonHeaders(settings.sender, day=edition.coverage.day, at=at)
    links = {one.id: settings.subscriber_links(one.id, issue.day, at) for issue, one in mails}
    personal = {
        one.id: Personal(
            personal_context(address=one.address, topics=one.topics, links=links[one.id])
        )
        for _, one in mails
    }
    rendered = {one.id: bodies.render(issue, "en", personal[one.id]) for issue, one in mails}

    texts = {one.id: bodies.text(rendered[one.id], personal[one.id]) for _, one in mails}
    htmls = {one.id: bodies.html(rendered[one.id], personal[one.id]) for _, one in mails}

    def build(_: Issue, one: Subscriber) -> None:
        message.build(
            common,
            recipient=message.Recipient(address=one.address, leave_url=links[one.id].leave_url),
            subject=rendered[one.id].header,
            identifier=f"<{one.id:x}@example.org>",
            text=texts[one.id],
            html=htmls[one.id],
        )

    _cost("address, checked again", mails, lambda _, one: for_envelope(one.address))
    _cost(
        "links, signed",
        mails,
        lambda issue, one: settings.subscriber_links(one.id, issue.day, at),
    )
    _cost("personal values, encoded", mails, lambda _, one: Personal(personal[one.id].variables))
    _cost("text", mails, lambda _, one: bodies.text(rendered[one.id], personal[one.id]))
    _cost("HTML", mails, lambda _, one: bodies.html(rendered[one.id], personal[one.id]))
    _cost("headers, and all joined", mails, build)
    shared = _cost("whole, issue rendered before", mails, renderer.render)
    alone = _cost("whole, new issue", mails, lambda i, one: renderer.render(replace(i), one))
    templates = Templates(templates_dir(), "digest")
    plain = _cost(
        "whole, without the renderer",
        mails[:50],
        lambda issue, one: _fill_whole(settings, templates, issue, personal[one.id]),
    )
    print(f"beside that, the renderer takes 1/{plain / shared:.0f}, or 1/{plain / alone:.0f}")


def _fill_whole(
    settings: MailSettings, templates: Templates, issue: Issue, personal: Personal
) -> bytes:
    """Fill and encode everything for one mail alone."""
    site = SiteIdentity(name=settings.sender.name, postal_address=settings.postal_address)
    sections = [
        {
            **section_context(section.name, section.short),
            "papers": [
                paper_context(pick, settings.summary_length, today=issue.day)
                for pick in section.picks
            ],
        }
        for section in issue.sections
    ]
    rendered = templates.render(
        {
            **shared_context(site, issue.coverage),
            **issue_context(issue),
            **personal.variables,
            "sections": sections,
        }
    )
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = rendered.subject
    mail.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def _with_long_abstracts(edition: Edition) -> Edition:
    """Return the edition with abstracts of some two thousand characters."""
    longer = {
        paper.id: replace(
            paper, abstract=" ".join([paper.abstract] * (1 + 2000 // len(paper.abstract)))
        )
        for paper in edition.papers
    }
    ranked = {
        slug: [replace(pick, paper=longer[pick.paper.id]) for pick in picks]
        for slug, picks in edition.ranked.items()
    }
    return replace(edition, papers=list(longer.values()), ranked=ranked)


def _cost(what: str, mails: list[Mail], step: Callable[[Issue, Subscriber], object]) -> float:
    """Print and return the CPU time a step takes for a mail: the best of five rounds."""
    rounds = []
    for _ in range(5):
        started = time.process_time()
        for issue, subscriber in mails:
            step(issue, subscriber)
        rounds.append((time.process_time() - started) / len(mails))
    print(f"{what:30} {min(rounds) * 1e6:9.1f} µs")
    return min(rounds)


def _line(what: str, number: int, unit: str, started: float) -> None:
    each = (time.perf_counter() - started) / number
    print(f"{what:30} {number:6} {unit:11} {1 / each:9.0f} /s")


if __name__ == "__main__":
    measure(argument(__doc__, 2000))
