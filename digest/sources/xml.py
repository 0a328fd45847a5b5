"""Parse XML of services strictly: a broken document is refused, never repaired.

A document type, entities and external references are refused too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: elements within elements; feeds have five, and code that walks a tree may recurse
DEEPEST = 100


def parse_xml(text: str, where: str) -> Element:
    """Return the root of a decoded document; `where` names it in messages.

    A declared encoding is ignored, because the text is decoded already.

    Raises:
        SourceError: it is not well-formed, has a document type or entities of its own, or nests
            more than DEEPEST elements.

    """
    parser = DefusedXMLParser(
        target=_Shallow(), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(text)
        root = parser.close()
    except ParseError as error:
        raise SourceError(f"{where} is not XML: {error}") from error
    except UnicodeEncodeError as error:
        before = text[: error.start]
        position = (
            f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10)) - 1}"
        )
        raise SourceError(f"{where} is not XML: half a character: {position}") from error
    except (DefusedXmlException, _DeepError) as error:
        line, column = parser.parser.CurrentLineNumber, parser.parser.CurrentColumnNumber
        reason = f"{_reason(error)}: line {line}, column {column}"
        raise SourceError(f"{where} is not read: {reason}") from error
    assert isinstance(root, Element)  # noqa: S101 (our target builds it)
    return root


def _reason(error: Exception) -> str:
    if isinstance(error, _DeepError):
        return f"more than {DEEPEST} elements within each other"
    return f"it has a document type or entities ({type(error).__name__})"


class _DeepError(Exception):
    """The elements are nested too deeply."""


class _Shallow(TreeBuilder):
    """Builds a tree of limited depth."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: Mapping[str, str], /) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _DeepError
        return super().start(tag, dict(attrs))

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
