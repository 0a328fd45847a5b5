"""Hugging Face's daily papers, with every field of its records.

A hundred and three papers are two answers of the API, and one page for readers.
"""

from __future__ import annotations

import html
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from support.http_server import Response
from support.services import ScriptedService

from digest.sources import Source

if TYPE_CHECKING:
    from support.http_server import Request

DAY = date(2026, 3, 6)
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def _user(number: int) -> dict[str, Any]:
    return {
        "_id": f"65a103d5230f8846b1b9{number:04x}",
        "avatarUrl": f"/avatars/{number:032x}.svg",
        "isPro": False,
        "fullname": "Ada Moor",
        "type": "user",
    }


def _authors(number: int) -> list[dict[str, Any]]:
    return [
        {"_id": f"69aa20ecc4f6edddcc6c{number:04x}", "name": "Ada Moor", "hidden": False},
        {
            "_id": f"69aa20ecc4f6edddcc6d{number:04x}",
            "user": _user(number) | {"name": "bo-fen", "user": "bo-fen"},
            "name": "Bo Fen",
            "status": "claimed_verified",
            "statusLastChangedAt": "2026-03-06T10:00:00.000Z",
            "hidden": False,
        },
        {"_id": f"69aa20ecc4f6edddcc6e{number:04x}", "name": "Cy Hyde", "hidden": True},
    ]


def element(number: int, **inner: Any) -> dict[str, Any]:
    """One element as the service gives it."""
    title = f"Lamps in Fog, Part {number}:\n  Counting $n$ of Them"
    summary = f"We count lamps in fog.\nThere are {number} of them, for a<b."
    media = ["https://cdn-uploads.huggingface.co/production/uploads/65a1/lamp.webp"]
    organization = {
        "_id": "647ef9ce45baf21ad707cc59",
        "name": "FogLab",
        "fullname": "Laboratory of Fog",
        "avatar": "https://cdn-uploads.huggingface.co/production/uploads/647e/fog.png",
    }
    paper = {
        "id": f"2603.{number:05}",
        "authors": _authors(number),
        "mediaUrls": media,
        "publishedAt": "2026-03-04T17:08:18.000Z",
        "submittedOnDailyAt": f"{DAY}T03:55:12.777Z",
        "title": title,
        "submittedOnDailyBy": _user(number) | {"user": "ada-moor"},
        "summary": summary,
        "upvotes": number,
        "discussionId": f"69aa20edc4f6edddcc6f{number:04x}",
        "projectPage": "https://lamps.example.org/",
        "githubRepo": "https://github.com/example/lamps",
        "githubRepoAddedBy": "user",
        "ai_summary": "Lamps can be counted in fog.",
        "ai_summary_model": "example/lamp-summariser",
        "ai_keywords": ["lamps", "fog"],
        "githubStars": 9,
        "organization": organization,
    }
    return {
        "paper": paper | inner,
        # An hour of another zone, as the service has it.
        "publishedAt": "2026-03-04T12:08:18.000Z",
        "title": title,
        "summary": summary,
        "mediaUrls": media,
        "thumbnail": f"https://cdn-thumbnails.huggingface.co/social-thumbnails/{number}.png",
        "numComments": 1,
        "submittedBy": _user(number)
        | {
            "name": "ada-moor",
            "isHf": False,
            "isHfAdmin": False,
            "isMod": False,
            "followerCount": 1,
            "isUserFollowing": False,
        },
        "organization": organization,
        "isAuthorParticipating": False,
    }


ELEMENTS = [
    *(element(number) for number in range(101)),
    element(101, withdrawnAt="2026-03-06T09:00:00.000Z"),
    {"paper": None, "numComments": 0, "isAuthorParticipating": False},
]


def page(elements: list[dict[str, Any]], day: date = DAY) -> str:
    """The page of a day, with its data in an attribute."""
    props = {
        "periodType": "day",
        "dateString": f"{day}T00:00:00.000Z",
        "dailyPapers": elements,
        "prevDate": "2026-03-05",
        "nextDate": "2026-03-09",
    }
    hydrated = html.escape(json.dumps(props))
    return (
        "<!doctype html>\n<html><head><title>Daily Papers</title></head><body>"
        '<div class="SVELTE_HYDRATER contents" data-target="MainHeader" data-props="{}"></div>'
        f'<main><div class="SVELTE_HYDRATER contents" data-target="DailyPapers"'
        f' data-props="{hydrated}"><h3>Lamps in Fog</h3></div></main></body></html>'
    )


def _happy(request: Request) -> Response:
    if request.path == f"/papers/date/{DAY}":
        return Response(body=page(ELEMENTS).encode(), headers=_HTML)
    start = int(request.query["p"][0]) * int(request.query["limit"][0])
    found = ELEMENTS[start : start + int(request.query["limit"][0])]
    return Response(body=json.dumps(found if request.query["date"] == [str(DAY)] else []).encode())


def _empty(request: Request) -> Response:
    if request.path.startswith("/papers/date/"):
        return Response(body=page([]).encode(), headers=_HTML)
    return Response(body=b"[]")


def _error(_question: Request) -> Response:
    error = {"error": "✖ Invalid input: the daily papers of this date are not open\n  → at date"}
    return Response(status=400, body=json.dumps(error).encode())


SERVICE = ScriptedService(
    source=lambda base: Source(
        name="Hugging Face", kind="huggingface", url=f"{base}/api/daily_papers"
    ),
    day=DAY,
    now=datetime(2026, 3, 7, 6, tzinfo=UTC),
    happy=_happy,
    empty=_empty,
    error=_error,
    declared=103,
    parsed=102,
    rejected=1,
)
