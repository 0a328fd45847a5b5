"""Which of two records says whether a paper is withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, paper

from digest.models.merge import MergedPaper, SourceAuthority, merge
from digest.models.paper import Paper
from digest.models.withdrawal import settle

LATER = DAY + timedelta(days=2)
ARXIV = SourceAuthority("arXiv", lambda _field: 80)
HF = SourceAuthority("hf", lambda _field: 40)
FIRST = paper("2602.00001", version=1)
GONE = paper("2602.00001", version=2, withdrawn_on=DAY)
BACK = paper("2602.00001", version=3, restored_on=LATER)


def merged(*records: Paper, source: SourceAuthority = ARXIV) -> Paper:
    found = MergedPaper(records[0], {})
    for record in records:
        found = merge(found, record, source)
    return found.paper


def test_a_later_version_that_stands_ends_the_withdrawal() -> None:
    assert merged(FIRST, GONE).withdrawn_on == DAY
    assert merged(FIRST, GONE, BACK).withdrawn_on is None


@pytest.mark.parametrize("order", [*permutations([GONE, BACK])])
def test_the_order_in_which_versions_are_read_does_not_matter(order: tuple[Paper, ...]) -> None:
    assert merged(FIRST, *order).withdrawn_on is None
    assert merged(FIRST, *order, *order).withdrawn_on is None


def test_it_may_be_withdrawn_again() -> None:
    again = replace(GONE, version=4, withdrawn_on=LATER + timedelta(days=1))

    assert merged(FIRST, GONE, BACK, again).withdrawn_on == again.withdrawn_on


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(replace(FIRST, restored_on=LATER), id="an earlier version"),
        pytest.param(replace(BACK, version=2), id="the withdrawn version, without its comment"),
        pytest.param(replace(BACK, restored_on=None), id="a record that does not say so"),
        pytest.param(replace(BACK, restored_on=DAY - timedelta(days=1)), id="an earlier day"),
    ],
)
def test_no_other_record_ends_it(record: Paper) -> None:
    assert merged(FIRST, GONE, record).withdrawn_on == DAY


def test_without_versions_the_later_day_counts() -> None:
    gone, back = replace(GONE, version=None), replace(BACK, version=None)

    assert merged(FIRST, gone, back).withdrawn_on is None
    assert merged(FIRST, gone, replace(back, restored_on=DAY - timedelta(days=1))).withdrawn_on


def test_a_source_that_counts_less_ends_no_withdrawal() -> None:
    gone = merge(MergedPaper(FIRST, {}), GONE, ARXIV)

    assert merge(gone, BACK, HF).paper.withdrawn_on == DAY
    assert merge(merge(MergedPaper(FIRST, {}), GONE, HF), BACK, ARXIV).paper.withdrawn_on is None


FLAGS = ("may_restore", "is_same_source")
DAYS = st.none() | st.dates(DAY, LATER)
PAPERS = st.builds(
    paper,
    st.just("2602.00001"),
    version=st.none() | st.integers(1, 4),
    withdrawn_on=DAYS,
    restored_on=DAYS,
)


@given(PAPERS, PAPERS, st.fixed_dictionaries(dict.fromkeys(FLAGS, st.booleans())))
def test_a_record_never_says_both_and_loses_nothing_else(
    known: Paper, other: Paper, flags: dict[str, bool]
) -> None:
    found = settle(known, other, **flags)

    assert not (found.withdrawn_on and found.restored_on)
    assert replace(found, withdrawn_on=None, restored_on=None) == replace(
        other, withdrawn_on=None, restored_on=None
    )
