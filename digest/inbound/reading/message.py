"""A message as a tree of parts (RFC 5322, 2045, 2046), within bounds, from whatever bytes come.

The standard library's parser builds a tree without bounds, leaves
`message/global-delivery-status` unread, and takes most of the time that a report should take. This
one reads what reports need, and never raises: what it cannot read is text.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many octets of a message are read.
LONGEST = 512 * 1024
#: How deep parts may be within parts, how many a message may have, and how many fields a head.
DEEPEST, MOST_PARTS, MOST_FIELDS = 8, 100, 1000
#: How many octets of one field, and how many characters of one text are read.
LONGEST_FIELD, LONGEST_TEXT = 16 * 1024, 64 * 1024

#: A line that an mbox or a fetcher puts before a message; it is no field.
_ENVELOPE_LINE = re.compile(rb"\A\s*+>?From [^\n]*\n")
_PARAMETER = re.compile(r';\s*([\w.-]+)\*?(?:0\*?)?\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]+)')
#: What a field may hold without being RFC 2047's encoded words.
_ENCODED_WORD = "=?"


@dataclass(frozen=True)
class Fields:
    """The fields of a head, or of a block of a report: names in lower case, values on one line."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """Return the value of the first field of a name; empty without one."""
        return next((value for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return the values of all fields of a name."""
        return [value for key, value in self.pairs if key == name]

    def text(self, name: str) -> str:
        """Return the value of the first field of a name, its encoded words (RFC 2047) decoded."""
        return _decoded_words(self.get(name))

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)


@dataclass(frozen=True)
class Part:
    """A message or a part of one."""

    fields: Fields
    #: as it stands, with LF line ends
    body: bytes
    #: in lower case; `text/plain` if nothing is said
    content_type: str
    parameters: dict[str, str]
    parts: tuple[Part, ...] = ()

    def walk(self) -> Iterator[Part]:
        """Return this part and all within it, a part before what it holds."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @cached_property
    def octets(self) -> bytes:
        """The body without its transfer encoding (RFC 2045 §6); as it stands if that is broken."""
        return _without_encoding(self.fields.get("content-transfer-encoding"), self.body)

    @cached_property
    def text(self) -> str:
        """The body as text, in the charset that it names or seems to have."""
        text = as_text(self.octets[: 4 * LONGEST_TEXT], self.parameters.get("charset", ""))
        return text[:LONGEST_TEXT].replace("\r\n", "\n")


@dataclass(frozen=True)
class IncomingMessage(Part):
    """A whole message."""

    #: whether it was longer than what was read of it
    is_cut: bool = False


def parse(octets: bytes) -> IncomingMessage:
    """Return the message that these bytes hold, with LF or CRLF line ends; it never raises."""
    is_cut = len(octets) > LONGEST
    octets = with_lf(octets[:LONGEST])
    octets = octets.removeprefix(b"\xef\xbb\xbf")
    if match := _ENVELOPE_LINE.match(octets):
        octets = octets[match.end() :]
    part = _Parser().part(octets, depth=0)
    return IncomingMessage(
        part.fields, part.body, part.content_type, part.parameters, part.parts, is_cut=is_cut
    )


def with_lf(octets: bytes) -> bytes:
    """Return the bytes with LF line ends, and without NUL, which no text has."""
    if b"\0" in octets:
        octets = octets.replace(b"\0", b"")
    if b"\r" in octets:
        octets = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return octets


def split_head(octets: bytes) -> tuple[Fields, bytes]:
    """Return the fields up to the first empty line, and what follows it."""
    if octets.startswith(b"\n"):
        return Fields(), octets[1:]
    head, _, body = octets.partition(b"\n\n")
    return read_fields(head), body


def read_fields(head: bytes) -> Fields:
    """Return the fields of a head. A line that is neither a field nor its continuation is left out.

    RFC 5322 §2.2.3: a line that begins with white space continues the field above it.
    """
    pairs: list[tuple[str, str]] = []
    name, lines = "", [""]
    for line in as_text(head).split("\n"):
        if line[:1] in (" ", "\t"):
            lines.append(line)
            continue
        key, colon, value = line.partition(":")
        key = key.rstrip()
        if not colon or not key or " " in key:
            continue
        if name:
            pairs.append((name, _unfolded(lines)))
        if len(pairs) >= MOST_FIELDS:
            return Fields(tuple(pairs))
        name, lines = key.lower(), [value]
    if name:
        pairs.append((name, _unfolded(lines)))
    return Fields(tuple(pairs))


def as_text(octets: bytes, charset: str = "") -> str:
    """Return bytes as text: in the given charset, or else UTF-8, or else Latin-1.

    UTF-16 is recognised by its byte order mark, and by the NULs that ASCII has in it.
    """
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    elif b"\0" in octets[:64]:
        charset = "utf-16-be" if octets[:1] == b"\0" else "utf-16-le"
    if charset and charset not in ("us-ascii", "utf-8"):
        try:
            return octets.decode(charset, "replace")
        except (LookupError, ValueError):
            pass  # a charset that Python does not know, or that is no charset
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _unfolded(lines: list[str]) -> str:
    whole = lines[0] if len(lines) == 1 else " ".join(line.strip() for line in lines)
    return whole[:LONGEST_FIELD].strip()


def _decoded_words(value: str) -> str:
    if _ENCODED_WORD not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        piece if isinstance(piece, str) else as_text(piece, charset or "")
        for piece, charset in pieces
    )


def _without_encoding(encoding: str, body: bytes) -> bytes:
    encoding = encoding.strip().lower()
    if encoding == "quoted-printable":
        return a2b_qp(body)
    if encoding != "base64":
        return body
    try:
        return a2b_base64(body)
    except Base64Error:
        return body


class _Parser:
    """Counts the parts of one message while it reads them."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def part(self, octets: bytes, *, depth: int) -> Part:
        """Return a part, and those within it as far as the bounds allow."""
        self._left -= 1
        fields, body = split_head(octets)
        content_type, parameters = _content_type(fields.get("content-type"))
        parts: tuple[Part, ...] = ()
        if depth < DEEPEST and content_type.startswith("multipart/"):
            parts = self._parts(body, parameters.get("boundary", ""), depth)
        elif depth < DEEPEST and content_type in ("message/rfc822", "message/global"):
            whole = _without_encoding(fields.get("content-transfer-encoding"), body)
            parts = (self.part(with_lf(whole), depth=depth + 1),) if self._left > 0 else ()
        return Part(fields, body, content_type, parameters, parts)

    def _parts(self, body: bytes, boundary: str, depth: int) -> tuple[Part, ...]:
        found = []
        for octets in _split(body, boundary):
            if self._left <= 0:
                break
            found.append(self.part(octets, depth=depth + 1))
        return tuple(found)


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    """Return the type and its parameters (RFC 2045 §5.1)."""
    if not value:
        return "text/plain", {}
    content_type = value.partition(";")[0].partition("(")[0].strip().lower()
    parameters: dict[str, str] = {}
    for name, text in _PARAMETER.findall(value):
        plain = re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
        parameters.setdefault(name.lower(), plain)
    if "charset" in parameters:
        parameters["charset"] = parameters["charset"].lower()
    return content_type, parameters


def _split(body: bytes, boundary: str) -> Iterator[bytes]:
    """Return the parts of a multipart (RFC 2046 §5.1.1).

    The end may be missing, as of a message that was cut. A line that only begins as the boundary
    is another one.
    """
    if not boundary:
        return
    mark = b"\n--" + boundary.encode("utf-8", "surrogateescape")
    body = b"\n" + body
    begin, at = -1, body.find(mark)
    while at >= 0:
        end = body.find(b"\n", at + 1)
        rest = body[at + len(mark) : end if end >= 0 else None].strip()
        if rest in (b"", b"--"):
            if begin >= 0:
                yield body[begin:at]
            if rest or end < 0:
                return
            begin = end + 1
            # The line end before the next boundary belongs to it, and a part may be empty.
            at = body.find(mark, end)
        else:
            at = body.find(mark, at + len(mark))
    if begin >= 0:
        yield body[begin:]
