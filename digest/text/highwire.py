"""Remove the markers that HighWire's conversion leaves in abstracts of bioRxiv and medRxiv.

`O_X` opens and `C_X` closes an element, without blanks around it: `LO_SCPLOWAMPC_SCPLOW` is a word
in small capitals. Figures and tables are links to images, and are left out with their captions.
"""

from __future__ import annotations

import re

#: Images, tables and formulas.
_LEFT_OUT = "FIG|TBL|FD|INLINEFIG"
#: The letters of small capitals belong to the word around them; other elements end a line.
_MARKER = re.compile(
    rf"[OCM]_(?:(?P<inline>SCPLOW|SCPCAP)|ST_ABS|TEXTBOX|FLOATNO|TABLECAPTION|{_LEFT_OUT})"
    # Short names could be a part of NO_LIMIT or of C_LINE.
    r"|(?:(?<![A-Z])|(?<=C_LI)|(?<=_ABS))O_(?:LI|ABS|HEAD|QD|UL|LST)"
    r"|C_(?:LI|ABS|HEAD|QD|UL|LST)(?![A-Z]{2})"
)
_HEADING = re.compile(r"O_ST_ABS(?P<text>.{0,80}?)C_ST_ABS\s*", re.DOTALL)
_IMAGE = re.compile(
    r"(?:O_ST_ABS\s*)?(?:Graphical\s+abstract\s*)?(?:C_ST_ABS\s*)?"
    rf"O_(?P<name>{_LEFT_OUT})(?![A-Z]).{{0,5000}}?C_(?P=name)(?![A-Z])",
    re.DOTALL | re.IGNORECASE,
)
#: The remains of an image without its markers.
_REMAINS = re.compile(
    r"O_LINKSMALLFIG\b[^<>]{0,500}>|View larger version \([^()]{1,20}\):?"
    r"|org\.highwire\.dtl\.\S{1,200}",
)
#: The label of the whole text, glued to its first word or on a line of its own.
_LABEL = re.compile(r"\s*(?:(?i:abstract)\s*(?:[:.—–-]\s*|\n)|ABSTRACT\s*|Abstract(?=[A-Z]))")
_HEADINGS = (
    "Background|Introduction|Objectives?|Aims?|Purpose|Motivation|Rationale|Hypothesis|Design"
    "|Setting|Participants|Materials and Methods|Methods?|Results?|Findings|Discussion"
    "|Interpretation|Conclusions?|Significance|Importance|Funding|Summary|Availability"
)
#: A heading that is glued to the sentence under it: "MethodsWe count".
_GLUED = re.compile(rf"(?:(?<=[.?!)\]])\s*|\n\s*|^)(?P<text>{_HEADINGS})(?=[A-Z][a-z]|[A-Z]\s)")


def without_markers(text: str) -> str:
    """Return a text without HighWire's markers and images, with its words whole."""
    text = _REMAINS.sub(" ", _IMAGE.sub(" ", text))
    text = _HEADING.sub(_set_off, text)
    return _MARKER.sub(lambda found: "" if found["inline"] else " ", text)


def plain_abstract(text: str) -> str:
    """Return an abstract without markers, without its own label, and with its headings set off."""
    text = without_markers(text)
    label = _LABEL.match(text)
    return _GLUED.sub(_set_off, text[label.end() :] if label else text)


def _set_off(found: re.Match[str]) -> str:
    """Return a heading as other structured abstracts have it: `Methods: We count`."""
    heading = found["text"].strip().rstrip(":.")
    return "" if heading.casefold() == "abstract" else f" {heading}: "
