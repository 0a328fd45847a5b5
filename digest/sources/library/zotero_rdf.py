"""Zotero RDF: the items of a library as nodes, beside their attachments, notes and collections.

The DOI of an article stands in the node of its journal (`DOI 10.…`): Zotero writes a journal for
each article, so the two belong together (github.com/zotero/translators, "Zotero RDF.js").
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from digest.sources.library.ids import Clues
from digest.sources.library.rdf_nodes import parse
from digest.sources.library.seeds import Entry, Rejected, find_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_BIB = "{http://purl.org/net/biblio#}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_PRISM = "{http://prismstandard.org/namespaces/1.2/basic/}"
_LINK = "{http://purl.org/rss/1.0/modules/link/}"
_Z = "{http://www.zotero.org/namespaces/export#}"
_NAMES = (f"{_RDF}about", f"{_RDF}nodeID", f"{_RDF}ID")
_NUMBERS = (
    f"{_PRISM}number", f"{_PRISM}volume", f"{_BIB}pages", f"{_DC}coverage", f"{_Z}archiveID",
)  # fmt: skip
#: an article is in a section of an issue of a series
_DEEPEST = 4
#: of each property of a node, and of the nodes that are related to it; an item has a few
_MOST_VALUES = 20
#: the longest list of authors known has five thousand
_MOST_AUTHORS = 10_000


def entries(text: str) -> Iterator[Entry | Rejected]:
    """Yield the items of a file, and the nodes that are no XML.

    Raises:
        LibraryError: it is no XML, or has entities or a document type of its own.

    """
    root, rejected = parse(text)
    yield from rejected
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
        _text(organization, f"{_FOAF}name")
        for publisher in _children(item, f"{_DC}publisher")
        for organization in _children(publisher, f"{_FOAF}Organization")
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
            files=tuple(_files(item, nodes)),
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
        ][:_MOST_VALUES]
        found += current
    return found


def _files(item: Element, nodes: Mapping[str, Element]) -> list[str]:
    """Return the addresses and paths of the files that are attached to an item."""
    found: list[str] = []
    for node in _related(item, f"{_LINK}link", nodes):
        if _text(node, f"{_Z}itemType") == "attachment":
            paths = (link.get(f"{_RDF}resource") for link in _children(node, f"{_RDF}resource"))
            found += [*_identifiers(node, nodes), *filter(None, paths), *_texts(node, f"{_Z}path")]
    return found


def _children(node: Element, name: str) -> list[Element]:
    return list(islice(node.iterfind(name), _MOST_VALUES))


def _related(node: Element, name: str, nodes: Mapping[str, Element]) -> list[Element]:
    """Return the nodes that a property names: within it, or elsewhere in the file."""
    found = []
    for link in _children(node, name):
        found += list(islice(link, _MOST_VALUES))
        reference = link.get(f"{_RDF}resource") or link.get(f"{_RDF}nodeID") or ""
        if (target := nodes.get(reference.lstrip("#"))) is not None:
            found.append(target)
    return found[:_MOST_VALUES]


def _identifiers(node: Element, nodes: Mapping[str, Element]) -> list[str]:
    """Return the identifiers of a node: texts such as `DOI 10.…`, and addresses."""
    texts = _texts(node, f"{_DC}identifier")
    for term in _related(node, f"{_DC}identifier", nodes):
        texts += _texts(term, f"{_RDF}value")
    for link in _children(node, f"{_DC}identifier"):
        texts += filter(None, [link.get(f"{_RDF}resource")])
    return texts


def _authors(item: Element, nodes: Mapping[str, Element]) -> tuple[str, ...]:
    names = []
    for people in _children(item, f"{_BIB}authors")[:1]:
        for one in islice(people.iter(f"{_RDF}li"), _MOST_AUTHORS):
            reference = one.get(f"{_RDF}resource") or one.get(f"{_RDF}nodeID") or ""
            person = one.find(f"{_FOAF}Person")
            person = nodes.get(reference.lstrip("#")) if person is None else person
            if person is not None:
                last = _text(person, f"{_FOAF}surname")
                first = _text(person, f"{_FOAF}givenName") or _text(person, f"{_FOAF}givenname")
                names.append(", ".join(filter(None, (last, first))))
    return tuple(names)


def _texts(node: Element, name: str) -> list[str]:
    return [text for one in _children(node, name) if (text := (one.text or "").strip())]


def _text(node: Element, name: str) -> str:
    return next(iter(_texts(node, name)), "")
