"""Clean text from whatever the sources send.

Nothing here produces HTML. Text stays text until a template escapes it; tags that sources leave
in abstracts are taken out by name, because "for a<b we show" is mathematics and not a tag.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urlsplit

from digest.text.tex import untex
from digest.text.wording import squeeze

#: controls, soft hyphens, zero-width marks, Hangul and Mongolian fillers, bidi marks, embeddings
#: and isolates, byte order marks, lone surrogates, tags and other marks that only programs see; and
#: variation selectors, but for one behind what it varies, as emoji have
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    # Behind these two it is half of a letter, which is mended when the brace is gone.
    "|(?<![{\xc3])\xad"
    "|(?:(?<=[\\s\ufe00-\ufe0f])|^)[\ufe00-\ufe0f]+"
)
_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|em|strong|sub|sup|span|div|tt|code|small|font|li|ul|ol|jats:[a-z]+)"
    # Only attributes with a value: in "for a<b and c>d" there is no tag.
    r"(?:\s+[a-z:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)

_CJK_RUN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff00-\uffef]+[\x20-\x7e]?")
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\ue000-\uf8ff\uff00-\uffef]")
_WESTERN = re.compile("[\x20-\x7e\u00a0-\u024f\u0370-\u03ff\u1e00-\u1eff\u2010-\u22ff]+")
#: what UTF-8 bytes of two and more look like when read as Windows-1252
_LATIN_RUN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]+")

_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)
_LATIN = re.compile("[a-z]")
#: Greek, Cyrillic, Armenian, Cherokee
_LOOKALIKE = re.compile("[\u0370-\u058f\u13a0-\u13ff\uab70-\uabbf]")

#: What entities, tags and TeX begin with
_OPENING = re.compile(r"[&<\\${}^~`_-]")
#: Honest text settles in three.
_PASSES = 12
#: Characters; the longest abstracts have a few thousand.
LONGEST = 20_000


def clean(text: str) -> str:
    """Return text fit to be shown: mended, without TeX, tags or invisible marks, on one line.

    Text that is clean stays as it is, so what one installation hands to another does not change.
    What is longer than LONGEST is cut, since it is no text of a paper.
    """
    text = text[:LONGEST]
    for _ in range(_PASSES):
        cleaner = _cleaner(text)[:LONGEST]
        if cleaner == text:
            return text
        text = cleaner
    # Somebody made it so that every pass uncovers another; without its marks it has no more.
    return clean(_OPENING.sub("", text))


def _cleaner(text: str) -> str:
    text = mend(html.unescape(text)) if "&" in text else mend(text)
    text = squeeze(_TAG.sub("", text) if "<" in text else text)
    if not (text.isascii() and text.isprintable()):
        text = squeeze(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    readable = untex(text)
    return text if readable == text else squeeze(unicodedata.normalize("NFC", readable))


def mend(text: str) -> str:
    """Repair UTF-8 that was decoded as GBK or Windows-1252; leave all other text alone.

    GBK turns two UTF-8 bytes of a western letter into one ideograph (`Ü` into `脺`). It is
    repaired only if every ideograph in the text turns western, so real Chinese stays as it is.
    """
    if text.isascii():
        return text
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


def safe_url(url: object) -> str | None:
    """Return a web address that may stand in a mail, or None.

    Only http and https with a host, without user name, white space or controls, encoded or not, at
    most 2,000 characters: `javascript:` and the like are not links, and autoescape would not stop
    them. A host that mixes Latin with letters that look like it is somebody else's.
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
