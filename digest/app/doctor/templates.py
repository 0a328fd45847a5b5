"""The templates of mails and pages: all compile, and each mail can be filled with a sample."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app.config.resources import templates_dir
from digest.app.doctor.finding import Finding, fail, failed, ok
from digest.errors import RenderError
from digest.mail import transactional
from digest.mail.command_address import CommandAddresses
from digest.mail.links import LinkBuilder
from digest.mail.message import FromIdentity
from digest.mail.renderer import MailSettings
from digest.mail.templates import DigestTemplates, Templates
from digest.models.delivery import ANSWERS, MailKind, TransactionalMail
from digest.models.issue import Coverage, Edition, Issue, Section, SourceCoverage
from digest.models.paper import Paper
from digest.models.picks import Pick, Reason
from subscribers.models import MADE_UP_ID, Status, Subscriber
from subscribers.web.templates import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from digest.app.config import Config
    from digest.app.doctor.installation import Installation

ISSUE, LETTERS, PAGES = "template of issues", "templates of letters", "templates of pages"
_REMEDY = "mend the line that is named; docs/templates.md says what templates may use"
#: Signs the links of the samples, which lead nowhere.
_SECRET = "signs the links of a sample, which nobody gets"  # noqa: S105 (no secret)
_COMMANDS = "{command}@news.example.org"


def check(installation: Installation) -> Iterator[Finding]:
    """Compile all templates, and fill those of mails."""
    config, now = installation.config, installation.now
    try:
        size = len(sample_issue(config, now=now))
    except RenderError as error:
        yield failed(ISSUE, error, remedy=_REMEDY)
    else:
        yield ok(ISSUE, f"a sample with one paper has {size:,} bytes")
    yield from _letters(config, now)
    faults = faults_of(templates_dir() / "web")
    if faults:
        yield fail(PAGES, faults[0], _REMEDY)
    else:
        yield ok(PAGES, "all compile")


def sample_issue(config: Config, *, now: datetime) -> bytes:
    """Return an issue of one paper for nobody, not signed.

    Raises:
        RenderError: a template does not compile, or cannot be filled.

    """
    links, topic = _links(config), config.topics[0]
    day = now.date()
    paper = Paper(
        id="2602.00001",
        title="A sample",
        abstract="It shows whether templates can be filled.",
        day=day,
    )
    reason = Reason(kind="word", text="“sample” in the title")
    pick = Pick(
        paper=paper, topic=topic.slug, score=1.0, relevance=1.0, trend=0.0, reasons=(reason,)
    )
    section = Section(slug=topic.slug, name=topic.name, picks=(pick,))
    coverage = Coverage(
        day=day, sources=(SourceCoverage(source="a sample", papers=1),), considered=1
    )
    edition = Edition(
        coverage=coverage,
        papers=(paper,),
        topics={topic.slug: topic},
        ranked={topic.slug: (pick,)},
        similar={},
        per_topic=1,
        max_papers=1,
        trend_weight=0.0,
    )
    settings = MailSettings(
        templates=DigestTemplates(templates_dir(), "digest"),
        sender=_sender(config),
        postal_address=config.site.postal_address,
        bounce_address=config.mail.bounce_address or config.mail.from_address,
        summary_length=config.ranking.summary_length,
        secret=_SECRET,
        subscriber_links=links.subscriber_links,
    )
    issue = Issue(day=day, sections=(section,), coverage=coverage)
    made = settings.renderer(edition, at=now).render(issue, _reader(config, now))
    return made.outgoing.content


def _letters(config: Config, now: datetime) -> Iterator[Finding]:
    faults = False
    for kind in MailKind:
        try:
            _render_letter(kind, config, now)
        except RenderError as error:
            faults = True
            yield failed(LETTERS, error, remedy=_REMEDY)
    if not faults:
        yield ok(LETTERS, f"samples of all {len(MailKind)} kinds can be filled")


def _render_letter(kind: MailKind, config: Config, now: datetime) -> None:
    settings = transactional.TransactionalSettings(
        templates={kind: Templates(templates_dir(), kind)},
        sender=_sender(config),
        postal_address=config.site.postal_address,
        bounce_address=config.mail.bounce_address or config.mail.from_address,
        secret=_SECRET,
        links=_links(config, commands=kind in ANSWERS),
        topics={topic.slug: topic.name for topic in config.topics},
    )
    mail = TransactionalMail(
        id=1, subscriber_id=MADE_UP_ID, kind=kind, made_at=now - timedelta(minutes=1), attempts=0
    )
    transactional.render(mail, _reader(config, now), settings=settings, now=now)


def _links(config: Config, *, commands: bool = False) -> LinkBuilder:
    """Return what makes the links; answers exist only where something can be done by mail."""
    pattern = config.inbound.address or (_COMMANDS if commands else "")
    return LinkBuilder(
        secrets=[_SECRET],
        web_url=config.web.url.rstrip("/"),
        reply_to=config.mail.reply_to or config.mail.from_address,
        commands=CommandAddresses(pattern),
    )


def _sender(config: Config) -> FromIdentity:
    return FromIdentity(
        name=config.site.name,
        address=config.mail.from_address,
        reply_to=config.mail.reply_to,
        web_url=config.web.url.rstrip("/"),
    )


def _reader(config: Config, now: datetime) -> Subscriber:
    return Subscriber(
        id=MADE_UP_ID,
        address="reader@example.org",
        status=Status.CONFIRMED,
        topics=(config.topics[0].slug,),
        since=now,
    )
