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
    from collections.abc import Iterator
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
_MOST_CONTAINERS = 8
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
    graph = _Graph(root)
    items = (node for node in root.iter() if graph.text(node, f"{_Z}itemType"))
    papers = (node for node in items if not graph.is_beside(node))
    for number, node in enumerate(papers, start=1):
        yield _entry(node, number, graph)


class _Graph:
    """The nodes of a file, by the names that others have for them, and their properties.

    Many items may refer to one node; its properties are gathered once.
    """

    def __init__(self, root: Element) -> None:
        self._named = {name: node for node in root.iter() for name in _own_names(node)}
        self._properties: dict[Element, dict[str, list[Element]]] = {}

    def children(self, node: Element, name: str) -> list[Element]:
        """Return the values of a property, as many as an item may have."""
        known = self._properties.get(node)
        if known is None:
            known = self._properties[node] = {}
            for child in node:
                values = known.setdefault(child.tag, [])
                if len(values) < _MOST_VALUES:
                    values.append(child)
        return known.get(name, [])

    def referred(self, link: Element) -> Element | None:
        """Return the node elsewhere in the file that a property names."""
        reference = link.get(f"{_RDF}resource") or link.get(f"{_RDF}nodeID") or ""
        return self._named.get(reference.lstrip("#"))

    def related(self, node: Element, name: str) -> list[Element]:
        """Return the nodes that a property names: within it, or elsewhere in the file."""
        found: list[Element] = []
        for link in self.children(node, name):
            found += islice(link, _MOST_VALUES)
            if (target := self.referred(link)) is not None:
                found.append(target)
        return found[:_MOST_VALUES]

    def texts(self, node: Element, name: str) -> list[str]:
        return [text for one in self.children(node, name) if (text := (one.text or "").strip())]

    def text(self, node: Element, name: str) -> str:
        return next(iter(self.texts(node, name)), "")

    def is_beside(self, node: Element) -> bool:
        """Whether a node stands beside the papers: an attachment, or a note."""
        return self.text(node, f"{_Z}itemType") in ("attachment", "note")


def _own_names(node: Element) -> list[str]:
    """Return the names by which others refer to a node; a mere reference has none."""
    if not len(node):
        return []
    return [name.lstrip("#") for attribute in _NAMES if (name := node.get(attribute))]


def _entry(item: Element, number: int, graph: _Graph) -> Entry:
    containers = _containers(item, graph)
    everything = [item, *containers]
    identifiers = [text for node in everything for text in _identifiers(node, graph)]
    about = item.get(f"{_RDF}about") or ""
    publishers = [
        graph.text(organization, f"{_FOAF}name")
        for publisher in graph.children(item, f"{_DC}publisher")
        for organization in graph.children(publisher, f"{_FOAF}Organization")
    ]
    return Entry(
        where=f"item {number}" + (f", {about[:60]}" if about else ""),
        title=graph.text(item, f"{_DC}title") or graph.text(item, f"{_Z}shortTitle"),
        abstract=graph.text(item, f"{_TERMS}abstract"),
        authors=_authors(item, graph),
        year=find_year(graph.text(item, f"{_DC}date")),
        clues=Clues(
            dois=tuple(one for one in identifiers if one.lower().startswith(("doi", "10."))),
            addresses=(*(one for one in identifiers if "://" in one), about),
            numbers=tuple(
                text for node in everything for name in _NUMBERS for text in graph.texts(node, name)
            )
            + tuple(one for one in identifiers if "://" not in one),
            venues=(
                *(graph.text(node, f"{_DC}title") for node in containers),
                *publishers,
                graph.text(item, f"{_Z}libraryCatalog"),
                graph.text(item, f"{_Z}repository"),
                graph.text(item, f"{_Z}archive"),
                graph.text(item, f"{_DC}source"),
            ),
            notes=tuple(graph.texts(item, f"{_DC}description")),
            files=tuple(_files(item, graph)),
        ),
    )


def _containers(item: Element, graph: _Graph) -> list[Element]:
    """Return what an item is a part of: a section, its journal, a series."""
    found: list[Element] = []
    current = [item]
    for _ in range(_DEEPEST):
        current = [
            container
            for node in current
            for container in graph.related(node, f"{_TERMS}isPartOf")
            if container not in found and container is not item
        ][:_MOST_CONTAINERS]
        found += current
    return found[:_MOST_CONTAINERS]


def _files(item: Element, graph: _Graph) -> list[str]:
    """Return the addresses and paths of the files that are attached to an item."""
    found: list[str] = []
    for node in graph.related(item, f"{_LINK}link"):
        if graph.text(node, f"{_Z}itemType") == "attachment":
            paths = (
                link.get(f"{_RDF}resource") for link in graph.children(node, f"{_RDF}resource")
            )
            found += [
                *_identifiers(node, graph),
                *filter(None, paths),
                *graph.texts(node, f"{_Z}path"),
            ]
    return found


def _identifiers(node: Element, graph: _Graph) -> list[str]:
    """Return the identifiers of a node: texts such as `DOI 10.…`, and addresses."""
    texts = graph.texts(node, f"{_DC}identifier")
    for term in graph.related(node, f"{_DC}identifier"):
        texts += graph.texts(term, f"{_RDF}value")
    for link in graph.children(node, f"{_DC}identifier"):
        texts += filter(None, [link.get(f"{_RDF}resource")])
    return texts


def _authors(item: Element, graph: _Graph) -> tuple[str, ...]:
    names = []
    for people in graph.children(item, f"{_BIB}authors")[:1]:
        for one in islice(people.iter(f"{_RDF}li"), _MOST_AUTHORS):
            person = one.find(f"{_FOAF}Person")
            person = graph.referred(one) if person is None else person
            if person is not None:
                last = graph.text(person, f"{_FOAF}surname")
                first = graph.text(person, f"{_FOAF}givenName") or graph.text(
                    person, f"{_FOAF}givenname"
                )
                names.append(", ".join(filter(None, (last, first))))
    return tuple(names)
