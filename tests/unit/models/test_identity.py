"""Under which id the records of one work meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.models.identity import (
    addresses,
    arxiv_id,
    arxiv_links,
    canonical_id,
    doi,
    is_understood,
    is_weak,
    key,
    spellings,
    strength,
    title_key,
)

SHA = "0123456789abcdef0123456789abcdef01234567"


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
        "arXiv: 2602.00001",
        "arXiv:2602.00001v1 [cs.CL] 2 Feb 2026",
        "arXiv:2602.00001v1  [cs.CL, cs.AI]  2 Feb 2026",
        "arXiv:2602.00001 [cs.CL] (or arXiv:2602.00001v1 [cs.CL] for this version)",
        "arXiv preprint arXiv:2602.00001, 2026.",
        "arXiv preprint arXiv:2602.00001 (2026)",
        "arXiv e-print 2602.00001",
        "CoRR abs/2602.00001 (2026)",
        "2602.00001v2.pdf",
        "arXiv：２６０２.００００１",
        "arXiv:2602.00001\u00a0",
        "\u200b2602.00001\ufeff",
        "<https://arxiv.org/abs/2602.00001>.",
        "(arXiv:2602.00001);",
        "“arXiv:2602.00001”",
        "[Lamps](https://arxiv.org/abs/2602.00001v1)",
        "doi:10.48550/ARXIV.2602.00001",
        "https://doi.org/10.48550/arxiv.2602.00001",
        "[2602.00001] Lamps in Fog",
        "[2602.00001v2] Lamps [in] Fog",
        "arXiv e-prints, arXiv:2602.00001",
        "arXiv e-prints, p. arXiv:2602.00001",
        "CoRR, abs/2602.00001, 2026",
        "CoRR, vol. abs/2602.00001, 2026.",
        "2602.00001 v2",
        "2602.00001_v1.pdf",
        "arXiv-2602.00001",
        "arXiv_2602.00001v1",
        "2026arXiv260200001M",
    ],
)
def test_every_way_to_name_an_arxiv_paper_gives_its_id_without_version(text: str) -> None:
    assert arxiv_id(text) == "2602.00001"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0704.0001", "0704.0001"),
        ("1412.9999", "1412.9999"),
        ("1501.00001", "1501.00001"),
        ("2012arXiv1201.0001M", "1201.0001"),
        ("hep-th/0703001", "hep-th/0703001"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("arXiv:cs.CL/0112017v1", "cs/0112017"),
        ("arXiv:hep-th/9901001v3 20 Jan 1999", "hep-th/9901001"),
        ("hep–th/9901001", "hep-th/9901001"),
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
        pytest.param("٢٦٠٢.٠٠٠٠١", id="digits of another script"),
        pytest.param("10.1000/2602.00001", id="somebody else's DOI"),
        pytest.param("issue/1234567", id="no archive of arXiv"),
        pytest.param("2613.00001", id="month 13"),
        pytest.param("2600.00001", id="month 0"),
        pytest.param("9999.99999", id="nines"),
        pytest.param("2024.0012", id="a year"),
        pytest.param("0703.0001", id="before the scheme"),
        pytest.param("1412.00001", id="a digit too many for its time"),
        pytest.param("1501.0001", id="a digit too few for its time"),
        pytest.param("hep-th/9013001", id="before arXiv"),
        pytest.param("hep-th/9913001", id="month 13 of the old scheme"),
        pytest.param("[1] Lamps in Fog", id="a reference"),
    ],
)
def test_what_does_not_name_an_arxiv_paper_has_no_arxiv_id(text: str) -> None:
    assert arxiv_id(text) is None


@pytest.mark.parametrize("text", ["10.48550/arXiv.2613.00001", "arXiv:9999.99999", "2024.0012"])
def test_an_arxiv_id_that_cannot_be_is_no_other_id_either(text: str) -> None:
    assert not is_understood(text)


@pytest.mark.parametrize(
    "text",
    [
        "10.1000/ABC.7",
        "doi:10.1000/abc.7",
        "DOI:10.1000/Abc.7",
        "https://doi.org/10.1000/abc.7",
        "http://dx.doi.org/10.1000/abc.7",
        "DOI 10.1000/abc.7",
        "doi: 10.1000/abc.7.",
        "doi:https://doi.org/10.1000/abc.7",
        "info:doi/10.1000/abc.7",
        "urn:doi:10.1000/abc.7",
        "10.1000%2FABC.7",
        "(10.1000/abc.7),",
        '"10.1000/abc.7"',
    ],
)
def test_every_way_to_write_a_doi_gives_it_in_lower_case(text: str) -> None:
    assert doi(text) == "10.1000/abc.7"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(10.1016/S0140-6736(20)30183-5)", "10.1016/s0140-6736(20)30183-5"),
        ("10.1016/S0140-6736(20)30183-5).", "10.1016/s0140-6736(20)30183-5"),
        (
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O",
            "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o",
        ),
        ("10.1000/a&lt;b&gt;c", "10.1000/a<b>c"),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1007/978‑3‑319‑46448‑0_1", "10.1007/978-3-319-46448-0_1"),
    ],
)
def test_a_doi_keeps_its_own_marks(text: str, found: str) -> None:
    assert doi(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.1101/2025.01.02.700001v1", "10.1101/2025.01.02.700001"),
        ("10.64898/2026.01.02.26700001V2.full", "10.64898/2026.01.02.26700001"),
        ("10.1101/123456v1.full.pdf", "10.1101/123456"),
        (
            "bioRxiv preprint doi: https://doi.org/10.1101/2025.01.02.700001; this version posted",
            "10.1101/2025.01.02.700001",
        ),
        (
            "bioRxiv 2026.01.02.700001; doi: https://doi.org/10.64898/2026.01.02.700001",
            "10.64898/2026.01.02.700001",
        ),
        ("medRxiv 2026.01.02.26700001v2", "10.64898/2026.01.02.26700001"),
        ("2025.11.30.700001v1", "10.1101/2025.11.30.700001"),
        pytest.param("10.21203/rs.3.rs-123/v1", "10.21203/rs.3.rs-123/v1", id="Research Square"),
        pytest.param(
            "10.20944/preprints202601.0001.v1", "10.20944/preprints202601.0001.v1", id="Preprints"
        ),
        pytest.param("10.1101/gr.123456.120v1", "10.1101/gr.123456.120v1", id="a journal"),
    ],
)
def test_a_version_is_cut_off_where_it_is_no_part_of_the_doi(text: str, found: str) -> None:
    assert doi(text) == found


def test_a_preprint_is_the_same_under_both_prefixes_and_keeps_its_own() -> None:
    old, new = "10.1101/2026.01.02.700001", "10.64898/2026.01.02.700001"

    assert key(old) == key(new)
    assert (canonical_id(old, ""), canonical_id(new, "")) == (old, new)
    assert set(spellings(old)) == set(spellings(new)) == {old, new}


@pytest.mark.parametrize(
    ("suffix", "prefix"),
    [("2025.11.30.700001", "1101"), ("2025.12.01.700001", "64898"), ("123456", "1101")],
)
def test_of_both_prefixes_the_one_of_the_time_comes_first(suffix: str, prefix: str) -> None:
    first, _second = sorted((f"10.1101/{suffix}", f"10.64898/{suffix}"), key=strength)

    assert first == f"10.{prefix}/{suffix}"


def test_the_ids_of_a_paper_have_an_order() -> None:
    ids = ["2602.00001", "10.1101/123456", "10.1000/abc", "1", "openreview:a", "hf:b", "s2:c"]

    assert sorted(sorted(ids), key=strength) == ids


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


@pytest.mark.parametrize("identifier", ["PMID: 12345678", "W19-1234", "issue 7", "title:<b>"])
def test_another_identifier_is_not_understood(identifier: str) -> None:
    assert not is_understood(identifier)


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
    assert addresses(["hep-th/9901001"]) == {
        "abs": "https://arxiv.org/abs/hep-th/9901001",
        "pdf": "https://arxiv.org/pdf/hep-th/9901001",
    }


@pytest.mark.parametrize("paper_id", ["10.1000/abc", "title:0123456789abcdef"])
def test_another_id_has_no_address_at_arxiv(paper_id: str) -> None:
    assert arxiv_links(paper_id) is None


@pytest.mark.parametrize(
    ("paper_id", "found"),
    [
        pytest.param("10.1000/abc", {"abs": "https://doi.org/10.1000/abc"}, id="DOI"),
        pytest.param("10.1000/a<b>#c", {"abs": "https://doi.org/10.1000/a%3Cb%3E%23c"}, id="marks"),
        pytest.param(
            "openreview:aB_c-d", {"abs": "https://openreview.net/forum?id=aB_c-d"}, id="OpenReview"
        ),
        pytest.param(
            f"s2:{SHA}", {"abs": f"https://www.semanticscholar.org/paper/{SHA}"}, id="Scholar"
        ),
        pytest.param("hf:moss", {"page": "https://huggingface.co/papers/moss"}, id="Hugging Face"),
        pytest.param("title:0123456789abcdef", {}, id="title"),
        pytest.param("1", {}, id="unknown"),
    ],
)
def test_what_is_known_of_an_id_makes_its_address(paper_id: str, found: dict[str, str]) -> None:
    assert addresses([paper_id]) == found


def test_of_several_ids_the_strongest_makes_the_addresses() -> None:
    found = addresses(["hf:moss", "openreview:a", "10.1000/abc", "2602.00001"])

    assert found == {
        "abs": "https://arxiv.org/abs/2602.00001",
        "pdf": "https://arxiv.org/pdf/2602.00001",
        "page": "https://huggingface.co/papers/moss",
    }
