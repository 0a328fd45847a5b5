"""The first line that a person wrote: what they quote, who wrote it and signatures are left out.

What is quoted holds words of ours, such as "unsubscribe", which nobody said. So where it cannot be
told what was quoted, nothing was written.
"""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.inbound.reading.message import IncomingMessage

#: How many lines of a text are looked at.
_LINES = 200
#: A line of a quotation: `>`, or the `|` of some old programs.
_QUOTED = re.compile(r"\s*[>|]")
#: What no line of the writer's follows: a signature (RFC 3676 §4.3), a ruler or a heading of
#: what is quoted.
_END = re.compile(
    r"-- ?$|[-_=*]{5,}|[-\s]*(original message|original-nachricht|ursprüngliche nachricht"
    r"|message d.origine|mensaje original|mensagem original|messaggio originale"
    r"|oorspronkelijk bericht|ursprungligt meddelande|forwarded message|weitergeleitete nachricht"
    r"|message transféré|begin forwarded|пересылаемое сообщение|исходное сообщение)",
    re.IGNORECASE,
)
#: A head of what is quoted, as Outlook writes it in its language.
_HEAD = re.compile(
    r"\*?(from|von|de|da|van|från|fra|lähettäjä|od|feladó|от|від|kimden|발신|发件人|寄件者|差出人"
    r"|sent|gesendet|envoyé|enviado|inviato|verzonden|date|datum|subject|betreff|to|an)\s?[:\uff1a]",
    re.IGNORECASE,
)
#: "On Monday, Ada wrote:": up to three lines that end with a colon, before what is quoted.
_ATTRIBUTION = re.compile(r".*[:\uff1a]\s*$", re.DOTALL)
_LONGEST_ATTRIBUTION = 3
#: How such a line says it. It is known by this where no line of the quotation is marked.
_WROTE = re.compile(
    r"(\b(wrote|writes|schrieb|schreibt|a écrit|écrit|escribió|escreveu|ha scritto|schreef|skrev"
    r"|kirjoitti|napisał|napsal|napísal|írta|пишет|написал|пише|έγραψε|yazdı|scris)\b"
    r"|写道|寫道|のメール|작성|كتب|כתב).{0,60}[:\uff1a]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
#: The line above it, where it takes two.
_WHEN = re.compile(
    r"\s*(on|am|le|el|il|op|em|den|pe|w dniu|dne|dňa|no dia|在|בתאריך)\b.*\d", re.IGNORECASE
)
_GREETING = re.compile(
    r"(hi|hello|hey|dear|good (morning|day|evening)|hallo|guten|liebe|sehr geehrte|moin|servus"
    r"|bonjour|salut|hola|buenos|buenas|estimad|ciao|salve|buongiorno|gentil|olá|oi|bom dia|prezad"
    r"|beste|geachte|hej|hei|moi|cześć|dzień dobry|dobrý den|ahoj|здравствуйте|привет|добрый"
    r"|добрий|γεια|merhaba|您好|你好|こんにちは|안녕)",
    re.IGNORECASE,
)
_GREETING_WORDS = 4


def first_line(message: IncomingMessage) -> str:
    """Return the first line that the writer of a message wrote; empty if there is none."""
    return first_written(text_of(message))


def text_of(message: IncomingMessage) -> str:
    """Return the text of a message: its first plain part, or else what its HTML says."""
    html = ""
    for part in message.walk():
        if part.content_type.startswith("message/"):
            return html and text_of_html(html)
        if part.fields.get("content-disposition").lower().startswith("attachment"):
            continue
        if part.content_type == "text/plain" and part.text.strip():
            return part.text
        if part.content_type == "text/html" and not html:
            html = part.text
    return html and text_of_html(html)


def first_written(text: str) -> str:
    """Return the first line of a text that is neither quoted nor a greeting; empty without one."""
    lines = [_plain(line) for line in text.splitlines()[:_LINES]]
    return next(filter(None, _written(lines)), "")


def _plain(line: str) -> str:
    # Word joiners and the like are invisible, and programs put them before a text.
    return re.sub("[\u200b-\u200f\u2060\ufeff\xad]", "", line).replace("\xa0", " ").rstrip()


def _written(lines: Sequence[str]) -> Iterator[str]:
    quoted = [number for number, line in enumerate(lines) if _QUOTED.match(line)]
    first = quoted[0] if quoted else len(lines)
    above = _without_attribution(lines[:first]) if quoted else lines
    for number, line in enumerate(above):
        if _is_end(line) or _is_attribution(above[number : number + _LONGEST_ATTRIBUTION]):
            return
        if not _is_greeting(line):
            yield line.strip()
    for line in lines[first:]:
        if _QUOTED.match(line):
            continue
        if _is_end(line):
            return
        if not _is_greeting(line):
            yield line.strip()


def _is_end(line: str) -> bool:
    return bool(_END.match(line.strip()) or _HEAD.match(line.strip()))


def _is_greeting(line: str) -> bool:
    return len(line.split()) <= _GREETING_WORDS and bool(_GREETING.match(line.strip()))


def _is_attribution(lines: Sequence[str]) -> bool:
    """Whether a sentence such as "On Monday, Ada wrote:" begins here, on one line or more."""
    paragraph: list[str] = []
    for line in lines:
        if not line.strip():
            break
        paragraph.append(line)
        text = " ".join(paragraph)
        says_when_or_who = bool(re.search(r"[\d@]", text))
        if says_when_or_who and _WROTE.search(text):
            return True
    return False


def _without_attribution(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines above what is quoted without those that say who wrote it."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    if not (kept and _ATTRIBUTION.match(kept[-1])):
        return kept
    paragraph = [*takewhile(str.strip, reversed(kept))][:_LONGEST_ATTRIBUTION]
    for count in range(1, len(paragraph) + 1):
        if _is_attribution(paragraph[count - 1 :: -1]):
            above = paragraph[count : count + 1]
            return kept[: -count - bool(above and _WHEN.match(above[0]))]
    return kept[: -len(paragraph)]


def text_of_html(html: str) -> str:
    """Return the text of HTML as lines; what is quoted has `>` before it."""
    reader = _TextReader()
    with suppress(AssertionError):  # raised for `<![` and an unknown word
        # Not closed: that reads a tag without an end again and again, in a time that is squared.
        reader.feed(html)
    return "".join(reader.pieces)


_BREAKS = frozenset(("br", "p", "div", "tr", "li", "h1", "h2", "h3", "hr", "table", "td"))
_UNSEEN = frozenset(("style", "script", "head", "title"))
#: The classes of the block that holds what is quoted, at Gmail, Yahoo, Outlook and Proton.
_QUOTING = re.compile(r"gmail_quote|yahoo_quoted|divRplyFwdMsg|protonmail_quote|moz-cite-prefix")


class _TextReader(HTMLParser):
    """Collects the text of HTML. From the first quotation on, every line is quoted."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._unseen = 0
        self._is_quoted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        if tag == "blockquote" or _QUOTING.search(marks):
            self._is_quoted = True
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS or tag == "blockquote":
            self.pieces.append("\n> " if self._is_quoted else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BREAKS:
            self.pieces.append("\n> " if self._is_quoted else "\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(" ".join(data.split()) if not data.isspace() else " ")
