"""Who wrote a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.inbound.commands.writer import writer_of


@pytest.mark.parametrize(
    "value",
    [
        "ada@example.org",
        "<ada@example.org>",
        "Ada Lovelace <ada@example.org>",
        '"Lovelace, Ada" <ada@example.org>',
        '"ada@example.org" <ada@example.org>',
        "ada@example.org <ada@example.org>",
        "ada@example.org (Ada, who (really) counts)",
        "=?utf-8?q?Ada=2C_bo=40example=2Ecom?= <ada@example.org>",
        '"a \\" <bo@example.org>" <ada@example.org>',
    ],
)
def test_one_address_is_the_writer(value: str) -> None:
    assert writer_of([value]) == "ada@example.org"


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["ada@example.org", "ada@example.org"],
        ["ada@example.org, bo@example.org"],
        ["Ada <ada@example.org>, Bo <bo@example.org>"],
        ["<ada@example.org> <bo@example.org>"],
        ["bo@example.com <ada@example.org>"],
        ["Ada"],
        ["<>"],
        ["Friends: ada@example.org;"],
        ["alice@example.org)bo@example.org"],
        ["ada@localhost\r\nBcc: bo@example.org"],
    ],
)
def test_anything_else_is_nobody(values: list[str]) -> None:
    assert writer_of(values) == ""


@given(st.lists(st.text(max_size=100), max_size=2))
def test_whatever_stands_there_is_read_without_an_error(values: list[str]) -> None:
    found = writer_of(values)

    assert found == "" or found.count("@") == 1
