"""The page with one button, and the page after leaving, which several links share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response

    from subscribers.models import Subscriber
    from subscribers.web.services import WebServices
    from subscribers.web.templates import Templates


def action_page(
    services: WebServices,
    templates: Templates,
    subscriber: Subscriber,
    *,
    title: str,
    button: str,
) -> Response:
    """Show what a button does, for which address and topics; it posts to the same URL."""
    names = {topic.slug: topic.name for topic in services.topics}
    topics = [names[slug] for slug in subscriber.topics if slug in names]
    return templates.page(
        "action", title=title, button=button, subscriber=subscriber, topics=topics
    )


def left_page(templates: Templates) -> Response:
    """Show that the subscriber has left."""
    return templates.page("done", message="You have left. No further digest will be sent.")
