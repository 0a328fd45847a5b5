"""Papers, their links and signals, and how they were announced."""

from __future__ import annotations

from datetime import datetime

import pytest
from support.builders import NOON, paper

from digest.models.paper import MERGED_FIELDS, AnnounceType, Links, Signals


@pytest.mark.parametrize("name", ["published_at", "featured_at", "observed_at"])
def test_a_time_without_a_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} of 2602\.00001 has no time zone"):
        paper(**{name: datetime(2026, 2, 2, 12)})  # noqa: DTZ001

    assert getattr(paper(**{name: NOON}), name) == NOON


@pytest.mark.parametrize(
    ("signals", "known"),
    [
        (Signals(), False),
        (Signals(upvotes=0), True),
        (Signals(comments=1), True),
        (Signals(stars=0), True),
        (Signals(citations=2), True),
    ],
)
def test_a_signal_of_zero_is_known(signals: Signals, known: bool) -> None:  # noqa: FBT001
    assert signals.known is known


def test_the_best_link_is_the_abstract_page_and_then_a_page_to_read() -> None:
    links = Links(code="5", pdf="4", project="3", page="2", abs="1")

    assert links.best_first == ("1", "2", "3", "4", "5")
    assert Links(pdf="4", page="2").best_first == ("2", "4")


def test_a_new_version_is_no_news() -> None:
    assert [kind for kind in AnnounceType if kind.is_news] == [AnnounceType.NEW, AnnounceType.CROSS]


def test_the_fields_of_a_work_leave_out_what_a_source_says_of_one_day() -> None:
    assert {"title", "abstract", "withdrawn_on"} <= set(MERGED_FIELDS)
    assert {"id", "links", "day", "signals", "sources"} & set(MERGED_FIELDS) == set()
