"""Cleaning of all text that comes from sources.

The result is plain text and never HTML; templates escape it. Sources leave tags in abstracts. Only
tags with a known name are removed, because "for a<b we show" is mathematics and not a tag.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

from digest.text.tex import untex
from digest.text.wording import squeeze

#: Characters that nobody sees: controls, soft hyphens, zero-width marks, Hangul and Mongolian
#: fillers, marks of the writing direction, byte order marks, lone surrogates, tag characters. Also
#: variation selectors, except one that follows a character that it can vary, as in emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    # Behind "Ã" a soft hyphen is half of a wrongly decoded letter, which the next pass repairs.
    # Behind "{" it may become one: the next pass may remove the brace from between the two.
    "|(?<![{\xc3])\xad"
    "|(?:(?<=[\\s\ufe00-\ufe0f])|^)[\ufe00-\ufe0f]+"
)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>a|b|i|u|p|br|em|strong|sub|sup|span|div|tt|code|small|font|li|ul|ol"
    r"|h[1-6]|italic|bold|underline|sc|jats:[a-z-]+|mml:[a-z-]+)"
    # An attribute needs a value, because "for a<b and c>d" holds no tag.
    r"(?:\s+[a-z:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)

#: A character reference. One without its semicolon is none before a letter, digit or "=", as in the
#: address …?id=1&noteId=2 (HTML, "named character reference state", for attributes).
_REFERENCE = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31})(?:;|(?![;=A-Za-z0-9]))"
)
#: A raised or lowered number, which is written as in TeX: without it 10⁻³ would become 10-3.
_SCRIPT = re.compile(r"<(su[pb])>\s*([0-9+−-]{1,6})\s*</\1>", re.IGNORECASE)
#: Tags that end a line; without a blank two words would become one.
_BREAKING = re.compile(r"p|br|div|li|ul|ol|h[1-6]|jats:(?:p|sec|list|list-item|title)")

_CJK_RUN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff00-\uffef]+[\x20-\x7e]?")
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff00-\uffef]")
_WESTERN = re.compile("[\x20-\x7e\u00a0-\u024f\u0370-\u03ff\u1e00-\u1eff\u2010-\u22ff]+")
#: What looks like two or more bytes of UTF-8 that were decoded as Windows-1252.
_LATIN_RUN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]+")

_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)
_LATIN = re.compile("[a-z]")
#: Scripts with letters that look like Latin ones: Greek, Cyrillic, Armenian, Cherokee.
_LOOKALIKE = re.compile("[\u0370-\u058f\u13a0-\u13ff\uab70-\uabbf]")

#: The characters with which entities, tags and TeX begin.
_MARKUP = re.compile(r"[&<\\${}^~`_-]")
#: The most passes over a text. Text that nobody made on purpose needs three at most.
_MAX_PASSES = 12
#: The most characters of a text; the longest abstracts have a few thousand.
MAX_LENGTH = 20_000


def clean(text: str) -> str:
    """Return text on one line that can be shown: repaired, without TeX, tags or invisible marks.

    Clean text stays as it is, so it does not change when one installation passes it to another.
    Text longer than MAX_LENGTH is cut, since no text of a paper is as long.

    One pass can uncover markup for another: `&amp;lt;b&gt;` is a tag behind two entities. So the
    passes repeat until nothing changes.
    """
    if not text:
        return text
    text = text[:MAX_LENGTH]
    for _ in range(_MAX_PASSES):
        cleaner = _clean_once(text)[:MAX_LENGTH]
        if cleaner == text:
            return text
        text = cleaner
    # Somebody made this text on purpose. Without these characters it has no markup any more.
    return clean(_MARKUP.sub("", text))


def _clean_once(text: str) -> str:
    """Return a text after one pass."""
    text = repair_encoding(unescape(text) if "&" in text else text)
    text = squeeze(_TAG.sub(_without_tag, _SCRIPT.sub(_as_tex, text)) if "<" in text else text)
    if not (text.isascii() and text.isprintable()):
        text = squeeze(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    readable = untex(text)
    return text if readable == text else squeeze(unicodedata.normalize("NFC", readable))


def unescape(text: str) -> str:
    """Return text with its character references replaced, but addresses as they are."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text)


def _as_tex(script: re.Match[str]) -> str:
    return f"${'^' if script[1].lower() == 'sup' else '_'}{{{script[2]}}}$"


def _without_tag(tag: re.Match[str]) -> str:
    """Return what stands for a tag: a colon behind a heading, a blank between two lines."""
    name = tag["name"].lower()
    if name == "jats:title" and tag["end"]:
        return ": "
    return " " if _BREAKING.fullmatch(name) else ""


def repair_encoding(text: str) -> str:
    """Repair text in UTF-8 that was decoded as GBK or as Windows-1252.

    GBK reads the two UTF-8 bytes of a letter with an accent as one Chinese character: `Ü` becomes
    `脺`. The text is repaired only if no Chinese character remains, so real Chinese stays as it is.
    """
    if text.isascii():
        return text
    if _CJK.search(text):
        repaired = _CJK_RUN.sub(_from_gbk, text)
        if not _CJK.search(repaired):
            return repaired
    return _LATIN_RUN.sub(_from_cp1252, text)


def _from_gbk(match: re.Match[str]) -> str:
    """Return a run, or the run without its last character, decoded as UTF-8 if it is European."""
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
    """Return a run decoded as UTF-8, or unchanged if its bytes are no UTF-8."""
    run = match[0]
    try:
        octets = b"".join(
            ch.encode("latin-1") if "\x80" <= ch <= "\x9f" else ch.encode("cp1252") for ch in run
        )
        return octets.decode("utf-8")
    except UnicodeError:
        return run


def decode(octets: bytes) -> str:
    """Decode a file by its byte order mark, or else as UTF-8, or else as Windows-1252.

    It never raises; a byte that cannot be decoded becomes U+FFFD.
    """
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return octets.decode("utf-16", errors="replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")


def looks_like_html(text: str) -> bool:
    """Whether the text of a file is HTML, such as a saved web page."""
    head = text[:2000].lstrip("\ufeff \t\r\n").casefold()
    return head.startswith(("<!doctype html", "<html", "<head", "<?xml")) or "<body" in head


def safe_url(url: object) -> str | None:
    """Return a web address unchanged if it may be a link in a mail, or None if it may not.

    It must be http or https with a host, and have at most 2,000 characters. It may have no user
    name, no white space, and no control characters, percent-encoded or not. The templates' escaping
    does not stop `javascript:` and other schemes, so this function does. A host that mixes Latin
    letters with letters that only look Latin imitates another host.
    """
    if (
        not isinstance(url, str)
        or not 0 < len(url) <= 2000
        or re.search(r"[\s<>\"\\\x00-\x20]", url)
        or _INVISIBLE.search(url)
        or _ENCODED_CONTROL.search(url)
    ):
        return None
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return None if _LATIN.search(host) and _LOOKALIKE.search(host) else url
