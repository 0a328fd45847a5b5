"""Papers that were asked for in vain: not for ever, and only as long as somebody wants them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON

from digest.storage.lookups import PAUSE, TIMES, LookupLog

if TYPE_CHECKING:
    import sqlalchemy as sa

WANTED = {"2401.00001", "2401.00002"}


@pytest.fixture
def log(engine: sa.Engine) -> LookupLog:
    return LookupLog(engine)


def test_what_was_never_asked_for_is_due(log: LookupLog) -> None:
    assert log.due(WANTED, now=NOON) == WANTED


def test_an_unknown_paper_rests_between_questions_and_after_the_last(log: LookupLog) -> None:
    now = NOON
    for _ in range(TIMES):
        assert log.due(WANTED, now=now) == WANTED
        log.record({"2401.00001"}, wanted=WANTED, now=now)
        assert log.due(WANTED, now=now) == {"2401.00002"}
        now += PAUSE

    assert log.due(WANTED, now=now + timedelta(days=99)) == {"2401.00002"}


def test_what_nobody_wants_any_more_is_forgotten(log: LookupLog) -> None:
    log.record(WANTED, wanted=WANTED, now=NOON)
    log.record(set(), wanted={"2401.00002"}, now=NOON)

    assert log.due(WANTED, now=NOON) == {"2401.00001"}
