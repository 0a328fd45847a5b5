"""GitHub's repositories, as it answers them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.builders import DAY, NOON, paper
from support.http_server import Answer
from support.services import Played

from digest.models.paper import Links
from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Question

_STARS = {"example/lamps": 41, "example/moss": 0, "example/odd": None}


def _answer(found: object, status: int = 200) -> Answer:
    return Answer(
        status=status,
        body=json.dumps(found).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-RateLimit-Limit": "60",
            "X-RateLimit-Remaining": "57",
        },
    )


def _no_repository(_question: Question) -> Answer:
    return _answer(
        {
            "message": "Not Found",
            "documentation_url": "https://docs.github.com/rest/repos/repos#get-a-repository",
            "status": "404",
        },
        status=404,
    )


def _happy(question: Question) -> Answer:
    name = question.path.partition("/repos/")[2]
    if name not in _STARS:
        return _no_repository(question)
    return _answer(
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


def _error(_question: Question) -> Answer:
    return _answer(
        {
            "message": "Bad credentials",
            "documentation_url": "https://docs.github.com/rest",
            "status": "401",
        },
        status=401,
    )


PLAYED = Played(
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
