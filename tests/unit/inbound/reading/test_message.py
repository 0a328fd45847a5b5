"""Reading bytes as a message: the parts, the fields, the bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.reading.message import (
    DEEPEST,
    LONGEST,
    MOST_FIELDS,
    MOST_PARTS,
    as_text,
    parse,
    split_head,
)


@given(octets=st.binary(max_size=400))
def test_any_bytes_are_a_message(octets: bytes) -> None:
    assert list(parse(octets).walk())


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_make_no_difference(end: bytes) -> None:
    octets = b"Subject: a\n b\nTo: c\n\none\ntwo".replace(b"\n", end)

    found = parse(octets)

    assert (found.fields.get("subject"), found.fields.get("to")) == ("a b", "c")
    assert found.text == "one\ntwo"


@pytest.mark.parametrize("line", [b"From grace@example.com Mon Mar  2 2026\n", b">From x\n"])
def test_the_line_of_an_mbox_is_no_field(line: bytes) -> None:
    assert parse(line + b"Subject: a\n\nb").fields.pairs == (("subject", "a"),)


def test_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    assert parse(b"\xef\xbb\xbfSubject: a\n\n").fields.get("subject") == "a"


def test_a_comment_is_no_part_of_a_content_type() -> None:
    assert parse(b"Content-Type: TEXT/html (as ever); charset=x\n\n").content_type == "text/html"


def test_nul_is_left_out() -> None:
    assert parse(b"Subject: a\0b\n\nc\0").fields.get("subject") == "ab"


def test_a_line_that_is_no_field_is_left_out() -> None:
    found = parse(b"Subject: a\nno field here\n: neither\nTo: b\n\n")

    assert [name for name, _ in found.fields.pairs] == ["subject", "to"]


def test_encoded_words_are_decoded() -> None:
    found = parse(b"Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?IMOg?= you\n\n")

    assert found.fields.text("subject") == "Grüße à you"


@pytest.mark.parametrize("value", ["=?nosuch?Q?=FC?=", "=?utf-8?B?a?="])
def test_broken_encoded_words_are_text(value: str) -> None:
    assert parse(f"Subject: {value}\n\n".encode()).fields.text("subject")


@pytest.mark.parametrize("octets", ["Grüße".encode(), "Grüße".encode("latin-1")])
def test_a_field_may_have_eight_bits(octets: bytes) -> None:
    assert parse(b"Subject: " + octets + b"\n\n").fields.get("subject") == "Grüße"


def test_the_parts_of_a_multipart_are_read_in_order() -> None:
    found = parse(
        b'Content-Type: multipart/mixed; boundary="b b"\n\nbefore\n--b b\n\none\n'
        b"--b b\nContent-Type: text/html\n\ntwo\n--b b--\nafter"
    )

    assert [(one.content_type, one.text) for one in found.parts] == [
        ("text/plain", "one"), ("text/html", "two"),
    ]  # fmt: skip


def test_a_boundary_that_begins_as_another_is_another() -> None:
    found = parse(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: multipart/mixed; boundary=b2\n\n--b2\n\none\n--b2--\n--b\n\ntwo\n--b--"
    )

    assert [one.text for one in found.walk() if not one.parts] == ["one", "two"]


def test_the_last_part_of_a_message_that_was_cut_is_read() -> None:
    found = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntw")

    assert [one.text for one in found.parts] == ["one", "tw"]


def test_a_message_within_a_message_is_a_part() -> None:
    found = parse(b"Content-Type: message/rfc822\n\nSubject: inner\n\ntext")

    assert found.parts[0].fields.get("subject") == "inner"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", b"R3LDvMOfZQ=="), ("Quoted-Printable", b"Gr=C3=BC=C3=9F=\ne"),
        ("8bit", "Grüße".encode()), ("x-unknown", "Grüße".encode()),
    ],
)  # fmt: skip
def test_a_transfer_encoding_is_taken_off(encoding: str, body: bytes) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"

    assert parse(head.encode() + body).text == "Grüße"


def test_broken_base64_stays_as_it_is() -> None:
    assert parse(b"Content-Transfer-Encoding: base64\n\nR").octets == b"R"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "latin-1"])
def test_a_text_is_read_without_its_charset(charset: str) -> None:
    assert as_text("Grüße".encode(charset)) == "Grüße"


def test_a_charset_that_nobody_knows_is_no_trouble() -> None:
    assert as_text(b"abc", "no-such-charset") == "abc"


def test_a_head_ends_at_the_first_empty_line() -> None:
    fields, body = split_head(b"A: 1\n\nB: 2\n\nC")

    assert (fields.pairs, body) == ((("a", "1"),), b"B: 2\n\nC")


def test_a_message_is_read_up_to_a_bound() -> None:
    found = parse(b"Subject: a\n\n" + b"x" * LONGEST)

    assert found.is_cut
    assert len(found.body) < LONGEST


def test_parts_are_counted() -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (2 * MOST_PARTS)

    assert len(list(parse(octets).walk())) == MOST_PARTS


def test_parts_within_parts_are_counted() -> None:
    octets = b"Content-Type: message/rfc822\n\n" * (3 * DEEPEST)

    assert len(list(parse(octets).walk())) == DEEPEST + 1


def test_fields_are_counted() -> None:
    assert len(parse(b"A: 1\n" * (2 * MOST_FIELDS)).fields.pairs) == MOST_FIELDS
