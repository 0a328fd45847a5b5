"""Header fields: what is encoded, quoted, folded and refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.mail.headers import field


@given(st.lists(st.text("aé=?,\"'論", min_size=1, max_size=40), max_size=12).map(" ".join))
def test_header_lines_are_short_wherever_they_can_be_folded(text: str) -> None:
    name, value = field("Subject", text=text)

    lines = f"{name}: {value.decode('ascii')}".split("\r\n")
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(" ") and line.strip() for line in lines[1:])


def test_plain_text_and_values_are_written_as_they_are() -> None:
    assert field("Subject", text="Hello there") == ("Subject", b"Hello there")
    assert field("Precedence", "bulk") == ("Precedence", b"bulk")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada", b"Ada <a@b.org>"),
        ("Ada, and others", b'"Ada, and others" <a@b.org>'),
        ('The "Best"', b'"The \\"Best\\"" <a@b.org>'),
        ("Zoë", b"=?utf-8?q?Zo=C3=AB?= <a@b.org>"),
        ("=?utf-8?q?x?=", b"=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <a@b.org>"),
    ],
)
def test_a_name_before_an_address_is_quoted_or_encoded_where_it_must_be(
    name: str, written: bytes
) -> None:
    assert field("From", "<a@b.org>", text=name) == ("From", written)


def test_a_value_stays_on_one_line_however_long_it_is() -> None:
    assert b"\r\n" not in field("List-Unsubscribe", "<https://example.org/> " * 20)[1]


def test_an_address_alone_may_be_beyond_ascii() -> None:
    assert field("To", "jürgen@b.org")[1] == "jürgen@b.org".encode()
    with pytest.raises(RenderError, match="List-Archive can hold ASCII alone"):
        field("List-Archive", "<https://bücher.example>")


@pytest.mark.parametrize("evil", ["a\r\nBcc: b@c.org", "a\x00", "a\u2028", "a\ud800"])
def test_a_control_character_is_refused_in_text_and_in_a_value(evil: str) -> None:
    with pytest.raises(RenderError, match="Subject would hold a control character"):
        field("Subject", text=evil)
    with pytest.raises(RenderError, match="To would hold a control character"):
        field("To", evil)
