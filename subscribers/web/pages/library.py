"""The page where a reader hands over a library: a file that another program exported, or ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from subscribers.errors import UploadError
from subscribers.libraries import MOST_OCTETS
from subscribers.links import Purpose
from subscribers.web.access import subscriber_of
from subscribers.web.dependencies import READ, ServicesDep, TemplatesDep, UploadDep

if TYPE_CHECKING:
    from subscribers.libraries import LibraryImport
    from subscribers.web.templates import Templates

routes = APIRouter(include_in_schema=False)

#: faulty entries that a page names; of more, the first
_NAMED = 50


@routes.api_route("/manage/{token}/library", methods=READ)
def show(token: str, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Show the form."""
    subscriber_of(services, Purpose.MANAGE, token)
    return _page(templates, token)


@routes.post("/manage/{token}/library")
def take(token: str, upload: UploadDep, services: ServicesDep, templates: TemplatesDep) -> Response:
    """Take the papers as likes, and say what was taken and what could not be read."""
    subscriber = subscriber_of(services, Purpose.MANAGE, token)
    if not (upload.octets or upload.ids.strip()):
        message = "Choose a file, or write ids of papers."
        return _page(templates, token, error=message, status=422)
    if len(upload.octets) > MOST_OCTETS:
        message = "The file is larger than 2 MB. Export a part of the library."
        return _page(templates, token, error=message, status=413)
    try:
        done = services.import_library(subscriber.id, upload)
    except UploadError as error:
        message = f"Nothing was taken: {error}."
        return _page(templates, token, error=message, ids=upload.ids, status=422)
    return _page(templates, token, done=done)


def _page(
    templates: Templates,
    token: str,
    *,
    done: LibraryImport | None = None,
    error: str = "",
    ids: str = "",
    status: int = 200,
) -> Response:
    rejected = done.rejected if done else ()
    return templates.page(
        "library",
        status=status,
        token=token,
        done=done,
        rejected=rejected[:_NAMED],
        more=len(rejected) - len(rejected[:_NAMED]),
        error=error,
        ids=ids,
    )
