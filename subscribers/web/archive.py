"""Past editions by day and topic, each at its own address, and feeds of every topic."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

if TYPE_CHECKING:
    from subscribers.models import Topic
    from subscribers.web.services import TopicEdition, WebServices
    from subscribers.web.templates import Views

_READ = ["GET", "HEAD"]
#: Days on the archive's page, and in a feed.
DAYS, FEED_DAYS = 60, 7
_ATOM = "http://www.w3.org/2005/Atom"


def router(house: WebServices, views: Views) -> APIRouter:
    """Return the archive's routes."""
    routes = APIRouter(include_in_schema=False)

    def archive() -> Response:
        return views.page("archive", days=house.days(DAYS), topics=house.topics)

    def day_page(day: str) -> Response:
        asked = [edition(house, day, topic.slug) for topic in house.topics]
        editions = [found for found in asked if found is not None and found.entries]
        if not editions:
            raise HTTPException(404)
        return views.page("day", day=editions[0].day, editions=editions)

    def topic_page(day: str, slug: str) -> Response:
        found = edition(house, day, slug)
        if found is None:
            raise HTTPException(404)
        return views.page("edition", edition=found)

    def atom(slug: str) -> Response:
        topic = _topic(house, slug)
        return Response(_atom(house, topic), media_type="application/atom+xml")

    def json_feed(slug: str) -> Response:
        topic = _topic(house, slug)
        return Response(_json_feed(house, topic), media_type="application/feed+json")

    routes.add_api_route("/archive", archive, methods=_READ, response_model=None)
    routes.add_api_route("/archive/{day}", day_page, methods=_READ, response_model=None)
    routes.add_api_route("/archive/{day}/{slug}", topic_page, methods=_READ, response_model=None)
    routes.add_api_route("/feeds/{slug}.atom", atom, methods=_READ, response_model=None)
    routes.add_api_route("/feeds/{slug}.json", json_feed, methods=_READ, response_model=None)
    return routes


def edition(house: WebServices, day: str, slug: str) -> TopicEdition | None:
    """Return one topic's edition of a day written as YYYY-MM-DD, or None."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    # It reads other spellings too, but an edition has one address.
    return house.edition(found, slug) if found.isoformat() == day else None


def _topic(house: WebServices, slug: str) -> Topic:
    for topic in house.topics:
        if topic.slug == slug:
            return topic
    raise HTTPException(404)


def _editions(house: WebServices, topic: Topic) -> list[TopicEdition]:
    found = [house.edition(day, topic.slug) for day in house.days(FEED_DAYS)]
    return [entry for entry in found if entry is not None and entry.entries]


def _atom(house: WebServices, topic: Topic) -> bytes:
    """Write a topic's last days as Atom (RFC 4287), an entry a paper."""
    ET.register_namespace("", _ATOM)
    address = f"{house.url}/feeds/{topic.slug}.atom"
    feed = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = text or None
        return element

    editions = _editions(house, topic)
    add(feed, "id", address)
    add(feed, "title", f"{house.name}: {topic.name}")
    add(feed, "updated", _moment(editions[0].day if editions else date(1970, 1, 1)))
    add(feed, "link", rel="self", href=address)
    add(feed, "link", rel="alternate", href=f"{house.url}/archive")
    add(add(feed, "author"), "name", house.name)
    for found in editions:
        for paper in found.entries:
            entry = add(feed, "entry")
            add(entry, "id", f"{address}#{found.day}:{quote(paper.id)}")
            add(entry, "title", paper.title)
            add(entry, "link", rel="alternate", href=paper.url)
            add(entry, "updated", _moment(found.day))
            add(entry, "summary", _words(paper.summary, paper.why))
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _json_feed(house: WebServices, topic: Topic) -> str:
    """Write a topic's last days as JSON Feed 1.1."""
    items: list[dict[str, Any]] = [
        {
            "id": f"{found.day}:{paper.id}",
            "url": paper.url,
            "title": paper.title,
            "content_text": _words(paper.summary, paper.why) or paper.title,
            "date_published": _moment(found.day),
        }
        for found in _editions(house, topic)
        for paper in found.entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{house.name}: {topic.name}",
        "home_page_url": f"{house.url}/archive",
        "feed_url": f"{house.url}/feeds/{topic.slug}.json",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _words(summary: str, why: str) -> str:
    return " ".join(filter(None, (summary, f"Why: {why}." if why else "")))


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")
