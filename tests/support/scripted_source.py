"""A kind of source whose service has what a test puts into a dict, for any day.

Its list is complete when the day has ended; it lists nothing on weekends, and is early before six.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from support.installation import RecordingTransport

from digest.errors import SourceError
from digest.models.source import Forecast, Outlook
from digest.sources import FetchRequest, Kind, RawDocument, Source, jsonl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.installation import Installation

    from digest.models.source import SourceState


FRIDAY, SATURDAY, MONDAY = date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 2)
TUESDAY, WEDNESDAY, THURSDAY = date(2026, 2, 3), date(2026, 2, 4), date(2026, 2, 5)
ONE, TWO, THREE, FOUR = (f"2602.0000{number}" for number in (1, 2, 3, 4))


@dataclass(kw_only=True)
class Service:
    """The lists of a service by day; other days are empty."""

    name: str = "service"
    lists: dict[date, list[Mapping[str, object]]] = field(default_factory=dict)
    down: bool = False
    #: single days for which it is down
    gone: set[date] = field(default_factory=set)
    #: the days of the requests
    asked: list[date] = field(default_factory=list)

    def list(self, day: date, /, *ids: str, **details: Any) -> None:
        """Have papers about agents on a day, each with its own words."""
        self.lists[day] = [
            {"id": known, "title": f"An agent named {known}", "abstract": f"Agent {known}.",
             "day": day.isoformat(), **details}
            for known in ids
        ]  # fmt: skip

    @property
    def source(self) -> Source:
        return Source(name=self.name, kind="service", options={"service": self})


def read(source: Source, request: FetchRequest) -> Iterator[RawDocument]:
    service = cast("Service", source.options["service"])
    service.asked.append(request.day)
    if service.down or request.day in service.gone:
        raise SourceError("the service is down")
    lines = [json.dumps(record) for record in service.lists.get(request.day, ())]
    yield RawDocument(where=f"service/{request.day}", text="\n".join(lines))


def forecast(day: date, now: datetime) -> Forecast:
    if day.weekday() >= 5:
        return Forecast(Outlook.NOTHING, f"the service lists nothing on {day:%A}s")
    if now < datetime.combine(day, time(6), UTC):
        return Forecast(Outlook.EARLY, "the service's list of today has only begun")
    return Forecast()


KIND = Kind(read=read, parse=jsonl.parse, rank=60, forecast=forecast, whole_after=timedelta(days=1))


def serve(installation: Installation, *services: Service) -> None:
    """Make these services the only sources of the installation."""
    installation.app.__dict__["sources"] = tuple(service.source for service in services)
    installation.app.__dict__["fetcher"] = replace(
        installation.app.fetcher, client_for=lambda _source: cast("Any", None)
    )


def evening(
    installation: Installation, day: date, transport: RecordingTransport | None = None
) -> RecordingTransport:
    """Run a day as the daemon would, at six in the evening."""
    installation.now = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    installation.fetch(day, only_day=False)
    used = transport or RecordingTransport()
    installation.send(used, day=day)
    return used


def states(installation: Installation, day: date) -> dict[str, SourceState]:
    """How the fetches of a day ended, by source."""
    return {one.source: one.state for one in installation.app.fetch_log.on(day)}
