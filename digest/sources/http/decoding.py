"""The body of an answer, from the bytes of the wire to text; pure, but for the time it asks.

It is unpacked here and not by the HTTP library, so that a small body that unpacks to a huge one,
or one that comes in drops, is left in the middle.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING

from digest.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: what unpack understands, for Accept-Encoding
PACKINGS = "gzip"
#: bytes unpacked at once
_PIECE = 65_536
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: These are Python's own; some take minutes over what a page has of bytes.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})


class CutOffError(Exception):
    """A body ended before its end."""


def unpack(
    chunks: Iterable[bytes], *, packing: str, late: Callable[[], bool], where: str
) -> Iterator[bytes]:
    """Yield a body unpacked, in pieces of which none is large, while there is time.

    Args:
        chunks: the body as it comes.
        packing: the Content-Encoding.
        late: whether the time is over.
        where: the address, for messages.

    Raises:
        SourceError: the time is over, or it is not packed as it says.
        CutOffError: the end is missing.

    """
    if packing.strip().lower() in ("", "identity"):
        yield from _in_time(chunks, late, where)
        return
    if packing.strip().lower() not in ("gzip", "x-gzip"):
        raise SourceError(
            f"{where} could not be read: packed as {packing[:40]!r} without being asked"
        )
    # 16: a gzip header is expected.
    gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    started, rest = False, b""
    try:
        for chunk in _in_time(chunks, late, where):
            started, rest = True, chunk
            while rest and not gzip.eof:
                yield gzip.decompress(rest, _PIECE)
                rest = gzip.unconsumed_tail
            if rest or gzip.unused_data:
                break
        yield gzip.flush()
    except zlib.error as error:
        raise SourceError(f"{where} could not be read: broken gzip: {error}") from error
    if gzip.unused_data or (gzip.eof and rest):
        raise SourceError(f"{where} could not be read: broken gzip: something follows its end")
    if started and not gzip.eof:
        raise CutOffError("the gzip ended before its end")


def _in_time(chunks: Iterable[bytes], late: Callable[[], bool], where: str) -> Iterator[bytes]:
    for chunk in chunks:
        if late():
            raise SourceError(f"{where} could not be read: it answers too slowly")
        yield chunk


def whole(pieces: Iterable[bytes], *, limit: int, where: str) -> bytes:
    """Return a body of at most so many bytes.

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
    """Return a body as text, by the header's charset, else as XML declares, else UTF-8.

    Raises:
        SourceError: it is no text of that encoding, or there is no such encoding.

    """
    name = charset or _declared(body) or "utf-8"
    try:
        known = codecs.lookup(name).name.replace("-", "_")
        text = None if known in _NO_CHARSETS else body.decode(known)
    except (LookupError, ValueError) as error:
        raise SourceError(f"{where} sent text that is not {name[:40]}") from error
    if text is None:
        raise SourceError(f"{where} sent text in {name[:40]}, which is no charset")
    return text.removeprefix("\ufeff")


def decode_refusal(body: bytes, *, charset: str | None) -> str:
    """Return what of a refusal is readable."""
    try:
        return decode(body, charset=charset, where="")
    except SourceError:
        return body.decode("utf-8", "replace")


def _declared(body: bytes) -> str | None:
    """Return the encoding an XML document declares, or shows by its first bytes."""
    if body.startswith(_MARKS):
        return "utf-16"
    match = _DECLARED.match(body.removeprefix(codecs.BOM_UTF8)[:200])
    name = match[1].decode("ascii") if match else None
    # Whoever can read the word "utf-16" as bytes does not read UTF-16.
    return None if name and name.lower().startswith(("utf-16", "utf-32", "ucs")) else name
