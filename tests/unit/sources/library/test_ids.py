"""Which field names the paper, and which number is none."""

from __future__ import annotations

import pytest

from digest.sources.library.ids import Clues, find_id

OF_ANOTHER = [
    "Comment on arXiv:2403.12345",
    "Reply to https://arxiv.org/abs/2403.12345",
    "9 pages. arXiv admin note: text overlap with arXiv:2403.12345",
    "Extended version of Doe, arXiv:2403.12345",
    "See also arXiv:2403.12345",
    "Superseded by arXiv:2403.12345",
    "2403.12345",
]
OF_THE_PAPER = [
    "arXiv:2403.00001v3 [cs.SE]",
    "Comment: 9 pages; arXiv:2403.00001",
    "Available at https://arxiv.org/abs/2403.00001",
    "[Online]. Available: https://arxiv.org/abs/2403.00001",
    "Preprint (arXiv:2403.00001)",
    "Accepted at ICML. arXiv:2403.00001",
    "_eprint: https://arxiv.org/pdf/2403.00001",
    "tex.eprint: 2403.00001",
    "Number: arXiv:2403.00001",
    "arXiv ID: 2403.00001",
    "DOI: 10.48550/arXiv.2403.00001",
]


@pytest.mark.parametrize("note", OF_THE_PAPER)
def test_a_note_may_name_the_paper(note: str) -> None:
    assert find_id(Clues(notes=(note,))) == "2403.00001"


@pytest.mark.parametrize("note", OF_ANOTHER)
def test_a_note_on_another_paper_names_none(note: str) -> None:
    assert find_id(Clues(notes=(note,))) is None


def test_a_bare_number_is_an_id_only_of_arxiv() -> None:
    assert find_id(Clues(numbers=("2403.12345",), venues=("J. Things",))) is None
    assert find_id(Clues(numbers=("2403.12345",), venues=("arXiv",))) == "2403.12345"
    assert find_id(Clues(eprints=("2403.12345",))) == "2403.12345"


def test_the_doi_of_a_journal_stays_one() -> None:
    assert find_id(Clues(dois=("10.1000/2403.12345",))) == "10.1000/2403.12345"
    assert find_id(Clues(addresses=("https://doi.org/10.1000/A",))) == "10.1000/a"


def test_an_arxiv_id_counts_for_more_than_a_doi_wherever_it_is() -> None:
    clues = Clues(dois=("10.1000/a",), notes=("arXiv:2403.00001",))

    assert find_id(clues) == "2403.00001"


def test_a_key_counts_if_it_says_that_it_is_an_id() -> None:
    assert find_id(Clues(key="2024arXiv240300001D")) == "2403.00001"
    assert find_id(Clues(key="DBLP:journals/corr/abs-2403-00001")) == "2403.00001"
    assert find_id(Clues(key="2403.00001")) is None
