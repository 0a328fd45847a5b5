"""XML from strangers, read safely.

No other module parses XML: entities that grow and files that are fetched are refused here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from digest.errors import SourceError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def parse_xml(text: str, where: str) -> Element:
    """Return the root element.

    Raises:
        SourceError: it is no XML, or XML that could do harm.

    """
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SourceError(f"{where} is not XML: {error}") from error
    return root
