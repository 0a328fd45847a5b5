"""Webs without a wire: sources ask them, and prepared answers or a played service answer."""

from __future__ import annotations

import json as json_format
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from support.builders import DAY, NOON
from support.http_server import Answer, Question

from digest.errors import RefusedError, SourceError
from digest.sources import FetchRequest, get_kind
from digest.sources.http.client import SourceClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from support.services import Played

    from digest.models.paper import Paper
    from digest.models.source import Batch
    from digest.sources import Source


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question, as a source put it."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    gate: str | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> Mapping[str, list[str]]:
        return {name: [value] for name, value in self.params.items()}

    @property
    def on_the_wire(self) -> Question:
        """The question as a server would see it."""
        body = b"" if self.json is None else json_format.dumps(self.json).encode()
        return Question(path=self.path, query=self.query, headers=self.headers, body=body)


class OfflineWeb(SourceClient):
    """Answers as a function does, raises what the real one raises, and keeps the questions."""

    def __init__(self, answer: Callable[[Asked], str | Answer | Exception]) -> None:
        """Answer by a function."""
        self.questions: list[Asked] = []
        self._answer = answer

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        gate: str | None = None,
    ) -> str:
        sent = {"Accept": accept, **(headers or {})}
        return self._ask(Asked(url=url, params=params or {}, headers=sent, gate=gate))

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        json: object,
        headers: Mapping[str, str] | None = None,
        gate: str | None = None,
    ) -> str:
        return self._ask(
            Asked(url=url, params=params or {}, headers=headers or {}, json=json, gate=gate)
        )

    def _ask(self, question: Asked) -> str:
        self.questions.append(question)
        found = self._answer(question)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, str):
            return found
        said = found.body.decode()
        if found.status >= 500:
            raise SourceError(f"{question.url} answered {found.status}")
        if found.status >= 400:
            message = f"{question.url} answered {found.status}"
            raise RefusedError(message, status=found.status, body=said)
        return said

    @property
    def addresses(self) -> list[str]:
        """What was asked, with its query."""
        return [
            f"{it.url}?{urlencode(it.params)}" if it.params else it.url for it in self.questions
        ]

    @property
    def gates(self) -> set[str | None]:
        return {it.gate for it in self.questions}


def prepared(*answers: Any) -> OfflineWeb:
    """A web that gives these answers one after the other, and the last again and again.

    Errors are raised, texts and answers given as they are, and all else as JSON.
    """
    left = [
        it if isinstance(it, str | Answer | Exception) else json_format.dumps(it) for it in answers
    ]
    return OfflineWeb(lambda _asked: left.pop(0) if len(left) > 1 else left[0])


def playing(route: Callable[[Question], Answer]) -> OfflineWeb:
    """A web that a played service answers."""
    return OfflineWeb(lambda asked: route(asked.on_the_wire))


def ask(web: SourceClient, *papers: Paper, **details: Any) -> FetchRequest:
    """A question for a day on which these papers are known."""
    return FetchRequest(
        **({"day": DAY, "now": NOON, "web": web, "papers": lambda: papers} | details)
    )


def ask_played(played: Played, web: SourceClient, **details: Any) -> FetchRequest:
    """What is asked of a played service on its own day."""
    return ask(web, *played.known, **({"day": played.day, "now": played.now} | details))


def fetched(source: Source, web: SourceClient, **details: Any) -> Batch:
    """What a source gives for a day, read, parsed and put together."""
    kind, asked = get_kind(source.kind), ask(web, **details)
    documents = kind.read(source, asked)
    return kind.join([kind.parse(document, day=asked.day, now=asked.now) for document in documents])


def refusal(status: int, body: str = "") -> RefusedError:
    return RefusedError(f"it answered {status}", status=status, body=body)
