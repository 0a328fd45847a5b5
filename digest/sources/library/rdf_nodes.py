"""The nodes of an RDF file, each by itself where the file as a whole is no XML.

Programs leave control characters and bare `&` in titles, and files are cut off. Characters that XML
forbids (https://www.w3.org/TR/xml/#charsets) are left out, and a `&` or `<` that begins nothing is
text. A node that is still no XML costs itself alone. Document types and entities stay refused.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from digest.errors import LibraryError, SourceError
from digest.sources.library.lines import Lines
from digest.sources.library.seeds import MOST_ENTRIES, Rejected, too_many
from digest.sources.xml import parse_xml

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x(?P<hex>[0-9a-fA-F]{1,8})|(?P<number>\d{1,9}));")
_BARE = re.compile(r"&(?!(?:#\d{1,9}|#x[0-9a-fA-F]{1,8}|lt|gt|amp|quot|apos);)|<(?![\w/!?])")
_ESCAPED = {"&": "&amp;", "<": "&lt;"}
#: the root and its namespaces; Zotero's has 600 characters
_ROOT = re.compile(r"<(?P<name>\w+:RDF)\b[^<>]{0,4000}>")
#: a node that others may refer to; nothing within one has such a name
_NODE = re.compile(
    r"<(?![/!?])[\w.:-]++\s[^<>]*?(?<=\s)\w+:(?:about|nodeID|ID)\s*=\s*[\"'](?P<name>[^\"'<>]*)"
)
_TITLE = re.compile(r"<dc:title>\s*([^<]{1,60})")
#: where a file is cut off
_HALF_A_TAG = re.compile(r"<[^<>]*\Z")
#: after as many faulty nodes a file is no library
_MOST_FAULTS = 200
#: characters of a node among which its title is looked for
_LONGEST_NODE = 10_000


class Nodes(NamedTuple):
    """What is in a file: a tree of nodes, and those that could not be read."""

    root: Element
    rejected: tuple[Rejected, ...] = ()


def parse(text: str) -> Nodes:
    """Return the nodes of a file.

    Raises:
        LibraryError: it has no nodes, or a document type or entities of its own, or too many nodes.

    """
    text = _mended(text)
    try:
        return Nodes(parse_xml(text, "it"))
    except SourceError as error:
        root = _ROOT.search(text) if _is_of_one_node(error) else None
        starts = [*_NODE.finditer(text, root.end())] if root else []
        if root is None or not starts:
            raise LibraryError(str(error)) from error
    if len(starts) > MOST_ENTRIES:
        raise too_many(MOST_ENTRIES)
    return _one_by_one(text, root, starts)


def _is_of_one_node(error: SourceError) -> bool:
    """Whether a fault may be one of a single node; a document type is one of the file."""
    return isinstance(error.__cause__, ParseError)


def _one_by_one(text: str, root: re.Match[str], starts: list[re.Match[str]]) -> Nodes:
    """Return the nodes that are XML by themselves; those between faulty ones at once."""
    closing = f"</{root['name']}>"
    end = text.rfind(closing, starts[-1].end())
    is_cut = end < 0
    if is_cut:
        text = _HALF_A_TAG.sub("", text)
    bounds = [*(one.start() for one in starts), len(text) if is_cut else end]
    tree, lines = Element(root["name"]), Lines(text)
    rejected: list[Rejected] = []
    left = [(0, len(starts))]
    while left:
        first, last = left.pop()
        try:
            tree.extend(parse_xml(f"{root[0]}{text[bounds[first] : bounds[last]]}{closing}", "it"))
            continue
        except SourceError:
            if last - first > 1:
                middle = (first + last) // 2
                left += [(middle, last), (first, middle)]
                continue
        where = f"line {lines.at(bounds[first])}, {_name(starts[first], text)}"
        if len(rejected) >= _MOST_FAULTS:
            rejected.append(Rejected(where=where, reason="the rest is not read: too many faults"))
            return Nodes(tree, tuple(rejected))
        is_cut_here = is_cut and last == len(starts)
        reason = "the file is cut off in it" if is_cut_here else "it is no XML"
        rejected.append(Rejected(where=where, reason=reason))
        is_cut = is_cut and not is_cut_here
    if is_cut:
        where = f"line {lines.at(len(text))}"
        rejected.append(Rejected(where=where, reason="the file is cut off behind it"))
    return Nodes(tree, tuple(rejected))


def _name(start: re.Match[str], text: str) -> str:
    title = _TITLE.search(text, start.end(), start.end() + _LONGEST_NODE)
    return start["name"][:60] + (f", {title[1].strip()}" if title else "")


def _mended(text: str) -> str:
    """Return a text without what XML forbids, and marks that begin nothing as text."""
    text = _FORBIDDEN.sub("", text)
    text = _REFERENCE.sub(_allowed, text)
    return _BARE.sub(lambda found: _ESCAPED[found[0]], text)


def _allowed(reference: re.Match[str]) -> str:
    """Return a reference, or nothing if XML forbids the character."""
    number = int(reference["hex"], 16) if reference["hex"] else int(reference["number"])
    is_allowed = number <= 0x10FFFF and not _FORBIDDEN.match(chr(number))
    return reference[0] if is_allowed else ""
