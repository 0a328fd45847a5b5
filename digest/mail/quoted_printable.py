"""Text as quoted-printable (RFC 2045 §6.7), in fragments that can be put together in any order.

Whatever the text, the lines need no second look on their way: they are ASCII, end in CRLF, hold no
other CR or LF and at most 76 characters. None begins with "." (RFC 5321 §4.5.2 would have it
doubled) or with "From " (mbox would have it quoted), none ends in white space or holds two blanks
in a row, so that the relaxed canonical form of DKIM (RFC 6376 §3.4.4) is the text as it stands.
"""

from __future__ import annotations

import re

#: Characters that a line can have before a soft break, when its first is escaped after all.
_ROOM = 73
_LONG = re.compile(rb"^.{%d,}" % (_ROOM + 1), re.MULTILINE)
#: What fits of a long line without tearing an escape apart, or its rest.
_PIECE = re.compile(rb".{%d}(?:=..|.[^=]?[^=]?)|.+" % (_ROOM - 3))
#: What may stand as it is: line ends, and printable ASCII.
_PLAIN = b"\n" + bytes(range(0x20, 0x7F))


def encode(text: str) -> bytes:
    """Return text in lines of quoted-printable; unless the text ends its last line, that is soft.

    So a fragment stands on lines of its own, and fragments joined are one text. Half a surrogate
    pair is no text and becomes "?".
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
