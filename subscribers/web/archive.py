"""Past editions by day and topic, each at its own address, and a feed for every topic."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from subscribers.web.dependencies import READ, ServicesDep, TemplatesDep

if TYPE_CHECKING:
    from subscribers.editions import DayEdition, TopicEdition
    from subscribers.models import Topic
    from subscribers.web.services import WebServices

#: The number of days on the archive's page, and in a feed.
DAYS, FEED_DAYS = 60, 7
_ATOM = "http://www.w3.org/2005/Atom"

routes = APIRouter(include_in_schema=False)


@routes.api_route("/archive", methods=READ)
def archive(services: ServicesDep, templates: TemplatesDep) -> Response:
    """List the days that have an edition, and the feeds."""
    return templates.page("archive", days=services.days(DAYS), topics=services.topics)


@routes.api_route("/archive/{day}", methods=READ)
def day_page(day: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the editions of all topics on a day."""
    edition = _edition(services, day)
    found = [
        edition.topics[topic.slug] for topic in services.topics if topic.slug in edition.topics
    ]
    shown = [topic_edition for topic_edition in found if topic_edition.papers]
    return templates.page("day", day=edition.day, editions=shown)


@routes.api_route("/archive/{day}/{slug}", methods=READ)
def topic_page(day: str, slug: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the edition of one topic on a day."""
    edition = _edition(services, day).topics.get(slug)
    if edition is None:
        raise HTTPException(404)
    return templates.page("edition", edition=edition)


@routes.api_route("/feeds/{slug}.atom", methods=READ)
def atom(slug: str, services: ServicesDep) -> Response:
    """Return a topic's last days as Atom."""
    topic = _topic(services, slug)
    return Response(_atom(services, topic), media_type="application/atom+xml")


@routes.api_route("/feeds/{slug}.json", methods=READ)
def json_feed(slug: str, services: ServicesDep) -> Response:
    """Return a topic's last days as JSON Feed."""
    topic = _topic(services, slug)
    return Response(_json_feed(services, topic), media_type="application/feed+json")


def _edition(services: WebServices, day: str) -> DayEdition:
    """Return the edition of a day written as YYYY-MM-DD.

    Raises:
        HTTPException: there is none.

    """
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise HTTPException(404) from None
    # `fromisoformat` accepts other spellings too, but an edition has only one address.
    edition = services.edition(found) if found.isoformat() == day else None
    if edition is None:
        raise HTTPException(404)
    return edition


def _topic(services: WebServices, slug: str) -> Topic:
    for topic in services.topics:
        if topic.slug == slug:
            return topic
    raise HTTPException(404)


def _editions(services: WebServices, topic: Topic) -> list[TopicEdition]:
    days = filter(None, map(services.edition, services.days(FEED_DAYS)))
    found = [day.topics[topic.slug] for day in days if topic.slug in day.topics]
    return [edition for edition in found if edition.papers]


def _atom(services: WebServices, topic: Topic) -> bytes:
    """Write a topic's last days as Atom (RFC 4287), one entry per paper."""
    ET.register_namespace("", _ATOM)
    address = f"{services.url}/feeds/{topic.slug}.atom"
    feed = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = text or None
        return element

    editions = _editions(services, topic)
    add(feed, "id", address)
    add(feed, "title", f"{services.name}: {topic.name}")
    add(feed, "updated", _timestamp(editions[0].day if editions else date(1970, 1, 1)))
    add(feed, "link", rel="self", href=address)
    add(feed, "link", rel="alternate", href=f"{services.url}/archive")
    add(add(feed, "author"), "name", services.name)
    for edition in editions:
        for paper in edition.papers:
            entry = add(feed, "entry")
            add(entry, "id", f"{address}#{edition.day}:{quote(paper.id)}")
            add(entry, "title", paper.title)
            add(entry, "link", rel="alternate", href=paper.url)
            add(entry, "updated", _timestamp(edition.day))
            add(entry, "summary", _content(paper.summary, paper.why))
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _json_feed(services: WebServices, topic: Topic) -> str:
    """Write a topic's last days as JSON Feed 1.1, one item per paper."""
    items: list[dict[str, Any]] = [
        {
            "id": f"{edition.day}:{paper.id}",
            "url": paper.url,
            "title": paper.title,
            "content_text": _content(paper.summary, paper.why) or paper.title,
            "date_published": _timestamp(edition.day),
        }
        for edition in _editions(services, topic)
        for paper in edition.papers
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{services.name}: {topic.name}",
        "home_page_url": f"{services.url}/archive",
        "feed_url": f"{services.url}/feeds/{topic.slug}.json",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _content(summary: str, why: str) -> str:
    return " ".join(filter(None, (summary, f"Why: {why}." if why else "")))


def _timestamp(day: date) -> str:
    return f"{day}T00:00:00Z"
