"""Lists of authors on one line, split into names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.authors import MAX_NAME_LENGTH, clean_names, split_creators, split_semicolons
from digest.text.clean import clean

PIECES = (
    *("\\", "$", "{", "}", "(", ")", "((", ",", ";", ":", " and ", " & ", "[", "1", "*", "†", "."),
    *("A. Doe", "Jr.", "III", "Univ. X", '\\"u', "{\\L}", "&uuml;", " et al.", "Roe, R.", "<b>"),
    *(" for the X Collaboration", "``", "--", "\u200b", "\u0301"),
)
LISTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=25).map("".join)
PLAIN = st.from_regex(r"[A-ZÀ-Ö][a-zà-ö]{1,8} [B-Z][a-zà-ö]{1,8}", fullmatch=True)


def test_an_accent_in_a_name_becomes_a_letter() -> None:
    assert split_creators(r"J. M\"uller, {\L}. K{\'o}s") == ("J. Müller", "Ł. Kós")


def test_names_with_the_last_name_first_are_reversed() -> None:
    assert split_semicolons("Doe, J.; Roe, R.") == ("J. Doe", "R. Roe")


def test_an_affiliation_with_commas_is_no_author() -> None:
    found = split_creators("Ada Doe, Bo Roe (Univ. X, Dept. Y), Cy Foe")

    assert found == ("Ada Doe", "Bo Roe", "Cy Foe")


def test_three_thousand_authors_are_all_found() -> None:
    assert len(split_creators(", ".join(["Ada Example-Doe"] * 3000))) == 3000


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param("Ada Doe", ("Ada Doe",), id="one"),
        pytest.param("", (), id="nobody"),
        pytest.param(", ,", (), id="only commas"),
        pytest.param("Ada Doe and Bo Roe, and Cy Foe", ("Ada Doe", "Bo Roe", "Cy Foe"), id="and"),
        pytest.param("Anders Sand, Rand Band", ("Anders Sand", "Rand Band"), id="and in a name"),
        pytest.param(
            "A. Doe (1), B. Roe (2 and 3) ((1) Univ X, (2) Univ Y, (3) Z)",
            ("A. Doe", "B. Roe"),
            id="list of affiliations at the end",
        ),
        pytest.param("A. Doe (X (Y, Z), W), B. Roe", ("A. Doe", "B. Roe"), id="nested"),
        pytest.param("A. Doe), B. Roe", ("A. Doe", "B. Roe"), id="closed twice"),
        pytest.param("A. Doe (Univ. X, Dept. Y", ("A. Doe",), id="never closed"),
        pytest.param("Ada (Bobby) Doe, Cy", ("Ada Doe", "Cy"), id="nickname"),
        pytest.param("Ada Doe1, Bo Roe2,*, Cy Foe†", ("Ada Doe", "Bo Roe", "Cy Foe"), id="marks"),
        pytest.param("A. Doe, Jr., B. Roe", ("A. Doe Jr.", "B. Roe"), id="junior"),
        pytest.param("Ada Doe, et al.", ("Ada Doe",), id="et al."),
        pytest.param("Ada Doe for the X Team", ("Ada Doe", "X Team"), id="for a collaboration"),
        pytest.param(
            "X Collaboration: A. Doe, B. Roe",
            ("X Collaboration", "A. Doe", "B. Roe"),
            id="collaboration and its members",
        ),
        pytest.param("J&ouml;rg M&uuml;ller, B", ("Jörg Müller", "B"), id="entities"),
        pytest.param("王伟, Łukasz Ó", ("王伟", "Łukasz Ó"), id="other alphabets"),
    ],
)
def test_a_list_with_commas_is_split(line: str, names: tuple[str, ...]) -> None:
    assert split_creators(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param("Doe, J.", ("J. Doe",), id="one"),
        pytest.param(
            "Doe, J., Jr.; van der Roe, A. B.;", ("J. Doe Jr.", "A. B. van der Roe"), id="jr"
        ),
        pytest.param("The X Consortium; Roe, R", ("The X Consortium", "R Roe"), id="consortium"),
        pytest.param("M&uuml;ller, J.; O'Neil, P", ("J. Müller", "P O'Neil"), id="entities"),
        pytest.param(r"M\"uller, J.", ("J. Müller",), id="TeX"),
        pytest.param(";;", (), id="nobody"),
    ],
)
def test_a_list_with_semicolons_is_split(line: str, names: tuple[str, ...]) -> None:
    assert split_semicolons(line) == names


@given(LISTS | st.text())
def test_the_names_of_any_list_can_be_shown(line: str) -> None:
    for name in (*split_creators(line), *split_semicolons(line)):
        assert name == clean(name) != ""
        assert len(name) <= MAX_NAME_LENGTH


@given(st.lists(PLAIN, max_size=8))
def test_plain_names_come_back_as_they_were(names: list[str]) -> None:
    assert split_creators(", ".join(names)) == tuple(names)
    assert split_semicolons("; ".join(names)) == tuple(names)


@pytest.mark.parametrize("part", ["(", "(a,", "{", "\\", "a,", "*", " and ", "$", ";", '\\"u,'])
def test_a_list_of_any_length_comes_to_an_end(part: str) -> None:
    longest = max(map(len, split_creators(part * 100_000)), default=0)

    assert longest <= MAX_NAME_LENGTH


@pytest.mark.parametrize(
    ("names", "cleaned"),
    [
        (["Lamp Collaboration", ":", "Ada Roe"], ("Lamp Collaboration", "Ada Roe")),
        (["Bo Doe for the Lamp Collaboration"], ("Bo Doe", "Lamp Collaboration")),
        (["Bo Doe (for the Lamp Team)", "Cy Roe"], ("Bo Doe", "Lamp Team", "Cy Roe")),
        (["Bo Doe on behalf of the Fog Consortium"], ("Bo Doe", "Fog Consortium")),
        (["Lamp Team", "Bo Doe for the Lamp Team"], ("Lamp Team", "Bo Doe")),
        (["Lamp Collaboration:", "Ada Roe"], ("Lamp Collaboration", "Ada Roe")),
        (["(Lamp Collaboration)"], ("Lamp Collaboration",)),
        (["Bo Doe representing the Lamp Collaboration"], ("Bo Doe", "Lamp Collaboration")),
        (["Bo Doe from the Lamp Collaboration"], ("Bo Doe", "Lamp Collaboration")),
        (["Bo Doe on behalf of Lamp II"], ("Bo Doe", "Lamp II")),
        (["Bo Doe for the Lamp Investigators"], ("Bo Doe", "Lamp Investigators")),
        (["Institute for the Lamp Project"], ("Institute for the Lamp Project",)),
        (["Wei Wang", "Wei Wang"], ("Wei Wang", "Wei Wang")),
        (["", " ", "-", ";", "et al.", "and", "and others", "Ada Roe et al."], ("Ada Roe",)),
        ([r'J\"urgen <i>Moor</i>*', "Bo Fen1,2"], ("Jürgen Moor", "Bo Fen")),
        (["Al Fortune for"], ("Al Fortune for",)),
    ],
)  # fmt: skip
def test_names_that_come_one_by_one_are_cleaned_like_those_of_a_list(
    names: list[str], cleaned: tuple[str, ...]
) -> None:
    assert clean_names(names) == cleaned


def test_a_collaboration_in_a_list_is_a_name_of_its_own() -> None:
    assert split_creators("Bo Doe for the Lamp Collaboration, Cy Roe") == (
        "Bo Doe", "Lamp Collaboration", "Cy Roe",
    )  # fmt: skip


@given(st.lists(st.text(max_size=30), max_size=5))
def test_cleaned_names_are_clean(names: list[str]) -> None:
    cleaned = clean_names(names)

    assert all(clean_names([name])[:1] == (name,) for name in cleaned)
