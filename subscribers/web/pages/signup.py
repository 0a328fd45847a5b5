"""The first page with its sign-up form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from subscribers import addresses
from subscribers.models import WORDING
from subscribers.web import forms
from subscribers.web.client import evidence_of, ip_of
from subscribers.web.dependencies import READ, FormDep, ServicesDep, TemplatesDep
from subscribers.web.signup import sign_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subscribers.web.services import WebServices
    from subscribers.web.templates import Templates

routes = APIRouter(include_in_schema=False)


@routes.api_route("/", methods=READ)
def home(services: ServicesDep, templates: TemplatesDep, topic: str = "") -> Response:
    """Show the sign-up form; `topic` is the slug of a topic to check."""
    chosen = [known.slug for known in services.topics if known.slug == topic]
    return _form_page(services, templates, topics=chosen)


@routes.post("/subscribe")
def subscribe(
    request: Request, form: FormDep, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Accept a sign-up, or show the form again with what is wrong."""
    sent = forms.read_sign_up(form, services, now=services.clock())
    if sent.trapped:
        return RedirectResponse(f"{services.base}/sent", status_code=303)
    error, status = sent.error, 422
    if not error and not services.limiter.allow(
        ip=ip_of(request), mailbox=addresses.parse(sent.email).mailbox, now=services.clock()
    ):
        error = "There have been many sign-ups from here. Please try again in an hour."
        status = 429
    if error:
        return _form_page(
            services, templates, email=sent.email, topics=sent.topics, error=error, status=status
        )
    task = BackgroundTask(
        sign_up,
        services,
        sent.email,
        sent.topics or tuple(services.default_topics),
        evidence=evidence_of(services, request, "web", wording=WORDING),
    )
    return RedirectResponse(f"{services.base}/sent", status_code=303, background=task)


@routes.api_route("/sent", methods=READ)
def sent(templates: TemplatesDep) -> Response:
    """Show the page after a sign-up, the same for every address."""
    return templates.page("sent")


def _form_page(
    services: WebServices,
    templates: Templates,
    *,
    email: str = "",
    topics: Sequence[str] = (),
    error: str = "",
    status: int = 200,
) -> Response:
    """Show the form, and for each topic the papers of the newest edition."""
    newest = next(iter(services.days(1)), None)
    edition = services.edition(newest) if newest else None
    cards = [(topic, edition and edition.topics.get(topic.slug)) for topic in services.topics]
    return templates.page(
        "home",
        status=status,
        cards=cards,
        day=newest,
        email=email,
        chosen=set(topics),
        error=error,
        stamp=forms.stamp(services, now=services.clock()),
        trap=forms.TRAP,
    )
