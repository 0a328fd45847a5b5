"""How errors are answered: a page for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from subscribers.errors import ConsentError, LinkError, PreferenceError
from subscribers.faults import describe
from subscribers.web.access import GoneError, PreviewError
from subscribers.web.admin.access import LoggedOutError
from subscribers.web.dependencies import READ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from subscribers.web.templates import Templates

_GONE = "This subscription is no longer here. Sign up again to come back."
_PAGE_MESSAGES = {404: "There is no such page.", 405: "That cannot be done here."}


def error_response(
    path: str,
    status: int,
    message: str,
    templates: Templates,
    *,
    page_message: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with an error: as JSON below `/api/`, elsewhere as a page.

    `page_message` replaces the message on the page.
    """
    if path.startswith("/api/"):
        return JSONResponse({"detail": message}, status_code=status, headers=dict(headers or {}))
    return templates.error(status, page_message or message, headers)


def explain(errors: Sequence[Mapping[str, Any]]) -> str:
    """Name every field that is not as described, and what is wrong with it."""
    return "; ".join(_explain(error) for error in errors)


def _explain(error: Mapping[str, Any]) -> str:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, PreferenceError):
        return str(cause)  # it names the field itself
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {describe(error, an_object='an object')}"


def add_error_handlers(app: FastAPI, templates: Templates) -> None:
    """Tell an application how to answer each kind of error."""

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        message, headers = str(error.detail), dict(error.headers or {})
        if allowed := headers.get("Allow"):
            methods = set(allowed.split(", "))
            if "GET" in methods:  # each page that can be read answers HEAD too
                methods.add("HEAD")
            headers["Allow"] = ", ".join(sorted(methods))  # Starlette names them in any order
        return error_response(
            request.url.path, error.status_code, message, templates,
            page_message=_PAGE_MESSAGES.get(error.status_code, message), headers=headers,
        )  # fmt: skip

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        # Only the API declares what a request must look like; it always gets JSON.
        return error_response("/api/", 422, explain(error.errors()), templates)

    _add_link_handlers(app, templates)

    @app.exception_handler(LoggedOutError)
    async def _logged_out(request: Request, error: LoggedOutError) -> Response:
        base = request.app.state.services.base
        return RedirectResponse(f"{base}/admin/login", status_code=303)

    @app.exception_handler(PreferenceError)
    async def _preference(request: Request, error: PreferenceError) -> Response:
        message = f"Not saved: {error}."
        return error_response(request.url.path, 422, str(error), templates, page_message=message)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:  # the server logs it
        message = "Something broke on our side. Please try again later."
        return error_response(request.url.path, 500, message, templates)


def _add_link_handlers(app: FastAPI, templates: Templates) -> None:
    """Tell it how to answer the links of mails that lead nowhere any more."""

    @app.exception_handler(LinkError)
    async def _link(request: Request, error: LinkError) -> Response:
        message = str(error)
        sentence = f"{message[:1].upper()}{message[1:]}."
        return error_response(request.url.path, 410, message, templates, page_message=sentence)

    @app.exception_handler(GoneError)
    async def _gone(request: Request, error: GoneError) -> Response:
        message = "this subscription is no longer here"
        return error_response(request.url.path, 410, message, templates, page_message=_GONE)

    @app.exception_handler(PreviewError)
    async def _preview(request: Request, error: PreviewError) -> Response:
        # To open the link is no mistake; a button that it does not show cannot be pressed.
        return templates.page("preview", status=200 if request.method in READ else 409)

    @app.exception_handler(ConsentError)
    async def _consent(request: Request, error: ConsentError) -> Response:
        return error_response(request.url.path, 410, str(error), templates, page_message=_GONE)
