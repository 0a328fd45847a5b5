"""The settings of an installation's mails, and an edition without papers that they are of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from support.builders import DAY, covered, topic

from digest.app.config.resources import templates_dir
from digest.mail.context import SubscriberLinks
from digest.mail.message import FromIdentity
from digest.mail.renderer import MailSettings
from digest.mail.templates import DigestTemplates
from digest.models.issue import Coverage, Edition

if TYPE_CHECKING:
    from datetime import date, datetime

    from digest.models.issue import Issue

TEMPLATES = DigestTemplates(templates_dir(), "digest")
COVERAGE = Coverage(day=DAY, sources=(covered("Hugging Face", 40),), considered=40)
SECRET = "for the tests"


def subscriber_links(subscriber_id: int, day: date, at: datetime) -> SubscriberLinks:
    return SubscriberLinks(
        manage_url=f"https://digest.example.org/manage/{subscriber_id}.{at:%H}",
        leave_url=f"https://digest.example.org/leave/{subscriber_id}",
        feedback_url=f"https://digest.example.org/feedback/{subscriber_id}.{day}",
    )


SETTINGS = MailSettings(
    templates=TEMPLATES,
    sender=FromIdentity(
        name="Trending Papers", address="digest@example.org", web_url="https://digest.example.org"
    ),
    postal_address="1 Main Street",
    bounce_address="bounces+{id}@example.org",
    summary_length=420,
    secret=SECRET,
    subscriber_links=subscriber_links,
)
EDITION = Edition(
    coverage=COVERAGE,
    papers=(),
    topics={"agents": topic(), "robots": topic("robots")},
    ranked={},
    similar={},
    per_topic=5,
    max_papers=20,
    trend_weight=1.0,
)


def edition_of(found: Issue, **details: Any) -> Edition:
    """The edition whose papers are those of an issue, in the order of their ids."""
    papers = {chosen.paper.id: chosen.paper for chosen in found.picks}
    return replace(EDITION, papers=[papers[key] for key in sorted(papers)], **details)
