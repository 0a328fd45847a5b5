"""The operator's login and logout."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from subscribers.passwords import matches
from subscribers.rate_limits import truncated
from subscribers.web.admin.access import Door, DoorDep, OperatorDep, is_from_elsewhere
from subscribers.web.client import ip_of
from subscribers.web.dependencies import READ, FormDep, ServicesDep, TemplatesDep

routes = APIRouter(include_in_schema=False)

#: Characters; more are no password.
_LONGEST = 1000
#: The seconds after which an attempt can succeed again.
_RETRY_AFTER = 15 * 60


@routes.api_route("/admin/login", methods=READ)
def form(door: DoorDep, templates: TemplatesDep) -> Response:  # noqa: ARG001 (without it, 404)
    """Ask for the password."""
    return templates.page("admin/login", error="")


@routes.post("/admin/login")
def log_in(
    request: Request, form: FormDep, door: DoorDep, services: ServicesDep, templates: TemplatesDep
) -> Response:
    """Begin a session if the password is right."""
    if is_from_elsewhere(request, services):
        # Before it is counted, so that no other site can use up the operator's attempts.
        message = "This form came from another site. Log in here."
        return templates.page("admin/login", error=message, status=403)
    ip = ip_of(request)
    attempt = door.admin.limiter.begin(ip=ip, now=door.now)
    if attempt is None:
        door.admin.on_login("too many attempts", truncated(ip))
        message = "There have been too many attempts. Try again in a quarter of an hour."
        response = templates.page("admin/login", error=message, status=429)
        response.headers["Retry-After"] = str(_RETRY_AFTER)
        return response
    if not _is_right(door, str(form.get("password") or "")):
        door.admin.on_login("wrong password", truncated(ip))
        return templates.page("admin/login", error="That is not the password.", status=403)
    door.admin.limiter.succeed(attempt)
    door.admin.on_login("succeeded", truncated(ip))
    return door.let_in(_to(f"{services.base}/admin"), door.sessions.begin(door.now))


@routes.post("/admin/logout")
def log_out(form: FormDep, operator: OperatorDep, services: ServicesDep) -> Response:
    """End the session."""
    operator.check_form(form.get("token"))
    return operator.door.let_out(_to(f"{services.base}/admin/login"))


def _is_right(door: Door, password: str) -> bool:
    if not 0 < len(password) <= _LONGEST:
        return False
    with door.admin.hashing:
        return matches(password, door.sessions.password_hash)


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
