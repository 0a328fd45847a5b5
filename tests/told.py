"""A web without a wire: sources ask it, and a function answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

from builders import DAY, NOON
from wire.web_server import Answer, Question

from digest import sources
from digest.errors import RefusedError
from digest.sources import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from digest.models import Batch
    from digest.sources import Location
    from digest.sources.web import Web


class Told:
    """Answers as a server would, and keeps what it was asked."""

    def __init__(self, tell: Callable[[Question], Answer]) -> None:
        """Answer by a function."""
        self.asked: list[str] = []
        self._tell = tell

    def get(self, url: str, params: Mapping[str, str] | None = None, **_: Any) -> str:
        """Answer one question; 4xx is a refusal."""
        query = dict(params or {})
        self.asked.append(f"{url}?{urlencode(query)}" if query else url)
        answer = self._tell(
            Question(
                path=urlsplit(url).path,
                query={name: [value] for name, value in query.items()},
                headers={},
            )
        )
        body = answer.body.decode()
        if answer.status >= 400:
            message = f"{url} answered {answer.status}: {body}"
            raise RefusedError(message, status=answer.status, body=body)
        return body


def told(*answers: Any) -> Told:
    """A web that gives these answers one after the other, as JSON unless they are text."""
    left = [it if isinstance(it, str) else json.dumps(it) for it in answers]
    return Told(lambda _: Answer(body=left.pop(0).encode()))


def asking(web: Told, *, day: date = DAY, now: datetime = NOON) -> Ask:
    """A question for a day."""
    return Ask(day=day, now=now, web=cast("Web", web), papers=list)


def fetched(location: Location, web: Told, *, day: date = DAY, now: datetime = NOON) -> Batch:
    """What a source gives for a day, read, parsed and put together."""
    kind = sources.find(location.kind)
    raws = kind.read(location, asking(web, day=day, now=now))
    return kind.join([kind.parse(raw, day=day, now=now) for raw in raws])
