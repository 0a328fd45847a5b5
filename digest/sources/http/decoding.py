"""The body of a response, from bytes to text. Pure, apart from the clock behind `late`.

Bodies are decompressed here and not by the HTTP library, so that reading can stop in the middle:
of a small body that expands to a huge one, and of one that arrives byte by byte.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING

from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: the content codings that `decompress` reads, for Accept-Encoding
ACCEPTED_ENCODINGS = "gzip"
#: the most bytes of one decompressed piece
_PIECE_SIZE = 65_536
_XML_ENCODING = re.compile(
    rb"""<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Python's own codecs, which no page uses; some take minutes for the bytes of a page.
_PYTHON_ONLY = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})


class TruncatedError(Exception):
    """A body is incomplete."""


def decompress(
    chunks: Iterable[bytes], *, encoding: str, late: Callable[[], bool], where: str
) -> Iterator[bytes]:
    """Yield a decompressed body in pieces of at most 64 KiB, until the time is over.

    Args:
        chunks: the body as it arrives.
        packing: the Content-Encoding.
        late: returns whether the time is over.
        where: the address, for messages.

    Raises:
        SourceError: the time is over, or the body is not encoded as its header says.
        TruncatedError: the end is missing.

    """
    if encoding.strip().lower() in ("", "identity"):
        yield from _in_time(chunks, late, where)
        return
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise SourceError(
            f"{where} could not be read: packed as {encoding[:40]!r} without being asked"
        )
    # + 16: expect a gzip header.
    gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    started, rest = False, b""
    try:
        for chunk in _in_time(chunks, late, where):
            started, rest = True, chunk
            while rest and not gzip.eof:
                yield gzip.decompress(rest, _PIECE_SIZE)
                rest = gzip.unconsumed_tail
            if rest or gzip.unused_data:
                break
        yield gzip.flush()
    except zlib.error as error:
        raise SourceError(f"{where} could not be read: broken gzip: {error}") from error
    if gzip.unused_data or (gzip.eof and rest):
        raise SourceError(f"{where} could not be read: broken gzip: something follows its end")
    if started and not gzip.eof:
        raise TruncatedError("the gzip ended before its end")


def _in_time(chunks: Iterable[bytes], late: Callable[[], bool], where: str) -> Iterator[bytes]:
    for chunk in chunks:
        if late():
            raise SourceError(f"{where} could not be read: it answers too slowly")
        yield chunk


def read_limited(pieces: Iterable[bytes], *, limit: int, where: str) -> bytes:
    """Return a body of at most `limit` bytes.

    Raises:
        SourceError: it is longer.

    """
    received = bytearray()
    for piece in pieces:
        received += piece
        if len(received) > limit:
            raise SourceError(f"{where} sent more than {limit:,} bytes")
    return bytes(received)


def decode(body: bytes, *, charset: str | None, where: str) -> str:
    """Return a body as text.

    The encoding is the header's charset, else the one an XML document declares, else UTF-8.


    Raises:
        SourceError: the body is not text in that encoding, or the encoding is unknown.

    """
    name = charset or _declared(body) or "utf-8"
    try:
        known = codecs.lookup(name).name.replace("-", "_")
        text = None if known in _PYTHON_ONLY else body.decode(known)
    except (LookupError, ValueError) as error:
        raise SourceError(f"{where} sent text that is not {name[:40]}") from error
    if text is None:
        raise SourceError(f"{where} sent text in {name[:40]}, which is no charset")
    return text.removeprefix("\ufeff")


def decode_refusal(body: bytes, *, charset: str | None) -> str:
    """Return the body of a refusal as text; what cannot be decoded is replaced."""
    try:
        return decode(body, charset=charset, where="")
    except SourceError:
        return body.decode("utf-8", "replace")


def _declared(body: bytes) -> str | None:
    """Return the encoding that an XML document declares, or that its byte order mark shows."""
    if body.startswith(_UTF16_MARKS):
        return "utf-16"
    match = _XML_ENCODING.match(body.removeprefix(codecs.BOM_UTF8)[:200])
    name = match[1].decode("ascii") if match else None
    # If the word "utf-16" is readable in single bytes, the document is not UTF-16.
    return None if name and name.lower().startswith(("utf-16", "utf-32", "ucs")) else name
