"""Whatever fails and whatever grows: what was listed in time is mailed, and mailed once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.database import new_database
from support.examples import share
from support.installation import Installation, RecordingTransport
from support.scripted_source import Service, serve

from digest.sources import BUILTIN

MONDAY = date(2026, 2, 2)


@dataclass(frozen=True, kw_only=True)
class Evening:
    """What happens on a day: how much is listed by its evening and after it, and what is down."""

    papers: int
    later: int
    down: tuple[bool, bool]
    #: whether anything runs at all
    runs: bool


EVENINGS = st.lists(
    st.builds(
        Evening,
        papers=st.integers(0, 2),
        later=st.integers(0, 1),
        down=st.tuples(st.booleans(), st.booleans()),
        runs=st.sampled_from([True, True, True, False]),
    ),
    min_size=1,
    max_size=5,
)


def ids(number: int, index: int, papers: int) -> list[str]:
    """The ids of so many papers of an evening and a service."""
    return [f"2602.{number:02}{index}{paper:02}" for paper in range(papers)]


def live(installation: Installation, services: list[Service], evenings: list[Evening]) -> None:
    """Go through the evenings, and at last through one on which all is well."""
    quiet = Evening(papers=1, later=0, down=(False, False), runs=True)
    for number, evening in enumerate([*evenings, quiet]):
        # Weekends are passed over: this service lists nothing on them.
        day = MONDAY + timedelta(days=number + 2 * (number // 5))
        for index, service in enumerate(services):
            service.list(day, *ids(number, index, evening.papers))
            service.down = evening.down[index]
        if evening.runs or number == 0:
            installation.now = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
            installation.fetch(day, only_day=False)
            installation.send(RecordingTransport(), day=day)
        for index, service in enumerate(services):
            service.list(day, *ids(number, index, evening.papers + evening.later))


@settings(max_examples=share(25), deadline=None)
@given(EVENINGS)
def test_what_was_listed_is_mailed_once_when_all_is_well_again(evenings: list[Evening]) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(BUILTIN, "service", "support.scripted_source")
        engine = new_database(Path(folder))
        installation = Installation(engine, Path(folder))
        services = [Service(name="one"), Service(name="two")]
        serve(installation, *services)
        reader = installation.subscribe("ada")
        # All that is listed has room in a mail.
        quotas = replace(installation.app.quotas, per_topic=100, max_papers=100)
        installation.app.__dict__["quotas"] = quotas

        live(installation, services, evenings)

        entries = installation.app.history.records(subscriber_id=reader.id)
        mailed = Counter(
            shown.paper_id
            for entry in entries
            for shown in installation.app.history.contents(entry)
        )
        engine.dispose()
    listed = {str(it["id"]) for service in services for day in service.lists.values() for it in day}
    assert set(mailed) == listed
    assert set(mailed.values()) == {1}
