"""How sources were read: the last word on each day, and what is owed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON

from digest.models.source import Channel, Rejected, SourceReport, SourceState
from digest.storage.fetches import FetchLog, FetchRecord

LATER = NOON + timedelta(hours=6)
NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def fetch_log(engine: sa.Engine) -> FetchLog:
    return FetchLog(engine)


def test_the_last_fetch_of_a_source_for_a_day_counts(fetch_log: FetchLog) -> None:
    failed = SourceReport(source="hf", day=DAY, state=SourceState.FAILED, reason="no answer")
    read = SourceReport(
        source="hf",
        day=DAY,
        state=SourceState.OK,
        declared=3,
        parsed=2,
        new=1,
        merged=1,
        channels=(Channel(name="cs.CL", parsed=2, declared=3),),
        rejected=(Rejected(where="x[0]", reason="no title"),),
    )

    fetch_log.record(failed, at=NOON)
    fetch_log.record(read, at=LATER)

    assert fetch_log.on(DAY) == [
        FetchRecord(
            source="hf",
            state=SourceState.OK,
            at=LATER,
            declared=3,
            parsed=2,
            rejected=1,
            other_days=0,
            new=1,
            merged=1,
            channels=(Channel(name="cs.CL", parsed=2, declared=3),),
            reason=None,
        )
    ]


def test_fetches_of_other_sources_and_days_stand_beside_it(fetch_log: FetchLog) -> None:
    for source, day in (("page", DAY), ("hf", DAY), ("hf", NEXT_DAY)):
        fetch_log.record(SourceReport(source=source, day=day, state=SourceState.OK), at=NOON)

    assert [it.source for it in fetch_log.on(DAY)] == ["hf", "page"]
    assert [it.source for it in fetch_log.on(NEXT_DAY)] == ["hf"]


def test_a_time_without_a_zone_is_not_stored(fetch_log: FetchLog) -> None:
    report = SourceReport(source="hf", day=DAY, state=SourceState.OK)

    with pytest.raises(sa.exc.StatementError, match="a time without a zone cannot be stored"):
        fetch_log.record(report, at=NOON.replace(tzinfo=None))


def test_the_newest_reading_is_that_which_was_written_last(fetch_log: FetchLog) -> None:
    assert (fetch_log.newest("hf"), fetch_log.newest_time()) == (None, None)
    for day, at in ((NEXT_DAY, NOON), (DAY, LATER)):
        fetch_log.record(SourceReport(source="hf", day=day, state=SourceState.OK), at=at)

    newest = fetch_log.newest("hf")

    assert newest is not None
    assert newest.at == fetch_log.newest_time() == LATER
