"""A client for tests, and a watch that goes on only while somebody waits by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from support.builders import NOON

from digest.sources.http.client import HTTPClient

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Protocol

    from digest.sources.http.client import SourceClient

    class Asking(Protocol):
        """Makes HTTP for a source that is on this machine."""

        def __call__(self, watch: Watch | None = None, **details: Any) -> SourceClient: ...


LOOPBACK = frozenset({"127.0.0.1"})


@dataclass
class Watch:
    """A clock and the waits that were asked of it."""

    at: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.at += timedelta(seconds=seconds)


def client(folder: Path, watch: Watch | None = None, **details: Any) -> HTTPClient:
    watch = watch or Watch()
    defaults: dict[str, Any] = {
        "agent": "papers-digest/0 (mailto:ops@example.net)",
        "timeout": 5.0,
        "clock": watch.now,
        "sleep": watch.sleep,
    }
    return HTTPClient(folder, **(defaults | details))
