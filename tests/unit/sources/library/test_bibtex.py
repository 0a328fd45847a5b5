"""BibTeX as programs and people write it, and what its faults cost."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from support.libraries import ids, reasons

from digest.sources.library import Format, read

#: an entry of each program that writes BibTeX; all hide one id, but for those below
FORMS = {
    "arXiv": r"""
@misc{doe2024, title={A Title}, eprint={2403.00001}, archivePrefix={arXiv},
primaryClass={cs.LG}, url={https://arxiv.org/abs/2403.00001}, }
""",
    "Zotero": r"""
@misc{doe, title = {{{A}} Title}, number = {arXiv:2403.00001},
eprint = {2403.00001}, primaryclass = {cs}, publisher = {arXiv},
note = {Comment: 9 pages}}
""",
    "Zotero's extra field": r"""
@article{doe, title = {A Title}, note = {_eprint: https://arxiv.org/pdf/2403.00001}}
""",
    "Better BibTeX": r"""
@online{doe, title = {A Title}, eprint = {2403.00001}, eprinttype = {arxiv},
eprintclass = {cs}, pubstate = {prepublished}}
""",
    "Mendeley": r"""
@article{Doe, archivePrefix = {arXiv}, arxivId = {2403.00001},
eprint = {2403.00001}, title = {{A Title}}, url = {http://arxiv.org/abs/2403.00001}}
""",
    "JabRef": r"""
% Encoding: UTF-8
@Article{Doe, author = {Doe}, title = {A Title},
eprint = {2403.00001v2}, eprinttype = {arXiv},
file = {:C\:/papers/2403.00001.pdf:PDF}}
@Comment{jabref-meta: databaseType:bibtex;}
""",
    "EndNote": r"""
@article{RN1, author = {Doe}, title = {A Title}, journal = {arXiv e-prints},
pages = {arXiv:2403.00001}, type = {Journal Article}}
""",
    "Google Scholar": r"""
@article{doe2024title, title={A Title}, journal={arXiv preprint arXiv:2403.00001}}
""",
    "DBLP": r"""
@article{DBLP:journals/corr/abs-2403-00001, title = {A Title}, journal = {CoRR},
volume = {abs/2403.00001}}
""",
    "DBLP's key alone": r"""
@article{DBLP:journals/corr/abs-2403-00001, title = {A Title}, journal = {CoRR}}
""",
    "INSPIRE": r"""
@article{Doe:2024abc, title = "{A Title}", eprint = "hep-ph/0112345",
archivePrefix = "arXiv", reportNumber = "CERN-TH-2024-1"}
""",
    "SPIRES, the archive apart": r"""
@article{Doe:2001, title = "A Title", eprint = "0112345", archivePrefix = "arXiv",
primaryClass = "hep-ph", SLACcitation = "%%CITATION = HEP-PH/0112345;%%"}
""",
    "ADS": r"""
@ARTICLE{2024arXiv240300001D, title = "{A Title}", journal = {arXiv e-prints},
eid = {arXiv:2403.00001}, adsurl = {https://ui.adsabs.harvard.edu/abs/x}}
""",
    "ADS's key alone": r"""
@ARTICLE{2024arXiv240300001D, title = {A Title}, journal = {arXiv e-prints}}
""",
    "Semantic Scholar": r"""
@article{Doe2024AT, title={A Title}, journal={ArXiv}, volume={abs/2403.00001}}
""",
    "PubMed, by TexMed": r"""
@Article{pmid1, title="A Title", journal="Cell", doi="10.1016/j.cell.2024.01.001"}
""",
    "ACM": r"""
@inproceedings{10.1145/1, title = {A Title}, doi = {10.1145/3400000.3400001},
url = {https://doi.org/10.1145/3400000.3400001}}
""",
    "bioRxiv": r"""
@article{Doe2024.01.02.573852, title = {A Title}, publisher = {Cold Spring Harbor},
elocation-id = {2024.01.02.573852}, doi = {10.1101/2024.01.02.573852}}
""",
    "an address in a note": r"""
@misc{x, title={A Title},
note={Available at \url{https://arxiv.org/abs/2403.00001v3}}}
""",
    "an escaped underscore": r"""
@article{x, title={A Title}, doi={10.1007/978-3-030\_12}}
""",
    "parentheses": r"""
@misc(x, title="A Title", eprint="2403.00001")
""",
    "a macro joined to a text": r"""
@string{ax = "arXiv preprint "}
@misc{x, title={A Title},
journal=ax # {arXiv:2403.00001}}
""",
}
#: the ids that are no preprints of one year
OTHER_IDS = {
    "INSPIRE": "hep-ph/0112345",
    "SPIRES, the archive apart": "hep-ph/0112345",
    "PubMed, by TexMed": "10.1016/j.cell.2024.01.001",
    "ACM": "10.1145/3400000.3400001",
    "bioRxiv": "10.1101/2024.01.02.573852",
    "an escaped underscore": "10.1007/978-3-030_12",
}

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("form", FORMS)
def test_an_id_is_found_where_each_program_puts_it(form: str) -> None:
    library = read(FORMS[form].encode(), Format.BIBTEX)

    paper_id = OTHER_IDS.get(form, "2403.00001")
    assert [(seed.paper_id, seed.title) for seed in library.seeds] == [(paper_id, "A Title")]
    assert library.rejected == ()


FAULTS = {
    "an open brace": "title = {An {open brace}, eprint = {2403.00009}}",
    "an open quotation mark": 'title = "An open mark, eprint = {2403.00009}}',
    "no sign behind a name": "title {A Title}, eprint = {2403.00009}}",
    "a brace too many": "title = {A Title}}, eprint = {2403.00009}}",
    "no end": "title = {A Title}, eprint = {2403.00009}",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_entry_costs_itself_alone_and_is_named(fault: str) -> None:
    before = "@misc{before, title={Before}, eprint={2403.00001}}"
    after = "@misc{after, title={After}, eprint={2403.00002}}"

    library = read(f"{before}\n@misc{{bad,\n {FAULTS[fault]}\n{after}\n".encode())

    assert ids(library) == ["2403.00001", "2403.00002"]
    assert [one.where for one in library.rejected] == ["line 2, key bad"]


def test_what_bibtex_warns_of_costs_nothing() -> None:
    text = """
        @misc{a, title={Doubled field}, year=2023, year=2024, eprint={2403.00001}}
        @misc{a, title={The key again}, eprint={2403.00002}}
        @misc{b, title={Unknown macro}, journal=nosuch, eprint={2403.00003}}
        @misc{c, title={No comma} year=2024 eprint={2403.00004}}
        @misc{d, title={A folder}, file={C:\\papers\\}, eprint={2403.00005}}
        @misc{, title={No key}, eprint={2403.00006}}
        @xdata{e, publisher={arXiv}}
        @control{f, title={of a style}}
    """
    library = read(text.encode())

    assert ids(library) == [f"2403.0000{number}" for number in range(1, 7)]
    assert library.rejected == ()


def test_titles_and_names_are_read_as_they_are_printed() -> None:
    text = (
        "@article{x, title = {{\\'E}tudes of {BERT} in {1}D and $\\alpha$},"
        ' author = {Doe, Jane and {The {X} and Y Team} and G{\\"o}del, K. and others},'
        " abstract = {We study\n  {graphs}.}, date = {2024-03-01}}"
    )
    seed = read(text.encode()).seeds[0]

    assert seed.title == "Études of BERT in 1D and α"
    assert seed.authors == ("Jane Doe", "The X and Y Team", "K. Gödel")
    assert (seed.abstract, seed.year) == ("We study graphs.", 2024)
    assert seed.paper_id.startswith("title:")


def test_an_entry_that_names_no_paper_is_named() -> None:
    assert reasons(read(b"@misc{x, year = 2024}")) == [
        ("line 1, key x", "it has neither a title nor an id of a paper")
    ]


def test_macros_that_double_each_other_stay_small() -> None:
    macros = ['@string{s0 = "xxxxxxxxxx"}']
    macros += [f"@string{{s{n} = s{n - 1} # s{n - 1}}}" for n in range(1, 60)]
    text = "\n".join([*macros, "@misc{x, title = s59}"])

    assert len(read(text.encode()).seeds[0].title) < 2000


def test_nothing_of_a_library_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    read(b"@misc{secret, title = {open\n@misc{x, title={A}}")

    assert "secret" not in caplog.text


def test_every_form_of_the_evaluation_is_read(real_data: Path) -> None:
    expected = json.loads((real_data / "imports" / "arxiv-forms.expected.json").read_text())

    library = read((real_data / "imports" / "arxiv-forms.bib").read_bytes())

    assert {*expected["arxiv"].values(), *expected["doi"].values()} == set(ids(library))
    named = [one.where for one in library.rejected]
    assert len(named) == len(expected["faulty_and_named_in_the_answer"])
    for key, where in zip(expected["faulty_and_named_in_the_answer"], named, strict=True):
        assert where.endswith(f"key {key}")
