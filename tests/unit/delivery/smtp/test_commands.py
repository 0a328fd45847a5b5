"""The commands of an envelope, and what may stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import outgoing

from digest.delivery.smtp.commands import Extensions, envelope_commands, read_extensions, xtext


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ({}, Extensions()),
        ({"size": ""}, Extensions(size=0)),
        ({"size": "1000"}, Extensions(size=1000)),
        ({"size": "many"}, Extensions(size=0)),
        (
            {"pipelining": "", "dsn": "", "smtputf8": ""},
            Extensions(pipelining=True, smtputf8=True, dsn=True),
        ),
    ],
)
def test_the_extensions_of_a_server_are_read_from_its_ehlo_reply(
    extensions: dict[str, str], expected: Extensions
) -> None:
    assert read_extensions(extensions) == expected


@given(st.text(max_size=40))
def test_xtext_can_be_read_back(text: str) -> None:
    written = xtext(text)

    head, *rest = written.encode().split(b"+")
    read = head + b"".join(bytes((int(part[:2], 16),)) + part[2:] for part in rest)
    assert read.decode() == text
    assert all(33 <= ord(ch) <= 126 and ch != "=" for ch in written)


def test_an_address_beyond_ascii_is_named_in_ascii_in_its_own_bounce() -> None:
    extensions = Extensions(smtputf8=True, dsn=True)

    _, rcpt, _ = envelope_commands(outgoing("jü+g@example.org"), extensions, server="")

    assert rcpt.decode().endswith(
        "<jü+g@example.org> NOTIFY=FAILURE,DELAY ORCPT=utf-8;j\\x{FC}\\x{2B}g@example.org\r\n"
    )
