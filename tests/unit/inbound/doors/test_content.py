"""Content as it is sent becomes what was meant, in whatever pieces it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.doors.content import UnstuffedContent

TOKENS = [b"\r\n", b"\n", b"\r", b".", b"..", b"x", b".\r\n", b"\n.\n", b"\r\n.."]


def fed(sent: bytes, size: int) -> tuple[bytes, UnstuffedContent]:
    """What comes of octets in pieces of a size, up to the piece with the end."""
    found, content = b"", UnstuffedContent()
    for start in range(0, len(sent), size):
        if content.is_complete:
            content.rest += sent[start:]
            break
        found += content.feed(sent[start : start + size])
    return found, content


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (b".\r\n", b""),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"one\r\n..two\r\n.three\r\n\r\n.\r\n", b"one\r\n.two\r\nthree\r\n\r\n"),
        (b"no end:\n.\r\nnor here\r.\r\n\n.\n\r\n.\r\n", b"no end:\n.\r\nnor here\r.\r\n\n.\n\r\n"),
    ],
)
def test_content_ends_with_a_dot_and_has_no_dots_in_front(
    sent: bytes, meant: bytes, size: int
) -> None:
    found, content = fed(sent + b"QUIT\r\n", size)

    assert found == meant
    assert (content.size, content.rest) == (len(meant), b"QUIT\r\n")


@given(
    st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)), max_size=30).map(b"".join),
    st.integers(1, 12),
)
def test_the_pieces_do_not_matter(sent: bytes, size: int) -> None:
    found, content = fed(sent, size)
    whole, at_once = fed(sent, 10_000)

    assert content.is_complete == at_once.is_complete
    assert content.rest == at_once.rest
    assert (found, content.size) == (whole, at_once.size)
