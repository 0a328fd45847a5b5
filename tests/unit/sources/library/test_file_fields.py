"""Files of BibTeX entries, as programs write them, and the ids in their names."""

from __future__ import annotations

import pytest
from support.libraries import ids

from digest.sources.library import Format, read

FILES = {
    "JabRef, an address": (r":http\://arxiv.org/pdf/2403.00001v1:PDF", "2403.00001"),
    "JabRef, without a backslash": (":http://arxiv.org/pdf/2403.00001v1:PDF", "2403.00001"),
    "JabRef, a path": (r":C\:/papers/2403.00001.pdf:PDF", "2403.00001"),
    "Zotero": ("Full Text PDF:files/12/2403.00001v1.pdf:application/pdf", "2403.00001"),
    "Zotero, two": (r"A\: b:files/1.html:text/html;PDF:files/2403.00001.pdf:pdf", "2403.00001"),
    "Better BibTeX": ("/home/ada/a.html;/home/ada/2403.00001.pdf", "2403.00001"),
    "Mendeley": (r":C$\backslash$:/Users/ada/2403.00001.pdf:pdf", "2403.00001"),
    "a path of Windows": (r"C:\papers\2403.00001.pdf", "2403.00001"),
    "a second download": ("2403.00001v2 (1).pdf", "2403.00001"),
    "with a title": ("arXiv-2403.00001 - A Title.pdf", "2403.00001"),
    "behind an author": ("Doe_arXiv_2403.00001v3.pdf", "2403.00001"),
    "an old id": (":hep-th_9901001.pdf:PDF", "hep-th/9901001"),
    "an old id in one word": ("cond-mat9901001v2.pdf", "cond-mat/9901001"),
    "bioRxiv": ("2024.01.02.573852v1.full.pdf", "10.1101/2024.01.02.573852"),
}


@pytest.mark.parametrize("program", FILES)
def test_a_file_names_the_paper(program: str) -> None:
    value, paper_id = FILES[program]

    library = read(f"@misc{{x, title={{A}}, file={{{value}}}}}".encode(), Format.BIBTEX)

    assert ids(library) == [paper_id]


@pytest.mark.parametrize(
    "value",
    ["1234.56789.pdf", "Doe - 2024 - 2403.12 lamps.pdf", "doe1234567.pdf", "scan 2403.00001x.pdf"],
)
def test_a_number_in_the_name_of_a_file_is_no_id(value: str) -> None:
    library = read(f"@misc{{x, title={{A}}, file={{:{value}:PDF}}}}".encode())

    assert [one.startswith("title:") for one in ids(library)] == [True]


def test_files_of_ris_name_the_paper_too() -> None:
    text = "TY  - JOUR\nTI  - A\nL1  - internal-pdf://123/2403.00001v1.pdf\nER  - \n"

    assert ids(read(text.encode())) == ["2403.00001"]
