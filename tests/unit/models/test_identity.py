"""Under which id the records of one work meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.identity import arxiv_id, arxiv_links, canonical_id, doi, is_weak, title_key


@pytest.mark.parametrize(
    "text",
    [
        "2602.00001",
        "2602.00001v3",
        " 2602.00001 ",
        "arXiv:2602.00001",
        "ARXIV:2602.00001v2",
        "oai:arXiv.org:2602.00001v1",
        "http://arxiv.org/abs/2602.00001v1",
        "https://www.arxiv.org/abs/2602.00001/",
        "https://export.arxiv.org/abs/2602.00001",
        "https://arxiv.org/pdf/2602.00001v2.pdf",
        "https://arxiv.org/html/2602.00001v1",
        "https://huggingface.co/papers/2602.00001",
        "10.48550/arXiv.2602.00001",
        "https://doi.org/10.48550/arxiv.2602.00001",
    ],
)
def test_every_way_to_name_an_arxiv_paper_gives_its_id_without_version(text: str) -> None:
    assert arxiv_id(text) == "2602.00001"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0704.0001", "0704.0001"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
    ],
)
def test_both_of_arxivs_schemes_are_known(text: str, found: str) -> None:
    assert arxiv_id(text) == found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("2602.001", id="too short"),
        pytest.param("2602.000011", id="too long"),
        pytest.param("version 2602.00001 of it", id="inside a sentence"),
        pytest.param("https://example.org/abs/2602.00001", id="somebody else's page"),
        pytest.param("https://huggingface.co/datasets/2602.00001", id="not a paper's page"),
        pytest.param("２６０２.００００１", id="digits of another script"),
        pytest.param("10.1000/2602.00001", id="somebody else's DOI"),
    ],
)
def test_what_does_not_name_an_arxiv_paper_has_no_arxiv_id(text: str) -> None:
    assert arxiv_id(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "10.1000/ABC.7",
        "doi:10.1000/abc.7",
        "DOI:10.1000/Abc.7",
        "https://doi.org/10.1000/abc.7",
        "http://dx.doi.org/10.1000/abc.7",
    ],
)
def test_every_way_to_write_a_doi_gives_it_in_lower_case(text: str) -> None:
    assert doi(text) == "10.1000/abc.7"


@pytest.mark.parametrize("text", ["", "10.1/x", "10.1000/", "10.1000/a b", "see 10.1000/abc"])
def test_what_is_no_doi_is_not_taken_for_one(text: str) -> None:
    assert doi(text) is None


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("PIRÁ 2.0: TIDES AND SALT", id="case"),
        pytest.param("Pirá 2.0 – Tides and Salt", id="marks"),
        pytest.param("Pira 2.0: Tides  and Salt.", id="accents and spaces"),
        pytest.param("Pira\u0301 2.0: Tides and Salt", id="letter and mark apart"),
        pytest.param("Ｐirá 2.0: Tides and Salt", id="wide letters"),
    ],
)
def test_spelling_does_not_tell_titles_apart(other: str) -> None:
    assert title_key(other) == title_key("Pirá 2.0: Tides and Salt")


@pytest.mark.parametrize("other", ["Pirá 2.1: Tides and Salt", "Pirá 2.0: Tides", "大模型", "語言"])
def test_letters_and_digits_tell_titles_apart(other: str) -> None:
    assert title_key(other) != title_key("Pirá 2.0: Tides and Salt")


@given(st.text())
def test_folding_a_title_twice_changes_nothing(title: str) -> None:
    key = title_key(title)

    assert title_key(key) == key


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        pytest.param("arXiv:2602.00001v2", "2602.00001", id="arXiv"),
        pytest.param("https://doi.org/10.1000/ABC", "10.1000/abc", id="DOI"),
        pytest.param("10.48550/arXiv.2602.00001", "2602.00001", id="arXiv before DOI"),
        pytest.param("title:0123456789abcdef", "title:0123456789abcdef", id="our own"),
    ],
)
def test_a_known_identifier_is_the_canonical_id(identifier: str, found: str) -> None:
    assert canonical_id(identifier, "Tides and Salt") == found


@pytest.mark.parametrize("identifier", [None, "", "note-17", "https://example.org/17"])
def test_an_identifier_of_one_source_only_gives_way_to_the_title(identifier: str | None) -> None:
    assert canonical_id(identifier, "Tides and Salt") == canonical_id(None, "TIDES AND SALT")


def test_the_first_author_tells_works_of_one_title_apart() -> None:
    ours = canonical_id(None, "Tides", "Ada Moor")

    assert ours == canonical_id(None, "tides", "ADA MOOR")
    assert ours != canonical_id(None, "Tides", "Bo Fen")


@given(st.text(), st.text(), st.text())
def test_every_record_has_an_id_that_is_its_own_canonical_id(
    identifier: str, title: str, author: str
) -> None:
    found = canonical_id(identifier, title, author)

    assert canonical_id(found, "another title") == found


@pytest.mark.parametrize(
    ("paper_id", "weak"),
    [("2602.00001", False), ("10.1000/abc", False), (canonical_id(None, "Tides"), True)],
)
def test_an_id_made_from_a_title_is_weak(paper_id: str, weak: bool) -> None:  # noqa: FBT001
    assert is_weak(paper_id) is weak


def test_an_arxiv_paper_has_two_addresses() -> None:
    assert arxiv_links("hep-th/9901001") == (
        "https://arxiv.org/abs/hep-th/9901001",
        "https://arxiv.org/pdf/hep-th/9901001",
    )


@pytest.mark.parametrize("paper_id", ["10.1000/abc", "title:0123456789abcdef"])
def test_another_id_has_no_address_at_arxiv(paper_id: str) -> None:
    assert arxiv_links(paper_id) is None
