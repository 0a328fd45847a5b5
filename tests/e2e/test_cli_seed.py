"""`digest subscribers seed`: a reader's library by command."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

ADA = "ada@example.org"
BIBTEX = """\
@misc{lamps, title = {Lamps}, eprint = {2401.00001}, archivePrefix = {arXiv}}
@misc{open, title = {An {open brace}, year = {2024}}
@misc{bells, title = {Bells}, doi = {10.1000/bells}}
"""
RIS = "TY  - JOUR\nTI  - Canals\nUR  - https://arxiv.org/abs/2401.00002\n"
CSL = '[{"id": 1, "title": "Dunes", "note": "arXiv:2401.00003"}]'


@pytest.fixture
def library(furnished: Path) -> Path:
    for name, text in (("a.bib", BIBTEX), ("b.ris", RIS), ("c.json", CSL)):
        (furnished / name).write_text(text, encoding="utf-8")
    return furnished


@pytest.mark.usefixtures("library")
def test_a_library_is_imported_once_and_its_faults_are_named(digest: Command) -> None:
    first = digest("subscribers", "seed", ADA, "--bibtex", "a.bib")
    again = digest("subscribers", "seed", ADA, "--bibtex", "a.bib", "--json")

    assert first.code == again.code == 1
    assert "2 papers new, 0 known already" in first.out
    assert "line 2, key open  a brace or quotation mark that is not closed" in first.out
    assert "1 paper without an abstract; all sources are files, so nobody is asked" in first.err
    assert again.json == {
        "new": 0,
        "known": 2,
        "waiting": 1,
        "is_looked_up": False,
        "papers": [
            {"paper_id": "2401.00001", "title": "Lamps", "is_new": False},
            {"paper_id": "10.1000/bells", "title": "Bells", "is_new": False},
        ],
        "rejected": [
            {
                "where": "line 2, key open",
                "reason": "a brace or quotation mark that is not closed",
            }
        ],
    }


@pytest.mark.usefixtures("library")
def test_several_files_and_ids_are_one_library(digest: Command) -> None:
    result = digest(
        "subscribers", "seed", ADA, "--ris", "b.ris", "--csl-json", "c.json",
        "--arxiv-ids", "2401.00003", "arXiv:2401.00004v2",
    )  # fmt: skip

    assert (result.code, result.out) == (0, "3 papers new, 0 known already\n")


def test_ids_come_from_standard_input_and_a_trial_changes_nothing(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("subscribers", "seed", ADA, "--arxiv-ids", "-")
    text = "2401.00001\n2401.00002, no-id\n"

    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    trial = digest(*asked, "--dry-run")
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    real = digest(*asked)

    assert "2 papers would be new, 0 known already" in trial.out
    assert "2 papers new, 0 known already" in real.out
    assert "entry 3  'no-id' is no id of a paper, such as 2401.00001" in real.out
    assert (trial.code, real.code, furnished.exists()) == (1, 1, True)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "nothing to import; name a file with --bibtex, --ris"),
        (("--arxiv-ids", ""), "nothing to import; name a file with --bibtex, --ris"),
        (("--arxiv-ids", " , "), "nothing to import; name a file with --bibtex, --ris"),
        (("--ris", "a.bib"), "a.bib: it holds no entry of RIS, and looks like BibTeX"),
        (("--bibtex", "none.bib"), "cannot read none.bib: No such file or directory"),
    ],
)
def test_what_cannot_be_imported_is_refused_in_words(
    digest: Command, options: tuple[str, ...], words: str
) -> None:
    result = digest("subscribers", "seed", ADA, *options)

    assert (result.code, result.out) == (2, "")
    assert words in result.err


@pytest.mark.usefixtures("library")
def test_a_trial_shows_what_was_recognised(digest: Command) -> None:
    digest("subscribers", "seed", ADA, "--arxiv-ids", "2401.00001")

    shown = digest("subscribers", "seed", ADA, "--bibtex", "a.bib", "--dry-run")
    listed = digest("subscribers", "seed", ADA, "--bibtex", "a.bib", "--dry-run", "--json")

    assert "2401.00001     Lamps  known" in shown.out
    assert "10.1000/bells  Bells  new" in shown.out
    assert [one["paper_id"] for one in listed.json["papers"]] == ["2401.00001", "10.1000/bells"]


@pytest.mark.usefixtures("library")
def test_what_stands_behind_an_address_is_named(digest: Command) -> None:
    result = digest(
        "subscribers", "seed", ADA, "--arxiv-ids", "https://arxiv.org/abs/2401.00002 foo"
    )
    mixed = digest("subscribers", "seed", ADA, "--arxiv-ids", "arxiv.org/abs/2401.00001 foo")

    assert result.code == mixed.code == 1
    assert "'foo' is no id of a paper" in result.out
    assert "'foo' is no id of a paper" in mixed.out


def test_a_stranger_has_no_library(digest: Command, furnished: Path) -> None:
    result = digest("subscribers", "seed", "who@example.org", "--arxiv-ids", "2401.00001")

    assert (result.code, furnished.exists()) == (2, True)
    assert "who@example.org has never subscribed" in result.err
