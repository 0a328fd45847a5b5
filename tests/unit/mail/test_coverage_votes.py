"""The statement says when the votes were read that the order rests on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from support.builders import DAY, NOON

from digest.mail.coverage import statement
from digest.models.issue import Coverage

TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    ("read_at", "said"),
    [
        (NOON, "Votes as of 12:00 UTC."),
        (NOON.astimezone(TOKYO), "Votes as of 12:00 UTC."),
        (NOON + timedelta(days=1, hours=-5), "Votes as of 3 February, 07:00 UTC."),
    ],
)
def test_the_statement_says_when_votes_were_read(read_at: datetime, said: str) -> None:
    assert statement(Coverage(day=DAY, considered=3, votes_read_at=read_at))[1] == said


def test_nothing_is_said_of_votes_that_do_not_count() -> None:
    assert len(statement(Coverage(day=DAY, considered=3))) == 1
