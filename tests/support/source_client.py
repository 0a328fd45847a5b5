"""An HTTP client for tests, and a clock that advances only when a test sleeps by it."""

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

    class MakeClient(Protocol):
        """Creates a client for a source on this machine."""

        def __call__(self, clock: ManualClock | None = None, **details: Any) -> SourceClient: ...


LOOPBACK = frozenset({"127.0.0.1"})


@dataclass
class ManualClock:
    """A clock, and the seconds of each sleep."""

    at: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.at += timedelta(seconds=seconds)


def client(folder: Path, clock: ManualClock | None = None, **details: Any) -> HTTPClient:
    clock = clock or ManualClock()
    defaults: dict[str, Any] = {
        "user_agent": "papers-digest/0 (mailto:ops@example.net)",
        "timeout": 5.0,
        "clock": clock.now,
        "sleep": clock.sleep,
    }
    return HTTPClient(folder, **(defaults | details))
