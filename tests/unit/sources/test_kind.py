"""A kind of source: how its batches are joined, and how much its values count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, ids, paper

from digest.models.source import Batch, Channel, Forecast, Rejected
from digest.sources import get_kind
from digest.sources.kind import Kind, RawDocument, Source, join_batches

if TYPE_CHECKING:
    from datetime import date, datetime


def parse(document: RawDocument, *, day: date, now: datetime) -> Batch:
    return Batch()


KIND = Kind(read=lambda _source, _request: [], parse=parse, rank=40, knows={"venue": 90})


def test_batches_are_joined_in_order_and_their_counts_added() -> None:
    one = Batch(papers=(paper("1"),), declared=2, rejected=(Rejected(where="a", reason="b"),))
    two = Batch(
        papers=(paper("2"), paper("1")),
        updates=(paper("3"),),
        declared=3,
        channels=(Channel(name="cs.CL", parsed=2),),
    )

    found = join_batches([one, two])

    assert ids(found.papers) == ["1", "2", "1"]
    assert ids(found.updates) == ["3"]
    assert (found.declared, found.rejected, found.channels) == (5, one.rejected, two.channels)


def test_of_several_troubles_the_first_is_told() -> None:
    batches = [Batch(), Batch(trouble="first"), Batch(trouble="second")]

    assert join_batches(batches).trouble == "first"
    assert join_batches([]) == Batch()


def test_a_warning_that_several_documents_give_is_told_once() -> None:
    batches = [Batch(warnings=("one", "two")), Batch(warnings=("two", "three"))]

    assert join_batches(batches).warnings == ("one", "two", "three")


@pytest.mark.parametrize("name", ["arxiv", "biorxiv", "openreview", "jsonl", "huggingface"])
def test_every_kind_passes_warnings_on(name: str) -> None:
    document = RawDocument(where="x", text="", channel="x", trouble="it rains")
    batch = replace(get_kind(name).parse(document, day=DAY, now=NOON), warnings=("not understood",))

    assert get_kind(name).join([batch, batch]).warnings == ("not understood",)


def test_a_kind_s_values_count_by_its_rank_and_more_where_it_knows_better() -> None:
    assert (KIND.authority("venue"), KIND.authority("title")) == (90, 40)


def test_without_a_calendar_papers_are_due_every_day() -> None:
    assert KIND.forecast(DAY, NOON) == Forecast()


def test_a_source_does_not_show_its_key() -> None:
    assert "hidden" not in repr(Source(name="s", kind="github", key="hidden"))
