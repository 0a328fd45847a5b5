"""Zotero RDF: the items of a library as nodes, beside their attachments, notes and collections.

The DOI of an article stands in the node of its journal (`DOI 10.…`): Zotero writes a journal for
each article, so the two belong together (github.com/zotero/translators, "Zotero RDF.js").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import LibraryError, SourceError
from digest.sources.library.ids import Clues
from digest.sources.library.seeds import Entry, find_year
from digest.sources.xml import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_BIB = "{http://purl.org/net/biblio#}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_PRISM = "{http://prismstandard.org/namespaces/1.2/basic/}"
_Z = "{http://www.zotero.org/namespaces/export#}"
_NAMES = (f"{_RDF}about", f"{_RDF}nodeID", f"{_RDF}ID")
_NUMBERS = (
    f"{_PRISM}number", f"{_PRISM}volume", f"{_BIB}pages", f"{_DC}coverage", f"{_Z}archiveID",
)  # fmt: skip
#: an article is in a section of an issue of a series
_DEEPEST = 4


def entries(text: str) -> Iterator[Entry]:
    """Yield the items of a file.

    Raises:
        LibraryError: it is no XML, or has entities or a document type of its own.

    """
    try:
        root = parse_xml(text, "it")
    except SourceError as error:
        raise LibraryError(str(error)) from error
    nodes = {name: node for node in root.iter() for name in _own_names(node)}
    items = (node for node in root.iter() if node.find(f"{_Z}itemType") is not None)
    papers = (node for node in items if _text(node, f"{_Z}itemType") not in ("attachment", "note"))
    for number, node in enumerate(papers, start=1):
        yield _entry(node, number, nodes)


def _own_names(node: Element) -> list[str]:
    """Return the names by which others refer to a node; a mere reference has none."""
    if not len(node):
        return []
    return [name.lstrip("#") for attribute in _NAMES if (name := node.get(attribute))]


def _entry(item: Element, number: int, nodes: Mapping[str, Element]) -> Entry:
    containers = _containers(item, nodes)
    everything = [item, *containers]
    identifiers = [text for node in everything for text in _identifiers(node, nodes)]
    about = item.get(f"{_RDF}about") or ""
    publishers = [
        _text(organization, f"{_FOAF}name") for organization in item.iter(f"{_FOAF}Organization")
    ]
    return Entry(
        where=f"item {number}" + (f", {about[:60]}" if about else ""),
        title=_text(item, f"{_DC}title") or _text(item, f"{_Z}shortTitle"),
        abstract=_text(item, f"{_TERMS}abstract"),
        authors=_authors(item, nodes),
        year=find_year(_text(item, f"{_DC}date")),
        clues=Clues(
            dois=tuple(one for one in identifiers if one.lower().startswith(("doi", "10."))),
            addresses=(*(one for one in identifiers if "://" in one), about),
            numbers=tuple(
                text for node in everything for name in _NUMBERS for text in _texts(node, name)
            )
            + tuple(one for one in identifiers if "://" not in one),
            venues=(
                *(_text(node, f"{_DC}title") for node in containers),
                *publishers,
                _text(item, f"{_Z}libraryCatalog"),
                _text(item, f"{_Z}repository"),
                _text(item, f"{_Z}archive"),
                _text(item, f"{_DC}source"),
            ),
            notes=tuple(_texts(item, f"{_DC}description")),
        ),
    )


def _containers(item: Element, nodes: Mapping[str, Element]) -> list[Element]:
    """Return what an item is a part of: a section, its journal, a series."""
    found: list[Element] = []
    current = [item]
    for _ in range(_DEEPEST):
        current = [
            container
            for node in current
            for container in _related(node, f"{_TERMS}isPartOf", nodes)
            if container not in found and container is not item
        ]
        found += current
    return found


def _related(node: Element, name: str, nodes: Mapping[str, Element]) -> list[Element]:
    """Return the nodes that a property names: within it, or elsewhere in the file."""
    found = []
    for link in node.findall(name):
        found += list(link)
        reference = link.get(f"{_RDF}resource") or link.get(f"{_RDF}nodeID") or ""
        if (target := nodes.get(reference.lstrip("#"))) is not None:
            found.append(target)
    return found


def _identifiers(node: Element, nodes: Mapping[str, Element]) -> list[str]:
    """Return the identifiers of a node: texts such as `DOI 10.…`, and addresses."""
    texts = _texts(node, f"{_DC}identifier")
    for term in _related(node, f"{_DC}identifier", nodes):
        texts += _texts(term, f"{_RDF}value")
    for link in node.findall(f"{_DC}identifier"):
        texts += filter(None, [link.get(f"{_RDF}resource")])
    return texts


def _authors(item: Element, nodes: Mapping[str, Element]) -> tuple[str, ...]:
    names = []
    for people in item.findall(f"{_BIB}authors"):
        for one in people.iter(f"{_RDF}li"):
            reference = one.get(f"{_RDF}resource") or one.get(f"{_RDF}nodeID") or ""
            person = one.find(f"{_FOAF}Person")
            person = nodes.get(reference.lstrip("#")) if person is None else person
            if person is not None:
                last = _text(person, f"{_FOAF}surname")
                first = _text(person, f"{_FOAF}givenName") or _text(person, f"{_FOAF}givenname")
                names.append(", ".join(filter(None, (last, first))))
    return tuple(names)


def _texts(node: Element, name: str) -> list[str]:
    return [text for one in node.findall(name) if (text := (one.text or "").strip())]


def _text(node: Element, name: str) -> str:
    return next(iter(_texts(node, name)), "")
