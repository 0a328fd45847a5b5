"""HTTP clients without a network: given responses or a scripted service answer the requests."""

from __future__ import annotations

import json as json_format
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from support.builders import DAY, NOON
from support.http_server import Request, Response

from digest.errors import RefusedError, SourceError
from digest.sources import FetchRequest, get_kind
from digest.sources.http.client import SourceClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.services import ScriptedService

    from digest.models.paper import Paper
    from digest.models.source import Batch
    from digest.sources import Source


@dataclass(frozen=True, kw_only=True)
class OfflineRequest:
    """One request, as a source sent it."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    rate_limit_key: str | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> Mapping[str, list[str]]:
        return {name: [value] for name, value in self.params.items()}

    @property
    def on_the_wire(self) -> Request:
        """The request as a server would receive it."""
        body = b"" if self.json is None else json_format.dumps(self.json).encode()
        return Request(path=self.path, query=self.query, headers=self.headers, body=body)


class OfflineClient(SourceClient):
    """Responds as a function does, raises the errors of the real client, and keeps the requests."""

    def __init__(self, response: Callable[[OfflineRequest], str | Response | Exception]) -> None:
        """Respond by a function."""
        self.requests: list[OfflineRequest] = []
        self._respond = response

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        rate_limit_key: str | None = None,
    ) -> str:
        sent = {"Accept": accept, **(headers or {})}
        return self._ask(
            OfflineRequest(
                url=url, params=params or {}, headers=sent, rate_limit_key=rate_limit_key
            )
        )

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        json: object,
        headers: Mapping[str, str] | None = None,
        rate_limit_key: str | None = None,
    ) -> str:
        return self._ask(
            OfflineRequest(
                url=url,
                params=params or {},
                headers=headers or {},
                json=json,
                rate_limit_key=rate_limit_key,
            )
        )

    def _ask(self, request: OfflineRequest) -> str:
        self.requests.append(request)
        found = self._respond(request)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, str):
            return found
        text = found.body.decode()
        if found.status >= 500:
            raise SourceError(f"{request.url} answered {found.status}")
        if found.status >= 400:
            message = f"{request.url} answered {found.status}"
            raise RefusedError(message, status=found.status, body=text)
        return text

    @property
    def addresses(self) -> list[str]:
        """The address of each request, with its query."""
        return [f"{it.url}?{urlencode(it.params)}" if it.params else it.url for it in self.requests]

    @property
    def rate_limit_keys(self) -> set[str | None]:
        return {it.rate_limit_key for it in self.requests}


def responding(*responses: Any) -> OfflineClient:
    """A client that gives these responses in order, and repeats the last one.

    Errors are raised, texts and responses are given as they are, and all else as JSON.
    """
    left = [
        it if isinstance(it, str | Response | Exception) else json_format.dumps(it)
        for it in responses
    ]
    return OfflineClient(lambda _asked: left.pop(0) if len(left) > 1 else left[0])


def served_by(route: Callable[[Request], Response]) -> OfflineClient:
    """A client whose requests go to a scripted service."""
    return OfflineClient(lambda asked: route(asked.on_the_wire))


def fetch_request(web: SourceClient, *papers: Paper, **details: Any) -> FetchRequest:
    """A request for a day on which these papers are known."""
    return FetchRequest(
        **({"day": DAY, "now": NOON, "web": web, "papers": lambda: papers} | details)
    )


def service_request(service: ScriptedService, web: SourceClient, **details: Any) -> FetchRequest:
    """A request to a scripted service for its own day."""
    return fetch_request(
        web, *service.known, **({"day": service.day, "now": service.now} | details)
    )


def fetch_batch(source: Source, web: SourceClient, **details: Any) -> Batch:
    """The batch of a source for a day: read, parsed and joined."""
    kind, asked = get_kind(source.kind), fetch_request(web, **details)
    documents = kind.read(source, asked)
    return kind.join([kind.parse(document, day=asked.day, now=asked.now) for document in documents])


def refusal(status: int, body: str = "") -> RefusedError:
    return RefusedError(f"it answered {status}", status=status, body=body)
