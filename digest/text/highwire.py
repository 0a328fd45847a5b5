"""Remove the markers that HighWire's conversion leaves in abstracts of bioRxiv and medRxiv.

`O_X` opens and `C_X` closes an element, without blanks around it: `LO_SCPLOWAMPC_SCPLOW` is a word
in small capitals. Figures and tables are links to images, and are left out with their captions.
Signs stand in braces or brackets: `5 {micro}M`, `{+/-}`, `[~]`.
"""

from __future__ import annotations

import html
import re
from html.entities import html5

#: Images, tables and formulas.
_LEFT_OUT = "FIG|TBL|FD|INLINEFIG"
#: Short names could be a part of NO_LIMIT or of C_LINE, so capitals on both sides make no marker,
#: unless those before are another marker's.
_SHORT = "LI|ABS|HEAD|QD|UL|LST"
_BEHIND_MARKER = r"(?<=[OC]_(?:LI|QD|UL))|(?<=[OC]_(?:ABS|LST))|(?<=[OC]_HEAD)|(?<=_ST_ABS)"
#: The letters of small capitals belong to the word around them; other elements end a line.
_MARKER = re.compile(
    rf"[OCM]_(?:(?P<inline>SCPLOW|SCPCAP)|ST_ABS|TEXTBOX|FLOATNO|TABLECAPTION|{_LEFT_OUT})"
    rf"|(?:(?<![A-Z])|{_BEHIND_MARKER})O_(?:{_SHORT})|O_(?:{_SHORT})(?=[A-Z]?[^A-Z_]|$)"
    rf"|C_(?:{_SHORT})(?![A-Z]{{2}})"
)
#: A sign in braces has a name of HTML's character references, or one of these.
_SIGN = re.compile(r"\{(?P<name>[A-Za-z]{2,12}|middle dot|[+-]/[+-])\}")
_NAMES = {
    "degrees": "°", "degree": "°", "middle dot": "·", "+/-": "±", "-/+": "∓", "infty": "∞",
    "angstrom": "Å",
}  # fmt: skip
#: Names of character references that are more likely words, as in a file's name `{lang}.txt`.
_WORDS = frozenset(
    ["and", "copy", "image", "in", "int", "lang", "not", "num", "or", "real", "sub", "sup", "top"]
)
#: A sign in brackets is written in ASCII; other brackets hold references and words.
_ASCII_SIGN = re.compile(r"\[(?P<sign>[^\[\]\s]{1,8})\]")
_ASCII_SIGNS = {
    "~": "~", "->": "→", "<-": "←", "<->": "↔", "=>": "⇒", "≥": "≥", ">=": "≥", "≤": "≤",
    "<=": "≤", "≈": "≈", "±": "±", "+/-": "±", "×": "×", "·": "·", "boxh": "─", "boxv": "│",
    "deg": "°", "prime": "′", "square": "□", "bullet": "•", "ell": "ℓ",
}  # fmt: skip
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
_GLUED = re.compile(
    r"(?:(?<=[.?!)\]])\s*|\n\s*|^)"
    rf"(?P<text>{_HEADINGS}|{_HEADINGS.upper()})(?=[A-Z][a-z]|[A-Z]\s)"
)


def without_markers(text: str) -> str:
    """Return a text without HighWire's markers and images, with its words and signs whole."""
    text = _REMAINS.sub(" ", _IMAGE.sub(" ", text))
    text = _HEADING.sub(_set_off, text)
    text = _MARKER.sub(lambda found: "" if found["inline"] else " ", text)
    return _ASCII_SIGN.sub(_ascii_sign, _SIGN.sub(_sign, text))


def plain_abstract(text: str) -> str:
    """Return an abstract without markers, without its own label, and with its headings set off."""
    text = without_markers(text)
    label = _LABEL.match(text)
    return _GLUED.sub(_set_off, text[label.end() :] if label else text)


def _sign(found: re.Match[str]) -> str:
    name = found["name"]
    if name in _WORDS:
        return found[0]
    return _NAMES.get(name) or html5.get(f"{name};") or found[0]


def _ascii_sign(found: re.Match[str]) -> str:
    return _ASCII_SIGNS.get(html.unescape(found["sign"]), found[0])


def _set_off(found: re.Match[str]) -> str:
    """Return a heading as other structured abstracts have it: `Methods: We count`."""
    heading = found["text"].strip().rstrip(":.")
    return "" if heading.casefold() == "abstract" else f" {heading}: "
