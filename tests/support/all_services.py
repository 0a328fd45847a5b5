"""arXiv, Hugging Face and bioRxiv on one server, for several days.

A test puts in what each has; the server responds as the services would at the time of the clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from support import arxiv_documents
from support.arxiv_documents import ArxivPaper
from support.http_server import Request, Response

from digest.sources import Source
from digest.sources.calendars import eastern_day

if TYPE_CHECKING:
    from support.source_client import ManualClock

CATEGORIES = ("cs.CL", "cs.LG")


def arxiv_paper(number: int, *categories: str, **details: Any) -> ArxivPaper:
    """A paper about agents at arXiv."""
    return ArxivPaper(
        id=f"2602.{number:05}",
        title=f"An Agent Named Agent{number}",
        abstract=f"The agent{number} is agent number {number}.",
        categories=categories or CATEGORIES[:1],
        **details,
    )


@dataclass(kw_only=True)
class AllServices:
    """What each service has, and which services are down."""

    clock: ManualClock
    arxiv: dict[date, list[ArxivPaper]] = field(default_factory=dict)
    #: number and votes of the papers that are featured
    featured: dict[date, dict[int, int]] = field(default_factory=dict)
    #: numbers of the preprints that were posted
    posted: dict[date, list[int]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    #: the day that arXiv's feeds and pages keep showing
    stuck: date | None = None

    def sources(self, base: str) -> tuple[Source, ...]:
        """The three services, on this server."""
        return (
            Source(name="arXiv", kind="arxiv", url=f"{base}/arxiv", categories=CATEGORIES),
            Source(name="Hugging Face", kind="huggingface", url=f"{base}/hf"),
            Source(name="bioRxiv", kind="biorxiv", url=f"{base}/biorxiv"),
        )

    def route(self, request: Request) -> Response:
        """Respond as the service would."""
        service, *rest = request.path.strip("/").split("/")
        if service in self.down or service == "papers":
            return Response(status=500, body=b"out of order")
        if service == "hf":
            body = self._list(date.fromisoformat(request.query["date"][0]))
        elif service == "biorxiv":
            body = self._preprints(date.fromisoformat(rest[0]))
        else:
            body = self._arxiv(request, rest)
        return Response(body=body.encode())

    def _arxiv(self, request: Request, rest: list[str]) -> str:
        today = self.stuck or eastern_day(self.clock.at)
        # On days without announcement the last listing stands, and the feed is empty.
        newest = max((day for day in self.arxiv if day <= today), default=today)
        if rest[0] == "rss":
            return arxiv_documents.rss(rest[1], today, self.arxiv.get(today, ()))
        if rest[0] == "list":
            return arxiv_documents.listing(rest[1], newest, self.arxiv.get(newest, ()))
        category = request.query["set"][0].split(":")[-1]
        asked = date.fromisoformat(request.query["from"][0]) + timedelta(days=1)
        return arxiv_documents.oai(f"cs.{category}", asked, self.arxiv.get(asked, ()))

    def _list(self, day: date) -> str:
        return json.dumps(
            [
                {
                    "paper": {
                        "id": f"2602.{number:05}",
                        "title": f"An Agent Named Agent{number}",
                        "summary": f"The agent{number} is agent number {number}.",
                        "upvotes": votes,
                        "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                    },
                    "numComments": 1,
                }
                for number, votes in self.featured.get(day, {}).items()
            ]
        )

    def _preprints(self, day: date) -> str:
        numbers = self.posted.get(day, [])
        if not numbers:
            return json.dumps({"messages": [{"status": "no posts found"}], "collection": []})
        message = {"status": "ok", "cursor": 0, "count": len(numbers), "total": str(len(numbers))}
        records = [
            {
                "doi": f"10.1101/{day:%Y.%m.%d}.{number}",
                "title": f"A Cell that Is an Agent, Part {number}",
                "authors": "Moor, A.; Fen, B.",
                "date": f"{day.year}-{day.month}-{day.day}",
                "version": "1",
                "category": "cell biology",
                "abstract": f"The cell is agent number {number}.",
                "server": "bioRxiv",
            }
            for number in numbers
        ]
        return json.dumps({"messages": [message], "collection": records})
