"""The page where a subscriber changes their choices, pauses, resumes or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from subscribers.errors import PreferenceError
from subscribers.links import Purpose
from subscribers.models import LANGUAGES, Event, Preferences, Status
from subscribers.timing_words import DAY_NAMES
from subscribers.web import forms
from subscribers.web.access import record, subscriber_of
from subscribers.web.dependencies import READ, FormDep, ServicesDep, TemplatesDep
from subscribers.web.pages.action import left_page
from subscribers.web.pages.beliefs import beliefs_of

if TYPE_CHECKING:
    from datetime import datetime

    from subscribers.models import Frequency, Subscriber
    from subscribers.web.services import WebServices
    from subscribers.web.templates import Templates

routes = APIRouter(include_in_schema=False)

_LANGUAGE_NAMES = dict(
    zip(
        LANGUAGES,
        ("English", "Deutsch", "Español", "Français", "Italiano", "Nederlands", "Português"),
        strict=True,
    )
)
#: How often mail comes, with what that means.
_FREQUENCIES: dict[Frequency, tuple[str, str]] = {
    "daily": ("Every day", "on each of the days below"),
    "weekdays": (
        "From Monday to Friday",
        "on those of the days below; the weekend’s papers come after it",
    ),
    "weekly": ("Once a week", "the best of the week, on the first of the days below"),
    "enough": (
        "When there is something",
        "on one of the days below, once enough has come together",
    ),
}
_ZONES = {zone for zone in available_timezones() if "/" in zone} | {"UTC"}


@routes.api_route("/manage/{token}", methods=READ)
def manage(
    token: str, services: ServicesDep, templates: TemplatesDep, saved: str = "", asked: str = ""
) -> Response:
    """Show a subscriber's choices; `saved` and `asked` say which button was just used."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    queued = "A mail with the link is on its way, unless you had one within the hour."
    note = "Saved." if saved else queued if asked else ""
    return _choices_page(services, templates, subscriber, token, note=note)


@routes.post("/manage/{token}")
def choose(token: str, form: FormDep, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Save a subscriber's choices, or show what is wrong with them."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    try:
        topics, preferences = forms.read_choices(form, services.topics, subscriber.preferences)
        forms.check_choices(topics, preferences, services.feedback.papers(subscriber.id))
    except PreferenceError as error:
        message = f"Not saved: {error}."
        return _choices_page(services, templates, subscriber, token, error=message, status=422)
    services.book.choose(subscriber.id, topics, preferences, at=services.clock())
    return _saved(services, token)


@routes.post("/manage/{token}/pause")
def pause(token: str, request: Request, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Pause the digest."""
    return _change(services, templates, request, token, Event.PAUSE)


@routes.post("/manage/{token}/resume")
def resume(
    token: str, request: Request, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Resume the digest after a pause."""
    return _change(services, templates, request, token, Event.RESUME)


@routes.post("/manage/{token}/leave")
def leave(token: str, request: Request, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Leave."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    record(services, request, subscriber, Event.LEAVE, "web")
    return left_page(templates)


@routes.post("/manage/{token}/privacy")
def mail_privacy_link(token: str, services: ServicesDep) -> Response:
    """Mail a link to the data: whoever sees this page may not be the subscriber."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    services.queue_mail(subscriber.id, "privacy")
    return RedirectResponse(f"{services.base}/manage/{token}?asked=1", status_code=303)


def _change(
    services: WebServices, templates: Templates, request: Request, token: str, event: Event
) -> Response:
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    if subscriber.status not in (Status.CONFIRMED, Status.PAUSED):
        message = "You get no digest at present."
        return _choices_page(services, templates, subscriber, token, error=message, status=409)
    record(services, request, subscriber, event, "web")
    return _saved(services, token)


def _saved(services: WebServices, token: str) -> Response:
    return RedirectResponse(f"{services.base}/manage/{token}?saved=1", status_code=303)


def _on_clocks(at: datetime, zone: str) -> str:
    """Return a time in words, by the clocks of a reader's zone if they chose one."""
    if zone == Preferences.timezone:  # they chose none
        zone = at.tzname() or zone
    else:
        at = at.astimezone(ZoneInfo(zone))
    return f"{at:%A} {at.day} {at:%B, %H:%M} ({zone})"


def _choices_page(
    services: WebServices,
    templates: Templates,
    subscriber: Subscriber,
    token: str,
    *,
    note: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    preferences = subscriber.preferences
    is_due = subscriber.status is Status.CONFIRMED
    next_mail = services.next_mail(subscriber) if is_due else None
    is_now = next_mail is not None and next_mail <= services.clock()
    return templates.page(
        "manage",
        status=status,
        subscriber=subscriber,
        token=token,
        topics=services.topics,
        preferences=preferences,
        days=DAY_NAMES,
        frequencies=_FREQUENCIES,
        site_times=services.site_times,
        next_mail=next_mail,
        next_words="soon" if is_now else next_mail and _on_clocks(next_mail, preferences.timezone),
        languages=_LANGUAGE_NAMES,
        timezones=sorted(_ZONES | {preferences.timezone}),
        note=note,
        error=error,
        **beliefs_of(services, subscriber),
    )
