"""RIS as programs write it: tags by other names, other blanks, and no end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.libraries import ids

from digest.errors import LibraryError
from digest.sources.library import Format, read

RECORDS = """\
Provider: a database

TY  - JOUR
TI  - A Title
AU  - Doe, Jane
AU  - The X Team
PY  - 2024/03/01/
AB  - We study graphs,
and trees.
UR  - https://arxiv.org/abs/2403.00001
ER  -

TY  - UNPB
T1  - Names of EndNote
A1  - Roe, Ann
Y1  - 2024
N2  - An abstract.
M1  - arXiv:2403.00002
ER  -
"""
TAGS = {
    "L1": "http://arxiv.org/pdf/2403.00001v1",
    "UR": "https://example.org/a;https://arxiv.org/abs/2403.00001",
    "L2": "https://arxiv.org/abs/2403.00001",
    "L4": "https://arxiv.org/abs/2403.00001",
    "LK": "https://arxiv.org/abs/2403.00001",
    "DO": "https://doi.org/10.48550/ARXIV.2403.00001",
    "DI": "10.48550/arXiv.2403.00001",
    "M1": "arXiv:2403.00001",
    "M2": "arXiv:2403.00001v2",
    "M3": "arXiv:2403.00001",
    "AN": "arXiv:2403.00001",
    "C1": "arXiv:2403.00001 [cs.LG]",
    "JO": "arXiv preprint arXiv:2403.00001",
    "JF": "arXiv e-prints",
    "T2": "CoRR abs/2403.00001",
    "VL": "abs/2403.00001",
    "SP": "arXiv:2403.00001",
    "N1": "Comment: 9 pages; arXiv:2403.00001",
    "U1": "arXiv:2403.00001 [cs.LG]",
}

if TYPE_CHECKING:
    from pathlib import Path


def test_records_of_two_programs_are_read() -> None:
    first, second = read(RECORDS.encode()).seeds

    assert (first.paper_id, first.title, first.where) == ("2403.00001", "A Title", "line 3")
    assert (first.authors, first.year) == (("Jane Doe", "The X Team"), 2024)
    assert first.abstract == "We study graphs, and trees."
    assert (second.title, second.abstract) == ("Names of EndNote", "An abstract.")
    assert (second.authors, second.year) == (("Ann Roe",), 2024)


@pytest.mark.parametrize("tag", TAGS)
def test_an_id_is_found_behind_every_tag_that_has_one(tag: str) -> None:
    number = "IS  - 2403.00001\n" if tag == "JF" else ""
    record = f"TY  - JOUR\nTI  - A Title\n{number}{tag}  - {TAGS[tag]}\nER  - \n"

    assert ids(read(record.encode())) == ["2403.00001"]


def test_the_number_of_a_journal_is_no_id() -> None:
    record = b"TY  - JOUR\nTI  - A\nJO  - J. Things\nIS  - 2403.12345\nDO  - 10.1000/2403.12345\n"

    assert ids(read(record)) == ["10.1000/2403.12345"]


@pytest.mark.parametrize("blanks", ["", " ", "   ", "\t"])
def test_records_with_other_blanks_behind_their_tags_are_read(blanks: str) -> None:
    text = RECORDS.replace("  -", f"{blanks}-")

    assert ids(read(text.encode(), Format.RIS)) == ["2403.00001", "2403.00002"]


def test_blanks_may_differ_within_a_record() -> None:
    text = (
        "TY  - JOUR\nTI - A Title\nAB - We ask:\nAI - what is it?\nUR - arxiv.org/abs/2403.00001\n"
    )

    seed = read(text.encode()).seeds[0]

    assert (seed.paper_id, seed.title) == ("2403.00001", "A Title")
    assert seed.abstract == "We ask: AI - what is it?"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_line_ends_cost_no_record(encoding: str, line_end: str) -> None:
    text = RECORDS[RECORDS.index("TY") :].replace("Doe", "Dœ").replace("\n", line_end)

    library = read(text.encode(encoding))

    assert ids(library) == ["2403.00001", "2403.00002"]
    assert library.seeds[0].authors[0] == "Jane Dœ"


def test_a_record_without_an_end_costs_neither_itself_nor_the_next() -> None:
    text = "\n".join(line for line in RECORDS.splitlines() if not line.startswith("ER"))

    assert ids(read(text.encode())) == ["2403.00001", "2403.00002"]


def test_other_formats_with_tags_are_refused_by_name() -> None:
    with pytest.raises(LibraryError, match="the format of PubMed is not read; export it as"):
        read(b"PMID- 1\nTI  - A Title\n", Format.RIS)
    with pytest.raises(LibraryError, match="the format of EndNote is not read"):
        read(b"%0 Journal Article\n%T A Title\n")


@pytest.mark.parametrize("blanks", ["  ", " "])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_record_of_the_evaluation_is_read(real_data: Path, mark: str, blanks: str) -> None:
    text = (real_data / "imports" / "forms.ris").read_text().replace("  -", f"{blanks}-")

    assert ids(read((mark + text).encode())) == [f"2401.0000{number}" for number in range(1, 6)]
