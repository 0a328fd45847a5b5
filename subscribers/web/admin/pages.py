"""The operator's pages: the figures, one reader's timeline, and what is exported of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from subscribers.days import read_day
from subscribers.errors import AddressError
from subscribers.web.admin import pictures
from subscribers.web.admin.access import DoorDep, Operator, OperatorDep
from subscribers.web.admin.exports import exported
from subscribers.web.dependencies import READ, FormDep, ServicesDep, TemplatesDep

if TYPE_CHECKING:
    from datetime import date

    from subscribers.models import Subscriber
    from subscribers.web.services import WebServices
    from subscribers.web.templates import Templates

routes = APIRouter(include_in_schema=False)


@routes.api_route("/admin", methods=READ)
def overview(operator: OperatorDep, templates: TemplatesDep) -> Response:
    """Show the figures of the installation."""
    return _overview(operator, templates)


@routes.api_route("/admin/", methods=READ)
def overview_with_slash(door: DoorDep) -> Response:
    """Lead to the overview."""
    return RedirectResponse(door.path, status_code=308)


@routes.api_route("/admin/tables/{name}.{form}", methods=READ)
def table(name: str, form: str, request: Request, operator: OperatorDep) -> Response:
    """Export a table of the installation."""
    return exported(operator.admin.tables(), name, form, only_head=request.method == "HEAD")


@routes.post("/admin/readers")
def find(
    form: FormDep, operator: OperatorDep, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Lead to a reader by their address, which is in no address of the site and in no log."""
    operator.check_form(form.get("token"))
    address = str(form.get("address") or "").strip()[:320]
    try:
        found = services.book.find(address)
    except AddressError:
        return _overview(operator, templates, address=address, error="This is no e-mail address.")
    if found is None:
        message = "No reader has this address; who was erased is not known any more."
        return _overview(operator, templates, address=address, error=message)
    return RedirectResponse(f"{services.base}/admin/readers/{found.id}", status_code=303)


@routes.api_route("/admin/readers/{number}", methods=READ)
def reader(
    number: str,
    operator: OperatorDep,
    services: ServicesDep,
    templates: TemplatesDep,
    before: str = "",
    day: str = "",
) -> Response:
    """Show what happened to a reader `before` a day, and why a `day` brought an issue or none."""
    subscriber = _reader(services, number)
    asked, fault = None, ""
    try:
        asked = read_day(day) if day else None
    except ValueError as error:
        fault = str(error)
    page = _page(
        operator,
        templates,
        "reader",
        status=422 if fault else 200,
        fault=fault,
        subscriber=subscriber,
        topics=[topic for topic in services.topics if topic.slug in subscriber.topics],
        next_mail=services.next_mail(subscriber),
        timeline=operator.admin.timeline(subscriber, _before(before)),
        before=before,
        answer=operator.admin.answer(subscriber, asked) if asked else None,
        tables=tuple(operator.admin.reader_tables(subscriber)),
    )
    return operator.answer(page)


@routes.api_route("/admin/readers/{number}/tables/{name}.{form}", methods=READ)
def reader_table(
    number: str,
    name: str,
    form: str,
    request: Request,
    operator: OperatorDep,
    services: ServicesDep,
) -> Response:
    """Export a table of a reader."""
    tables = operator.admin.reader_tables(_reader(services, number))
    return exported(tables, name, form, only_head=request.method == "HEAD")


def _overview(
    operator: Operator, templates: Templates, *, address: str = "", error: str = ""
) -> Response:
    found = operator.admin.overview()
    most_bounces = max((one.total for one in found.bounces), default=0)
    most_seconds = max((one.longest for one in found.steps), default=0)
    page = _page(
        operator,
        templates,
        "overview",
        status=404 if error else 200,
        found=found,
        address=address,
        error=error,
        pictures=pictures,
        plots={
            "readers": pictures.of_readers(found),
            "issues": pictures.of_issues(found),
            "troubles": pictures.of_troubles(found),
            "runs": pictures.of_runs(found.runs),
        },
        most={
            "bounces": most_bounces,
            "readers": max((one.readers for one in found.topics), default=0),
            "papers": max((one.papers for one in found.topics), default=0),
            "seconds": most_seconds,
        },
    )
    return operator.answer(page)


def _page(operator: Operator, templates: Templates, name: str, **values: Any) -> Response:
    return templates.page(f"admin/{name}", token=operator.token, **values)


def _reader(services: WebServices, number: str) -> Subscriber:
    """Return the reader of an id.

    Raises:
        HTTPException: there is none.

    """
    found = None
    if number.isascii() and number.isdecimal() and len(number) <= 16:
        found = services.book.get(int(number))
    if found is None:
        raise HTTPException(404)
    return found


def _before(text: str) -> date | None:
    """Return the day of a link to older issues; None for the newest.

    Raises:
        HTTPException: it is no day, so no link of these pages.

    """
    try:
        return read_day(text) if text else None
    except ValueError:
        raise HTTPException(404) from None
