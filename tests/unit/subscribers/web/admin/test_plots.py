"""Plots as SVG: what is drawn, what is said of it, and that no text can be markup."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.web.admin.plots import Column, bar, ceiling, columns, strip

SERIES = ("sent", "failed")


def rects(svg: str) -> list[dict[str, str]]:
    """The rectangles that are drawn, apart from those that a pointer finds."""
    found = [it.attrib for it in ET.fromstring(svg).iter("rect")]  # noqa: S314 (our own)
    return [it for it in found if it["class"] != "p-none"]


def texts(svg: str) -> list[str]:
    return [it.text or "" for it in ET.fromstring(svg).iter("title")]  # noqa: S314 (our own)


def test_the_parts_of_a_column_stand_on_each_other() -> None:
    svg = columns("x", "Issues", "", [Column(label="a", numbers={"failed": 2, "sent": 6})], SERIES)

    sent, failed = rects(svg)
    assert (sent["class"], sent["y"], sent["height"]) == ("p-sent", "25", "75")
    assert (failed["class"], failed["y"], failed["height"]) == ("p-failed", "0", "25")


def test_a_plot_says_what_it_shows_and_each_column_its_numbers() -> None:
    shown = [Column(label="Mon", numbers={"sent": 1200}), Column(label="Tue", numbers={})]

    svg = columns("x", "Issues", "All were sent.", shown, SERIES)

    assert texts(svg) == ["Issues", "Mon: 1,200 sent", "Tue: none"]
    assert 'role="img" ' in svg
    assert 'aria-labelledby="x-title x-desc"' in svg
    assert ">All were sent.</desc>" in svg


def test_a_plot_of_nothing_has_no_columns() -> None:
    assert rects(columns("x", "Issues", "", [], SERIES)) == []


def test_texts_are_no_markup() -> None:
    nasty = '<script>"&</script>'

    for svg in (
        columns("x", nasty, nasty, [Column(label=nasty, numbers={})], SERIES),
        strip("x", nasty, [(nasty, "ok")]),
    ):
        assert "<script" not in svg
        assert texts(svg)[0] == nasty


def test_a_bar_is_as_long_as_its_part_of_the_longest() -> None:
    [sent, failed] = rects(bar({"sent": 20, "failed": 5}, SERIES, most=50))

    assert (sent["x"], sent["width"]) == ("0", "40")
    assert (failed["x"], failed["width"]) == ("40", "10")
    assert rects(bar({}, SERIES, most=0)) == []


def test_in_a_strip_trouble_stands_higher_than_what_went_well() -> None:
    svg = strip("x", "arXiv", [("1", "ok"), ("2", "empty"), ("3", ""), ("4", "failed")])

    heights = [(it["class"], float(it["height"])) for it in rects(svg)]
    assert heights == [("p-ok", 35), ("p-empty", 15), ("p-failed", 100)]
    assert texts(svg)[3] == "3: not read"


@pytest.mark.parametrize(
    ("number", "top"), [(0, 1), (1, 1), (7, 8), (201, 240), (999, 1000), (0.3, 0.3), (85_000, 1e5)]
)
def test_an_axis_ends_with_a_round_number(number: float, top: float) -> None:
    assert ceiling(number) == pytest.approx(top)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_an_axis_ends_above_its_columns_and_not_far_above(number: float) -> None:
    assert number * (1 - 1e-6) <= ceiling(number) <= number * 1.5
