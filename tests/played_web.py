"""A web without a network: a played service answers at once, and the questions are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wire.web_server import Question

from digest.errors import RefusedError, SourceError
from digest.sources import Ask
from digest.sources.web import Web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from wire.played import Played
    from wire.web_server import Answer


class PlayedWeb(Web):
    """Answers as `route` finds right, and raises what the real one raises."""

    def __init__(self, route: Callable[[Question], Answer]) -> None:
        """Play the service that answers so."""
        super().__init__(frozenset())
        self.questions: list[Question] = []
        self.gates: set[str | None] = set()
        self._route = route

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        gate: str | None = None,
    ) -> str:
        """Answer from the played service."""
        query = {name: [value] for name, value in (params or {}).items()}
        question = Question(path=urlsplit(url).path, query=query, headers={"Accept": accept})
        self.questions.append(question)
        self.gates.add(gate)
        answer = self._route(question)
        said = answer.body.decode()
        if answer.status >= 500:
            raise SourceError(f"{url} answered {answer.status}")
        if answer.status >= 400:
            message = f"{url} answered {answer.status}"
            raise RefusedError(message, status=answer.status, body=said)
        return said


def asked(played: Played, web: Web, **details: Any) -> Ask:
    """What is asked of a played service on its own day."""
    given = {"day": played.day, "now": played.now, "web": web, "papers": lambda: played.known}
    return Ask(**(given | details))
