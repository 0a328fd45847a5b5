"""Values of services that do not keep to their own schema; what cannot be read is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON, paper

from digest.sources import RawDocument, lenient

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        (7.9, 7),
        (0, 0),
        ("1,204", 1204),
        ("1.2k", 1200),
        (" 3 M ", 3_000_000),
        (".5k", 500),
        (-1, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        (2**60, None),
        ("", None),
        ("many", None),
        (None, None),
        ([1], None),
    ],
)
def test_a_count_may_be_a_number_or_written_in_short(value: Any, number: int | None) -> None:
    assert lenient.number(value) == number


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-02-02T12:00:00Z", NOON),
        ("2026-02-02T13:00:00+01:00", NOON),
        ("2026-02-02T12:00:00", NOON),
        ("2026-02-02", datetime(2026, 2, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00+10:00", None),
        ("yesterday", None),
        (1770033600, None),
    ],
)
def test_a_time_without_a_zone_is_taken_as_utc(value: Any, moment: datetime | None) -> None:
    assert lenient.moment(value) == moment


@pytest.mark.parametrize(
    ("value", "moment"), [(1770033600000, NOON), (0, None), (2**52, None), ("soon", None)]
)
def test_milliseconds_of_0_are_unknown(value: Any, moment: datetime | None) -> None:
    assert lenient.milliseconds(value) == moment


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-02-02", DAY),
        ("2026-2-2", DAY),
        ("2026-02-02T12:00:00Z", DAY),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-02-29", None),
        ("2026-02-021", None),
        ("2026-02", None),
        (20260202, None),
    ],
)
def test_a_day_may_lack_its_leading_zeros(value: Any, day: date | None) -> None:
    assert lenient.day(value) == day


def test_what_is_not_a_text_or_a_list_is_an_empty_one() -> None:
    assert [lenient.text(value) for value in (" A  title ", None, 7)] == ["A title", "", ""]
    assert [lenient.items(value) for value in ([1], "ab", None)] == [[1], [], []]


@pytest.mark.parametrize(
    ("value", "texts"),
    [(["a", 1, None, "b"], ["a", "b"]), ("a, b", ["a, b"]), (None, []), (7, []), ({"a": 1}, [])],
)
def test_texts_are_those_in_a_list_or_a_text_alone(value: Any, texts: list[str]) -> None:
    assert lenient.texts(value) == texts


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_not_json_is_an_error_that_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not JSON: "):
        lenient.load(text)


def test_a_batch_counts_what_was_rejected_and_keeps_withdrawals_apart() -> None:
    papers = [paper("1"), "no title", paper("2", withdrawn_on=DAY)]

    found = lenient.batch(RawDocument(where="page", text=""), papers)

    assert (found.papers, found.updates) == ((papers[0],), (papers[2],))
    assert [(one.where, one.reason) for one in found.rejected] == [("page[1]", "no title")]
    assert found.declared == 3


def test_an_unusable_document_is_one_rejected_record() -> None:
    found = lenient.unusable(RawDocument(where="page", text=""), "not JSON")

    assert [(one.where, one.reason) for one in found.rejected] == [("page", "not JSON")]
    assert (found.papers, found.declared) == ((), 1)


@given(ANYTHING)
def test_no_value_raises(value: object) -> None:
    lenient.text(value)
    lenient.items(value)
    lenient.texts(value)
    lenient.day(value)
    lenient.moment(value)
    lenient.milliseconds(value)
    number = lenient.number(value)

    assert number is None or 0 <= number < 2**53
