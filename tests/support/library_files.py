"""Libraries as the formats write them: small writers of the few fields that a seed has."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from digest.sources.library import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
"""
_WORDS = st.from_regex(r"[A-Z][a-z]{2,8} [a-zéß]{2,8}", fullmatch=True)
_NAMES = st.sampled_from(["Doe", "Roe", "Müller", "O'Neil", "Li"])


class Work(NamedTuple):
    """A paper of somebody's library."""

    title: str
    abstract: str
    #: family and given name
    author: tuple[str, str]
    year: int
    #: without one the title says which paper it is
    arxiv_id: str = ""


def bibtex(works: Sequence[Work]) -> str:
    def entry(work: Work) -> str:
        eprint = f"eprint = {{{work.arxiv_id}}}, archiveprefix = {{arXiv}}, " * bool(work.arxiv_id)
        return (
            f"@article{{key, title = {{{work.title}}}, {eprint}year = {work.year},\n"
            f"  author = {{{', '.join(work.author)}}}, abstract = {{{work.abstract}}}}}\n"
        )

    return "".join(map(entry, works))


def ris(works: Sequence[Work]) -> str:
    def record(work: Work) -> str:
        address = f"UR  - https://arxiv.org/abs/{work.arxiv_id}\n" * bool(work.arxiv_id)
        return (
            f"TY  - JOUR\nTI  - {work.title}\nAU  - {', '.join(work.author)}\n{address}"
            f"PY  - {work.year}/01/02/\nAB  - {work.abstract}\nER  - \n\n"
        )

    return "".join(map(record, works))


def csl_json(works: Sequence[Work]) -> str:
    def item(work: Work) -> dict[str, object]:
        number = {"number": f"arXiv:{work.arxiv_id}", "publisher": "arXiv"} if work.arxiv_id else {}
        family, given = work.author
        return {
            "id": "key",
            "type": "article",
            "title": work.title,
            "abstract": work.abstract,
            "author": [{"family": family, "given": given}],
            "issued": {"date-parts": [[work.year]]},
            **number,
        }

    return json.dumps([item(work) for work in works], indent=1)


def zotero_rdf(works: Sequence[Work]) -> str:
    def node(number: int, work: Work) -> str:
        family, given = map(escape, work.author)
        about = f"http://arxiv.org/abs/{work.arxiv_id}" if work.arxiv_id else f"#item_{number}"
        return (
            f'<rdf:Description rdf:about="{about}"><z:itemType>preprint</z:itemType>'
            f"<dc:title>{escape(work.title)}</dc:title><dc:date>{work.year}</dc:date>"
            f"<dcterms:abstract>{escape(work.abstract)}</dcterms:abstract>"
            f"<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>{family}</foaf:surname>"
            f"<foaf:givenName>{given}</foaf:givenName></foaf:Person></rdf:li></rdf:Seq>"
            "</bib:authors></rdf:Description>\n"
        )

    return _RDF + "".join(node(*one) for one in enumerate(works)) + "</rdf:RDF>"


WRITERS: dict[Format, Callable[[Sequence[Work]], str]] = {
    Format.BIBTEX: bibtex,
    Format.RIS: ris,
    Format.CSL_JSON: csl_json,
    Format.ZOTERO_RDF: zotero_rdf,
}


@st.composite
def works(draw: st.DrawFn) -> list[Work]:
    """Different papers, some with ids."""
    numbers = draw(st.lists(st.integers(1, 9999), unique=True, min_size=1, max_size=6))
    return [
        Work(
            title=f"{draw(_WORDS)} {number} {draw(_WORDS)}",
            abstract=draw(st.just("") | _WORDS),
            author=(draw(_NAMES), draw(_NAMES)),
            year=draw(st.integers(1991, 2026)),
            arxiv_id=draw(st.sampled_from(["", f"2403.{number:05d}"])),
        )
        for number in numbers
    ]
