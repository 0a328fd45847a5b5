"""When the operator is told: at once of news, once a day of the same, and once when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON

from digest.app.alert import REPEAT, to_tell
from digest.models.delivery import AlertKind
from digest.storage.alert_log import SentAlert

TROUBLE, WELL = AlertKind.TROUBLE, AlertKind.WELL
KINDS = st.frozensets(st.sampled_from(("silence", "stopped", "source arXiv")))


def told(kinds: set[str], last: set[str] | None, *, hours: float = 1) -> AlertKind | None:
    """What is told of these kinds, so long after others were told."""
    before = None if last is None else SentAlert(kinds=frozenset(last), sent_at=NOON)
    now = NOON + timedelta(hours=hours)
    return to_tell(frozenset(kinds), before, now=now)


@pytest.mark.parametrize(
    ("kinds", "last", "hours", "wanted"),
    [
        (set(), None, 1, None),
        (set(), set(), 1, None),
        ({"silence"}, None, 1, TROUBLE),
        ({"silence"}, set(), 1, TROUBLE),
        ({"silence"}, {"silence"}, 1, None),
        ({"silence"}, {"silence"}, 24, TROUBLE),
        ({"silence"}, {"silence"}, 23.9, TROUBLE),
        ({"stopped"}, {"silence"}, 1, TROUBLE),
        ({"silence"}, {"silence", "stopped"}, 1, TROUBLE),
        (set(), {"silence"}, 1, WELL),
    ],
)
def test_a_run_tells_news_and_repeats_it_once_a_day(
    kinds: set[str], last: set[str] | None, hours: float, wanted: AlertKind | None
) -> None:
    assert told(kinds, last, hours=hours) == wanted


@given(runs=st.lists(KINDS, max_size=30))
def test_the_same_trouble_of_an_hourly_run_is_told_at_most_twice_a_day(
    runs: list[frozenset[str]],
) -> None:
    last, mails, changes, before = None, 0, 0, frozenset[str]()
    for hour, kinds in enumerate(runs):
        now = NOON + timedelta(hours=hour)
        if to_tell(kinds, last, now=now):
            mails, last = mails + 1, SentAlert(kinds=kinds, sent_at=now)
        changes, before = changes + (kinds != before), kinds

    assert changes <= mails <= changes + len(runs) * timedelta(hours=1) / REPEAT
