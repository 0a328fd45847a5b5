"""The content of a message as SMTP and LMTP send it (RFC 5321 §4.5.2).

It ends with a dot on a line of its own, and lines that begin with a dot have another in front.
"""

from __future__ import annotations

_LINE_END = b"\r\n"
_END = b"\r\n.\r\n"


class UnstuffedContent:
    """Undoes that piece by piece, however the pieces were cut.

    Whole pieces are searched and not each line, of which a message may have millions. Only CR LF
    ends a line: what other servers take for the end of a message must not be one here.
    """

    def __init__(self) -> None:
        """Start before the first line."""
        #: octets of the content so far
        self.size = 0
        #: whether the end has come
        self.is_complete = False
        #: what came behind the end
        self.rest = b""
        # What may be the beginning of the end. The content begins as if behind a line.
        self._held = _LINE_END
        self._is_first = True

    def feed(self, octets: bytes) -> bytes:
        """Take some octets; return what can be said of the content by now."""
        octets = self._held + octets
        end = octets.find(_END)
        if end >= 0:
            self.is_complete = True
            self.rest = octets[end + len(_END) :]
            piece = octets[: end + len(_LINE_END)]
        else:
            held = octets.find(b"\r", max(len(octets) - len(_END) + 1, 0))
            piece, self._held = (octets, b"") if held < 0 else (octets[:held], octets[held:])
        piece = piece.replace(b"\r\n.", _LINE_END)
        if self._is_first and piece:
            self._is_first = False
            piece = piece[len(_LINE_END) :]
        self.size += len(piece)
        return piece
