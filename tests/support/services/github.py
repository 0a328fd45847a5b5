"""GitHub's repositories, as it answers them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.builders import DAY, NOON, paper
from support.http_server import Response
from support.services import ScriptedService

from digest.models.paper import Links
from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request

_STARS = {"example/lamps": 41, "example/moss": 0, "example/odd": None}


def _respond(found: object, status: int = 200) -> Response:
    return Response(
        status=status,
        body=json.dumps(found).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-RateLimit-Limit": "60",
            "X-RateLimit-Remaining": "57",
        },
    )


def _no_repository(_question: Request) -> Response:
    return _respond(
        {
            "message": "Not Found",
            "documentation_url": "https://docs.github.com/rest/repos/repos#get-a-repository",
            "status": "404",
        },
        status=404,
    )


def _happy(request: Request) -> Response:
    name = request.path.partition("/repos/")[2]
    if name not in _STARS:
        return _no_repository(request)
    return _respond(
        {
            "id": 700_000_001,
            "name": name.partition("/")[2],
            "full_name": name,
            "private": False,
            "owner": {"login": "example", "type": "Organization"},
            "html_url": f"https://github.com/{name}",
            "description": None,
            "fork": False,
            "stargazers_count": _STARS[name],
            "watchers_count": _STARS[name],
            "archived": name == "example/moss",
            "disabled": False,
        }
    )


def _error(_question: Request) -> Response:
    return _respond(
        {
            "message": "Bad credentials",
            "documentation_url": "https://docs.github.com/rest",
            "status": "401",
        },
        status=401,
    )


SERVICE = ScriptedService(
    source=lambda base: Source(name="stars", kind="github", url=base),
    day=DAY,
    now=NOON,
    happy=_happy,
    empty=_no_repository,
    error=_error,
    declared=4,
    parsed=3,
    rejected=1,
    known=(
        paper("2602.00001", links=Links(code="https://github.com/Example/Lamps/tree/main")),
        paper("2602.00002", links=Links(code="https://github.com/example/lamps.git")),
        paper("2602.00003", links=Links(code="https://github.com/example/moss")),
        paper("2602.00004", links=Links(code="https://github.com/example/gone")),
        paper("2602.00005", links=Links(code="https://github.com/example/odd")),
        paper("2602.00006", links=Links(code="https://gitlab.com/example/fog")),
        paper("2602.00007"),
    ),
)
