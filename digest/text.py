"""Clean text from whatever the sources send.

Nothing here produces HTML. Text stays text until a template escapes it; tags that sources leave
in abstracts are taken out by name, because "for a<b we show" is mathematics and not a tag.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

_SPACE = re.compile(r"\s+")
#: controls, zero-width marks, bidi embeddings and isolates, byte order marks, lone surrogates
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]"
)
_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|em|strong|sub|sup|span|div|tt|code|small|font|li|ul|ol|jats:[a-z]+)"
    # Only attributes with a value: in "for a<b and c>d" there is no tag.
    r"(?:\s+[a-z:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*(?=\s+[\"“‘(\[]?[A-Z0-9À-Þ$]|\s*$)")
#: words whose full stop does not end a sentence
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|fig|eq|sec|tab|ref|resp|approx|w\.r\.t|dr|prof|st|no)"
    r"|\b[A-Z])\.$",
    re.IGNORECASE,
)

_CJK_RUN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff00-\uffef]+[\x20-\x7e]?")
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff00-\uffef]")
_WESTERN = re.compile("[\x20-\x7e\u00a0-\u024f\u0370-\u03ff\u1e00-\u1eff\u2010-\u22ff]+")
#: what UTF-8 bytes of two and more look like when read as Windows-1252
_LATIN_RUN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]+")


#: Characters; the longest abstracts have a few thousand.
LONGEST = 20_000


def squeeze(text: str) -> str:
    """Join lines and fold runs of white space to single spaces."""
    return _SPACE.sub(" ", text).strip()


def clean(text: str) -> str:
    """Return text fit to be shown: mended, without tags or invisible marks, on one line.

    Text that is clean stays as it is, so what one installation hands to another does not change.
    What is longer than LONGEST is cut, since it is no text of a paper.
    """
    text = text[:LONGEST]
    while (cleaner := _cleaner(text)) != text:
        text = cleaner
    return text


def _cleaner(text: str) -> str:
    text = mend(html.unescape(text)) if "&" in text else mend(text)
    text = _TAG.sub("", text)
    return squeeze(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))


def mend(text: str) -> str:
    """Repair UTF-8 that was decoded as GBK or Windows-1252; leave all other text alone.

    GBK turns two UTF-8 bytes of a western letter into one ideograph (`Ü` into `脺`). It is
    repaired only if every ideograph in the text turns western, so real Chinese stays as it is.
    """
    if _CJK.search(text):
        repaired = _CJK_RUN.sub(_from_gbk, text)
        if not _CJK.search(repaired):
            return repaired
    return _LATIN_RUN.sub(_from_cp1252, text)


def _from_gbk(match: re.Match[str]) -> str:
    run = match[0]
    for piece, rest in ((run, ""), (run[:-1], run[-1:])):
        try:
            western = piece.encode("gbk").decode("utf-8")
        except UnicodeError:
            continue
        if _WESTERN.fullmatch(western):
            return western + rest
    return run


def _from_cp1252(match: re.Match[str]) -> str:
    run = match[0]
    try:
        octets = b"".join(
            ch.encode("latin-1") if "\x80" <= ch <= "\x9f" else ch.encode("cp1252") for ch in run
        )
        return octets.decode("utf-8")
    except UnicodeError:
        return run


def decode(octets: bytes) -> str:
    """Decode a file by its byte order mark, else as UTF-8, else as Windows-1252. Never fails."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", errors="replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")


def looks_like_html(text: str) -> bool:
    """Whether a file is a web page rather than the text of one."""
    head = text[:2000].lstrip("\ufeff \t\r\n").casefold()
    return head.startswith(("<!doctype html", "<html", "<head", "<?xml")) or "<body" in head


def sentences(text: str) -> list[str]:
    """Split a paragraph into sentences; abbreviations and decimals do not end one."""
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[max(start, match.end() - 12) : match.end()]):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def summarise(text: str, limit: int) -> str:
    """Return the leading whole sentences that fit into `limit` characters.

    When not even the first one fits it is cut between words and ends in "…".
    """
    if limit <= 0:
        return ""
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}" if kept else sentence
        if len(longer) > limit:
            break
        kept = longer
    return kept or shorten(text, limit)


def shorten(text: str, limit: int) -> str:
    """Cut text between words to at most `limit` characters, "…" included."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return "…"[:limit]
    cut = text[: limit - 1]
    if text[limit - 1] != " " and " " in cut:
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:-–—") + "…"


def count(number: int, noun: str) -> str:
    """Write a number with its noun: `1 vote`, `1,204 votes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def safe_url(url: object) -> str | None:
    """Return a web address that may stand in a mail, or None.

    Only http and https with a host, without user name, white space or controls, at most
    2,000 characters: `javascript:` and the like are not links, and autoescape would not stop them.
    """
    if (
        not isinstance(url, str)
        or not 0 < len(url) <= 2000
        or re.search(r"[\s<>\"\\\x00-\x20]", url)
        or _INVISIBLE.search(url)
    ):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return url
