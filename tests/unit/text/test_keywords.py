"""Keywords: one list of clean, short, distinct ones, however a source sends them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import grows_evenly

from digest.text.clean import clean
from digest.text.keywords import LONGEST, MOST, clean_keywords


@pytest.mark.parametrize(
    ("texts", "keywords"),
    [
        pytest.param([], (), id="none"),
        pytest.param(["lamps", "fog"], ("lamps", "fog"), id="a list"),
        pytest.param(["lamps, fog,moss"], ("lamps", "fog", "moss"), id="one text with commas"),
        pytest.param(["lamps; fog;moss."], ("lamps", "fog", "moss"), id="one with semicolons"),
        pytest.param(["lamps, oil; fog"], ("lamps, oil", "fog"), id="one with both"),
        pytest.param(["灯，雾、苔"], ("灯", "雾", "苔"), id="in Chinese"),
        pytest.param(["lamps; fog", "moss"], ("lamps", "fog", "moss"), id="semicolons in a list"),
        pytest.param(
            ["fog, moss and lamps", "tides"], ("fog, moss and lamps", "tides"), id="comma in a list"
        ),
        pytest.param(
            ["lamps (oil, gas; wax), fog"], ("lamps (oil, gas; wax)", "fog"), id="parentheses"
        ),
        pytest.param(["1,000 lamps, fog"], ("1,000 lamps", "fog"), id="comma in a number"),
        pytest.param(
            ["$L_{2}$ norm", "K\\\"uhn's lamp", "<i>R&amp;D</i>"],
            ("L₂ norm", "Kühn's lamp", "R&D"),
            id="markup",
        ),
        pytest.param([" oil\u200b  lamps\n", "oil lamps"], ("oil lamps",), id="blanks"),
        pytest.param(["Fog", "FOG", "fog."], ("Fog",), id="case"),
        pytest.param(["U.S. lamps in the U.S.", "3D"], ("U.S. lamps in the U.S.", "3D"), id="stop"),
        pytest.param(["", "—", " . ", "fog"], ("fog",), id="no word"),
    ],
)
def test_keywords_are_clean_and_each_one_thing(texts: list[str], keywords: tuple[str, ...]) -> None:
    assert clean_keywords(texts) == keywords


def test_of_a_thousand_keywords_the_first_count() -> None:
    many = [f"lamp {number}" for number in range(1000)]

    assert clean_keywords(many) == tuple(many[:MOST])
    assert clean_keywords([", ".join(many)]) == tuple(many[:MOST])


def test_keywords_that_repeat_take_no_place() -> None:
    assert clean_keywords(["lamp"] * 200 + ["fog"]) == ("lamp", "fog")


def test_a_sentence_among_keywords_is_cut_between_words() -> None:
    found = clean_keywords(["We count lamps in fog " * 50, "fog"])

    assert found[0].endswith(" We count…")
    assert (len(found[0]) <= LONGEST, found[1:]) == (True, ("fog",))


def test_a_list_that_is_one_of_several_texts_is_still_a_list() -> None:
    many = [f"kind of lamp {number}" for number in range(9)]

    assert clean_keywords(["fog", ", ".join(many)]) == ("fog", *many)


#: Texts of what has a meaning here, which arbitrary text hardly ever combines.
TEXTS = st.text() | st.lists(
    st.sampled_from([*"(){}[],;，；.&<>$_^\\ \n-", "lamp", "Fog", "&amp;", "x" * 60, "α", "1"])
).map("".join)


@given(st.lists(TEXTS, max_size=40))
def test_clean_keywords_stay_and_are_few_short_distinct_and_clean(texts: list[str]) -> None:
    found = clean_keywords(texts)

    assert clean_keywords(found) == found
    assert [clean(keyword) for keyword in found] == list(found)
    assert len({keyword.casefold() for keyword in found}) == len(found) <= MOST
    assert all(0 < len(keyword) <= LONGEST for keyword in found)


@pytest.mark.parametrize("piece", ["(", "a,", "a;", "(a),", ". ", "&amp;", "lamp "])
def test_texts_of_any_length_are_read_evenly(piece: str) -> None:
    assert grows_evenly(lambda length: clean_keywords([piece * length]), 20_000)
