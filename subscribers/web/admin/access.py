"""Who may see the operator's pages: whoever knows the password, and nobody where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from subscribers.web.admin.services import AdminServices
from subscribers.web.admin.session import COOKIE, Session, Sessions
from subscribers.web.dependencies import ServicesDep

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from subscribers.web.services import WebServices


class LoggedOutError(Exception):
    """Nobody is logged in; the login is shown instead."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """The login of a site that has the pages."""

    admin: AdminServices
    sessions: Sessions
    now: datetime
    #: the path of all the pages, for the cookie
    path: str
    #: whether the cookie is for encrypted connections alone
    is_secure: bool

    def let_in(self, response: Response, session: Session) -> Response:
        """Give a client the cookie of a session, used now."""
        value = self.sessions.cookie(session, self.now)
        response.set_cookie(
            COOKIE, value, path=self.path, secure=self.is_secure, httponly=True, samesite="strict"
        )
        return response

    def let_out(self, response: Response) -> Response:
        """Take the cookie from a client."""
        response.delete_cookie(
            COOKIE, path=self.path, secure=self.is_secure, httponly=True, samesite="strict"
        )
        return response


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Whoever is logged in."""

    door: Door
    session: Session
    #: what the forms of the session hold
    token: str

    @property
    def admin(self) -> AdminServices:
        """What the pages need."""
        return self.door.admin

    def check_form(self, token: object) -> None:
        """Refuse a form of another site or of another session.

        Raises:
            HTTPException: it is one.

        """
        if not self.door.sessions.is_token(self.session, str(token or "")):
            raise HTTPException(403, "This form is of another session. Load the page once more.")

    def answer(self, response: Response) -> Response:
        """Return a response; the cookie says from time to time that the session is in use."""
        if self.session.is_due(self.door.now):
            self.door.let_in(response, self.session)
        return response


def door_of(request: Request, services: ServicesDep) -> Door:
    """Return the login.

    Raises:
        HTTPException: the site has no such pages.

    """
    hashed = services.admin.password_hash()
    if not hashed:
        raise HTTPException(404)
    return Door(
        admin=services.admin,
        sessions=Sessions(services.secrets, hashed),
        now=services.clock(),
        path=f"{services.base}/admin",
        is_secure=_is_secure(request, services),
    )


def is_from_elsewhere(request: Request, services: WebServices) -> bool:
    """Whether another site sent a form, as browsers say it; programs say nothing.

    `Sec-Fetch-Site` is asked first (W3C Fetch Metadata; not sent over plain HTTP). `Origin` is
    null for our own forms as well, since our pages ask for `Referrer-Policy: no-referrer`.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    own = {request.headers.get("Host", ""), urlsplit(services.url).netloc}
    return origin != "null" and origin.partition("://")[2] not in own


def _is_secure(request: Request, services: WebServices) -> bool:
    return services.url.startswith("https:") or request.url.scheme == "https"


DoorDep = Annotated[Door, Depends(door_of)]


def operator_of(request: Request, door: DoorDep) -> Operator:
    """Return whoever is logged in.

    Raises:
        LoggedOutError: nobody is.

    """
    session = door.sessions.read(request.cookies.get(COOKIE, ""), door.now)
    if session is None:
        raise LoggedOutError
    return Operator(door=door, session=session, token=door.sessions.token(session))


OperatorDep = Annotated[Operator, Depends(operator_of)]
