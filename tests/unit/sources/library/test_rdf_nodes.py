"""RDF that is no XML: what a fault costs, which is the node that it is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.libraries import ids, reasons

from digest.errors import LibraryError
from digest.sources.library import Format, Library, read

HEAD = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
"""
END = "</rdf:RDF>"


def node(number: int, title: str = "A Title") -> str:
    return (
        f'<rdf:Description rdf:about="#item_{number}"><z:itemType>preprint</z:itemType>'
        f"<dc:title>{title}</dc:title><prism:number>arXiv:2403.0000{number}</prism:number>"
        "</rdf:Description>\n"
    )


def read_text(text: str) -> Library:
    return read(text.encode("utf-8", "surrogatepass"), Format.ZOTERO_RDF)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Th\x02ree", "Three"),
        ("Th&#2;ree &#xFFFF;", "Three"),
        ("Bread & butter &", "Bread & butter &"),
        ("R&D;&nbsp;", "R&D;"),
        ("p < 0.05", "p < 0.05"),
        ("&lt;b&gt;A&#66;", "AB"),
    ],
)
def test_characters_that_xml_forbids_cost_nothing(written: str, title: str) -> None:
    library = read_text(HEAD + node(1) + node(2, written) + END)

    assert [seed.title for seed in library.seeds] == ["A Title", title]
    assert library.rejected == ()


@pytest.mark.parametrize(
    "fault", ["for a<b we show", "<dc:title>", "</dc:title>", "<a b>", "</rdf:Description>"]
)
def test_a_node_that_is_no_xml_costs_itself_alone_and_is_named(fault: str) -> None:
    library = read_text(HEAD + node(1) + node(2, fault) + node(3) + END)

    assert ids(library) == ["2403.00001", "2403.00003"]
    assert [(where[:15], why) for where, why in reasons(library)] == [
        ("line 5, #item_2", "it is no XML")
    ]


@given(at=st.integers(min_value=len(HEAD) + len(node(1)), max_value=len(HEAD) + 3 * len(node(1))))
def test_a_file_that_is_cut_off_keeps_what_is_before(at: int) -> None:
    library = read_text((HEAD + node(1) + node(2) + node(3))[:at])

    whole = (at - len(HEAD) + 1) // len(node(1))  # a node is whole without its line end
    assert ids(library)[:whole] == [f"2403.0000{number}" for number in range(1, whole + 1)]
    assert [one.reason.startswith("the file is cut off") for one in library.rejected] == [True]


@given(
    hurt=st.integers(min_value=0, max_value=3),
    at=st.integers(min_value=40, max_value=len(node(1)) - 2),
)
def test_a_lost_character_costs_its_node_at_most(hurt: int, at: int) -> None:
    nodes = [node(number) for number in range(4)]
    others = [f"2403.0000{number}" for number in range(4) if number != hurt]
    nodes[hurt] = nodes[hurt][:at] + nodes[hurt][at + 1 :]

    assert set(others) <= set(ids(read_text(HEAD + "".join(nodes) + END)))


def test_entities_and_document_types_stay_refused() -> None:
    for start in ("", "\x02", '<?xml version="1.0"?>'):
        entity = f'{start}<!DOCTYPE rdf [<!ENTITY one "harmless">]>'
        with pytest.raises(LibraryError, match="it has a document type or entities"):
            read_text(entity + HEAD + node(1, "&one;") + END)


def test_behind_many_faults_the_rest_is_not_read() -> None:
    library = read_text(HEAD + node(1) + node(2, "</a>") * 300 + END)

    assert ids(library) == ["2403.00001"]
    assert len(library.rejected) == 201
    assert library.rejected[-1].reason == "the rest is not read: too many faults"
