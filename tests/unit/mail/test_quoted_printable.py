"""Quoted-printable that needs no second look on its way, in fragments that join."""

from __future__ import annotations

import quopri
import re
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.quoted_printable import encode

#: What is hard on an encoder, in any order, and any text at all.
AWKWARD = [
    ".", "..", "From ", "From", " ", "  ", "\t", "=", "\n", "\r", "\r\n", "é", "論", "🤖", "\0",
    "x" * 72, "x" * 73, "x" * 74, "word ", "\x7f", "\x85", "\u2028", "--", "\n.\n",
]  # fmt: skip
TEXTS = st.text(max_size=300) | st.lists(st.sampled_from(AWKWARD), max_size=40).map("".join)


def on_the_wire(text: str) -> bytes:
    """A text as it is before it is encoded: UTF-8, with CRLF for each end of a line."""
    return text.encode("utf-8", "replace").replace(b"\n", b"\r\n")


def faults(octets: bytes) -> list[str]:
    """Every rule that is broken."""
    lines = octets.split(b"\r\n")
    rules = {
        "ends in CRLF": lines[-1] == b"",
        "no other CR or LF": not any(b"\r" in line or b"\n" in line for line in lines),
        "ASCII that shows": not re.search(rb"[^\r\n -~]", octets),
        "at most 76": all(len(line) <= 76 for line in lines),
        "nothing to be dot-stuffed": not any(line.startswith(b".") for line in lines),
        "nothing mbox would quote": not any(line.startswith(b"From ") for line in lines),
        "no blank at an end": not any(line.endswith((b" ", b"\t")) for line in lines),
        "no two blanks": b"  " not in octets,
        "escapes in capitals": not re.search(rb"=(?!\r\n|[0-9A-F]{2})", octets),
    }
    return [rule for rule, kept in rules.items() if not kept]


@given(TEXTS)
def test_what_is_encoded_is_read_as_it_was_written(text: str) -> None:
    assert quopri.decodestring(encode(text)) == on_the_wire(text)


@given(TEXTS)
def test_every_line_keeps_every_rule_whatever_the_text(text: str) -> None:
    octets = encode(text)

    assert faults(octets or b"\r\n") == []


@given(st.lists(TEXTS, max_size=8))
def test_fragments_joined_are_one_text_and_keep_every_rule(texts: list[str]) -> None:
    octets = b"".join(map(encode, texts))

    assert quopri.decodestring(octets) == on_the_wire("".join(texts))
    assert faults(octets or b"\r\n") == []


@given(TEXTS)
def test_python_s_own_parser_reads_the_same(text: str) -> None:
    head = b'Content-Type: text/plain; charset="utf-8"\r\n'
    head += b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"

    message = message_from_bytes(head + encode(text), policy=policy.default)

    assert message.get_payload(decode=True) == on_the_wire(text)
    assert message.defects == []


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", b""),
        ("\n", b"\r\n"),
        ("Plain\n", b"Plain\r\n"),
        ("Plain", b"Plain=\r\n"),
        ("a = b\n", b"a =3D b\r\n"),
        ("ü\n", b"=C3=BC\r\n"),
        ("two  blanks \n", b"two =20blanks=20\r\n"),
        (".dot\n.\n", b"=2Edot\r\n=2E\r\n"),
        ("From me\n", b"=46rom me\r\n"),
        ("x" * 73 + "\n", b"x" * 73 + b"\r\n"),
        ("x" * 74 + "\n", b"x" * 73 + b"=\r\nx\r\n"),
        ("x" * 73 + ".y\n", b"x" * 73 + b"=\r\n=2Ey\r\n"),
        ("x" * 72 + "é\n", b"x" * 72 + b"=\r\n=C3=A9\r\n"),
        ("half \ud83e of a pair\n", b"half ? of a pair\r\n"),
    ],
)
def test_how_it_looks(text: str, octets: bytes) -> None:
    assert encode(text) == octets
