"""Quoted-printable (RFC 2045 §6.7), in fragments that can be joined in any order.

Python's `quopri` is not used: what it encodes cannot be joined, and DKIM would have to be given a
copy in relaxed form. Here every line, whatever the text, is ready for SMTP, mbox and DKIM:

* it is ASCII, ends in CRLF, holds no other CR or LF, and has at most 76 characters;
* it does not begin with ".", which SMTP would double (RFC 5321 §4.5.2), nor with "From ", which
  mbox would quote;
* it does not end in white space and has no two spaces in a row, so it is its own relaxed form
  (RFC 6376 §3.4.4).
"""

from __future__ import annotations

import re

#: Characters of a line before a soft break. Escaping its first character may add two.
_LINE = 73
_LONG = re.compile(rb"^.{%d,}" % (_LINE + 1), re.MULTILINE)
#: As much of a long line as fits without splitting an escape, or its rest.
_PIECE = re.compile(rb".{%d}(?:=..|.[^=]?[^=]?)|.+" % (_LINE - 3))
#: Bytes that need no escape: line ends and printable ASCII.
_PLAIN = b"\n" + bytes(range(0x20, 0x7F))


def encode(text: str) -> bytes:
    """Return text as lines of quoted-printable.

    If the text does not end in a line feed, its last line ends in a soft break. So the lines of
    joined fragments decode to the joined texts. Half a surrogate pair becomes "?".
    """
    octets = text.encode("utf-8", "replace").replace(b"=", b"=3D")
    for octet in set(octets.translate(None, _PLAIN)):
        octets = octets.replace(bytes((octet,)), b"=%02X" % octet)
    octets = octets.replace(b"  ", b" =20").replace(b" \n", b"=20\n")
    octets = b"\n" + _LONG.sub(_fold, octets)
    if not octets.endswith(b"\n"):
        octets += b"=\n"
    octets = octets.replace(b"\n.", b"\n=2E").replace(b"\nFrom ", b"\n=46rom ")
    return octets[1:].replace(b"\n", b"\r\n")


def _fold(line: re.Match[bytes]) -> bytes:
    return b"=\n".join(_PIECE.findall(line[0]))
