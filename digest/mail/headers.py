"""The one place where text becomes a header field (RFC 5322 §2.2).

Python's own e-mail package decodes what looks like an encoded word before it writes a field: a
title of `=?utf-8?q?=0D=0ABcc:…?=` ends one header there and begins another. Here such a title is
encoded once more, and is read as it was written.
"""

from __future__ import annotations

import re

from digest.errors import RenderError

#: A field's name, and its value as it goes on the wire, folded and without the last line end.
Field = tuple[str, bytes]

#: The most characters in a line that has encoded words (RFC 2047 §2).
LINE = 76
#: The most characters of an encoded word's text, so that it and a field's name fit into a line.
_ROOM = 50
#: C0, DEL, C1, what Unicode calls ends of lines, and halves of surrogate pairs
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
#: what stands for itself in an encoded word, wherever that is (RFC 2047 §5)
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def _strange(plain: str) -> re.Pattern[str]:
    """Match words in a row that hold another character than these, or look encoded."""
    word = rf"(?<![^ ])[^ ]*?(?:[^ {plain}]|=\?)[^ ]*"
    return re.compile(rf"{word}(?: +{word})*")


_STRANGE = _strange("!-~")
#: the same in a name that an address follows (RFC 5322 §3.2.3)
_NO_ATOM = _strange(r"A-Za-z0-9!#$%&'*+/=?^_`{|}~-")


def field(name: str, value: str = "", *, words: str = "") -> Field:
    """Return a header field: words for people, a value for programs, or words before a value.

    Words are encoded where they must be (RFC 2047) and folded. A value stays whole on its line,
    since programs that do not unfold would lose its end; only in To may it be more than ASCII,
    which makes the mail one of RFC 6532.

    Raises:
        RenderError: it would hold a control character, or a value that is not ASCII.

    """
    text = f"{words} {value}" if words else value
    if _CONTROL.search(text):
        raise RenderError(f"{name} would hold a control character: {text!r}")
    if not value.isascii() and name != "To":
        raise RenderError(f"{name} can hold ASCII alone, not {value!r}; write a domain as xn--…")
    if words:
        text = _folded(name, f"{_phrase(words)} {value}" if value else _encoded(words, _STRANGE))
    return name, text.encode()


def _phrase(words: str) -> str:
    """Write a name that an address follows (RFC 5322 §3.2.5)."""
    if words.isascii() and "=?" not in words and _NO_ATOM.search(words):
        return '"{}"'.format(re.sub(r'["\\]', r"\\\g<0>", " ".join(words.split())))
    return _encoded(words, _NO_ATOM)


def _encoded(words: str, strange: re.Pattern[str]) -> str:
    """Write words with the strange ones encoded, and the blanks between those."""
    return " ".join(strange.sub(_encoded_words, words).split())


def _encoded_words(match: re.Match[str]) -> str:
    written, word = "", ""
    for character in match[0]:
        code = character if character in _PLAIN else "_" if character == " " else ""
        code = code or "".join([f"={octet:02X}" for octet in character.encode()])
        if len(word) + len(code) > _ROOM:
            written += f"=?utf-8?q?{word}?= "
            word = ""
        word += code
    return f"{written}=?utf-8?q?{word}?="


def _folded(name: str, text: str) -> str:
    """Break text at blanks, so that with its name before it no line is longer than it must be."""
    lines, room = [], LINE - len(f"{name}: ")
    while len(text) > room:
        end = text.rfind(" ", 0, room + 1)
        if end < 0 and (end := text.find(" ")) < 0:
            break
        lines.append(text[:end])
        text, room = text[end + 1 :], LINE - 1
    return "\r\n ".join([*lines, text])
