"""Decoding the body of a response, from bytes to text."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.sources.http.decoding import (
    TruncatedError,
    decode,
    decode_refusal,
    decompress,
    read_limited,
)

XML = "<?xml version='1.0' encoding='{}'?><a>Ü</a>"


def decompressed(*chunks: bytes, encoding: str = "gzip") -> bytes:
    return b"".join(decompress(chunks, encoding=encoding, late=lambda: False, where="x"))


@given(st.binary(max_size=300), st.integers(1, 40))
def test_a_packed_body_comes_out_however_it_is_cut(body: bytes, size: int) -> None:
    packed = gzip.compress(body)

    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]

    assert decompressed(*chunks) == body


def test_no_piece_of_a_bomb_is_large() -> None:
    pieces = decompress(
        [gzip.compress(bytes(5_000_000))], encoding="gzip", late=lambda: False, where=""
    )

    assert max(map(len, pieces)) <= 65_536


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "x-gzip", " GZIP "])
def test_no_bytes_are_no_bytes(encoding: str) -> None:
    assert decompressed(encoding=encoding) == b""


@given(st.integers(1, 30))
def test_a_packed_body_without_its_end_is_cut_off(missing: int) -> None:
    packed = gzip.compress(b"this is the body")

    with pytest.raises(TruncatedError):
        decompressed(packed[:-missing])


@pytest.mark.parametrize(
    "behind", [b"\0", b"more", gzip.compress(b"more")], ids=["a zero", "a text", "another body"]
)
def test_nothing_follows_the_end(behind: bytes) -> None:
    packed = gzip.compress(b"body")

    for chunks in ([packed + behind], [packed, behind], [packed, behind, behind]):
        with pytest.raises(SourceError, match="something follows its end"):
            decompressed(*chunks)


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_a_body_or_an_error(body: bytes) -> None:
    with pytest.raises((SourceError, TruncatedError)):
        decompressed(body)


def test_a_limit_is_for_the_whole() -> None:
    assert read_limited([b"ab", b"c"], limit=3, where="x") == b"abc"
    with pytest.raises(SourceError, match="x sent more than 3 bytes"):
        read_limited([b"ab", b"cd"], limit=3, where="x")


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param(XML.format("utf-8").encode(), None, id="as declared"),
        pytest.param(XML.format("ISO-8859-1").encode("latin-1"), None, id="declared latin"),
        pytest.param(XML.format("utf-8").encode("latin-1"), "iso-8859-1", id="the header wins"),
        pytest.param(XML.format("utf-16").encode("utf-16"), None, id="with a mark"),
        pytest.param(XML.format("utf-16").encode(), None, id="declared, but cannot be"),
        pytest.param(XML.format("x").replace(" encoding='x'", "").encode(), None, id="undeclared"),
        pytest.param(XML.format("utf-8").encode("utf-8-sig"), "utf-8", id="a mark and a header"),
    ],
)
def test_the_encoding_of_a_document_is_found(body: bytes, charset: str | None) -> None:
    assert decode(body, charset=charset, where="x").endswith("<a>Ü</a>")


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("utf-8", "is not utf-8"),
        ("klingon", "is not klingon"),
        ("rot13", "is not rot13"),
        ("zlib", "is not zlib"),
        ("a\0b", "is not a"),
        ("idna", "in idna, which is no charset"),
        ("unicode_escape", "in unicode_escape, which is no charset"),
    ],
)
def test_what_cannot_be_decoded_names_the_encoding(charset: str, words: str) -> None:
    with pytest.raises(SourceError, match=f"^x sent text .*{words}"):
        decode(b"\xff", charset=charset, where="x")


@given(st.binary(max_size=100), st.none() | st.sampled_from(["utf-8", "utf-16", "klingon"]))
def test_of_a_refusal_something_is_always_readable(body: bytes, charset: str | None) -> None:
    assert isinstance(decode_refusal(body, charset=charset), str)
