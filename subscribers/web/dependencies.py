"""The parameters that FastAPI passes to page functions: services, templates and forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request
from starlette.datastructures import FormData, UploadFile

from subscribers.libraries import LibraryUpload
from subscribers.web.services import WebServices
from subscribers.web.templates import Templates

#: The methods of a page that only shows something.
READ = ["GET", "HEAD"]


def provide(app: FastAPI, services: WebServices, templates: Templates) -> None:
    """Make the services and templates of an application available to its page functions."""
    app.state.services = services
    app.state.templates = templates


# All of these are coroutines: FastAPI runs plain functions in a thread, which costs more.
async def _services(request: Request) -> WebServices:
    services: WebServices = request.app.state.services
    return services


async def _templates(request: Request) -> Templates:
    templates: Templates = request.app.state.templates
    return templates


async def _form(request: Request) -> FormData:
    """Read the form here, so that the page function itself can run in a thread."""
    return await request.form(max_fields=200, max_files=0)


async def _upload(request: Request) -> LibraryUpload:
    """Read a form with a file and ids; what holds a file on the disk is removed with it."""
    async with request.form(max_fields=10, max_files=1) as form:
        file, ids = form.get("file"), form.get("ids")
        octets = await file.read() if isinstance(file, UploadFile) else b""
        return LibraryUpload(octets=octets, ids=ids if isinstance(ids, str) else "")


ServicesDep = Annotated[WebServices, Depends(_services)]
TemplatesDep = Annotated[Templates, Depends(_templates)]
FormDep = Annotated[FormData, Depends(_form)]
UploadDep = Annotated[LibraryUpload, Depends(_upload)]
