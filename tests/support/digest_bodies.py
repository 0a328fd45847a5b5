"""A digest as it is read, rendered by the shipped templates or by changed ones."""

from __future__ import annotations

import quopri
from typing import TYPE_CHECKING, Any

from support.builders import DAY, issue

from digest.app.config.resources import templates_dir
from digest.mail.body import BodyRenderer, Personal
from digest.mail.context import (
    SiteIdentity,
    SubscriberLinks,
    issue_context,
    paper_context,
    personal_context,
    section_context,
    shared_context,
)
from digest.mail.templates import DigestTemplates, Rendered
from digest.models.issue import Issue

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = DigestTemplates(templates_dir(), "digest")
SITE = SiteIdentity(name="Trending Papers", postal_address="1 Main Street")
PERSONAL = personal_context(
    address="reader@example.org",
    topics=["Agents", "Q&A"],
    links=SubscriberLinks(
        manage_url="https://example.org/m?a=1&b=2",
        leave_url="https://example.org/l",
        feedback_url=f"https://example.org/feedback/{'f' * 67}",
    ),
)
SUMMARY = 300


def positions(found: Issue) -> dict[str, int]:
    """Positions of an issue's papers in an edition, as if it had other papers too."""
    return {chosen.paper.id: 40 + place for place, chosen in enumerate(found.picks)}


def body_renderer(
    found: Issue, templates: DigestTemplates = TEMPLATES, *, summary_length: int = SUMMARY
) -> BodyRenderer:
    """A renderer whose cards have links for feedback."""
    return BodyRenderer(
        templates,
        site=SITE,
        coverage=found.coverage,
        summary_length=summary_length,
        positions=positions(found),
    )


def rendered(found: Issue, templates: DigestTemplates = TEMPLATES) -> Rendered:
    """A mail as it is read, decoded from what is sent."""
    bodies = body_renderer(found, templates)
    personal = Personal(PERSONAL)
    encoded = bodies.render(found, "en", personal)
    text, html = (
        quopri.decodestring(b"".join(pieces)).decode().replace("\r\n", "\n")
        for pieces in (bodies.text(encoded, personal), bodies.html(encoded, personal))
    )
    return Rendered(subject=encoded.subject, text=text, html=html)


def rendered_picks(*picks: Any) -> Rendered:
    return rendered(issue(*picks))


def variables(found: Issue) -> dict[str, Any]:
    """All variables that the whole templates use."""
    place = positions(found)
    sections = [
        {
            **section_context(section.name, section.short),
            "papers": [
                paper_context(chosen, SUMMARY, today=DAY, position=place[chosen.paper.id])
                for chosen in section.picks
            ],
        }
        for section in found.sections
    ]
    known = shared_context(SITE, found.coverage, is_quiet=bool(found.quiet))
    return {**known, **issue_context(found), **PERSONAL, "sections": sections}


def changed(tmp_path: Path, file: str, there: str, instead: str) -> Path:
    """A copy of the templates in which one piece of a digest's file is replaced."""
    folder = copied(tmp_path)
    path = folder / "email" / "digest" / file
    source = path.read_text()
    assert there in source
    path.write_text(source.replace(there, instead, 1))
    return folder


def copied(tmp_path: Path) -> Path:
    """A copy of the shipped templates."""
    for source in templates_dir().rglob("*.*"):
        target = tmp_path / source.relative_to(templates_dir())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return tmp_path
