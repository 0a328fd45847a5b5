"""Header fields made from text (RFC 5322 §2.2); no other module writes them.

Python's own e-mail package is not used for this. It decodes whatever looks like an encoded word
before it writes a field, so a title of `=?utf-8?q?=0D=0ABcc:…?=` would end one header and begin
another. Here such a title is encoded once more, so that readers see it as it was written.
"""

from __future__ import annotations

import re

from digest.errors import RenderError

#: A name, and the value as it goes on the wire: folded, without the last CRLF.
Field = tuple[str, bytes]

#: Columns of a line that has encoded words (RFC 2047 §2).
LINE = 76
#: Columns of the text in an encoded word, so that the word and a field's name fit into a line.
_ENCODED_LENGTH = 50
#: C0, DEL, C1, Unicode's line and paragraph separators, and halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: Characters that an encoded word may hold unencoded in any kind of field (RFC 2047 §5).
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def _other_words(plain: str) -> re.Pattern[str]:
    """Match consecutive words that have a character outside of `plain`, or look encoded."""
    word = rf"(?<![^ ])[^ ]*?(?:[^ {plain}]|=\?)[^ ]*"
    return re.compile(rf"{word}(?: +{word})*")


#: Words that an unstructured field must encode.
_NOT_ASCII = _other_words("!-~")
#: Words that are no atom, and must be quoted or encoded before an address (RFC 5322 §3.2.3).
_NOT_ATOM = _other_words(r"A-Za-z0-9!#$%&'*+/=?^_`{|}~-")


def field(name: str, value: str = "", *, text: str = "") -> Field:
    """Return a header field: `text` for people, a `value` for programs, or text before a value.

    Text is encoded where it must be (RFC 2047) and folded. A value stays on one line, since
    programs that do not unfold would lose its end. Only in To may a value be other than ASCII,
    which makes the mail an internationalized one (RFC 6532).

    Raises:
        RenderError: the field would hold a control character, or a value that is not ASCII.

    """
    content = f"{text} {value}" if text else value
    if _CONTROL.search(content):
        raise RenderError(f"{name} would hold a control character: {content!r}")
    if not value.isascii() and name != "To":
        raise RenderError(f"{name} can hold ASCII alone, not {value!r}; write a domain as xn--…")
    if text:
        encoded = f"{_phrase(text)} {value}" if value else _encoded(text, _NOT_ASCII)
        content = _folded(name, encoded)
    return name, content.encode()


def _phrase(text: str) -> str:
    """Write a name that an address follows (RFC 5322 §3.2.5)."""
    if text.isascii() and "=?" not in text and _NOT_ATOM.search(text):
        return '"{}"'.format(re.sub(r'["\\]', r"\\\g<0>", " ".join(text.split())))
    return _encoded(text, _NOT_ATOM)


def _encoded(text: str, pattern: re.Pattern[str]) -> str:
    """Encode the words that match, together with the spaces between them."""
    return " ".join(pattern.sub(_encoded_words, text).split())


def _encoded_words(match: re.Match[str]) -> str:
    written, word = "", ""
    for character in match[0]:
        code = character if character in _PLAIN else "_" if character == " " else ""
        code = code or "".join([f"={octet:02X}" for octet in character.encode()])
        if len(word) + len(code) > _ENCODED_LENGTH:
            written += f"=?utf-8?q?{word}?= "
            word = ""
        word += code
    return f"{written}=?utf-8?q?{word}?="


def _folded(name: str, text: str) -> str:
    """Break text at spaces, so that no line is longer than LINE if it can be broken at all."""
    lines, width = [], LINE - len(f"{name}: ")
    while len(text) > width:
        end = text.rfind(" ", 0, width + 1)
        if end < 0 and (end := text.find(" ")) < 0:
            break
        lines.append(text[:end])
        text, width = text[end + 1 :], LINE - 1
    return "\r\n ".join([*lines, text])
