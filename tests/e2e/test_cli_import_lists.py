"""`digest subscribers import` of lists from elsewhere: standard input, titles, and consent."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from support.command import Command

OFFICE_WORDS = {"true": "WAHR", "false": "FALSCH"}


def statuses(digest: Command) -> dict[str, str]:
    found = digest("subscribers", "list", "--json").json
    return {reader["address"]: reader["status"] for reader in found}


def test_a_list_is_read_from_standard_input(
    furnished: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"List of lamps\nemail,Opted Out Date\ncyd@example.org,\ndot@example.org,2024-02-02\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

    result = digest("subscribers", "import", "-", "--confirmed", "--json")

    assert result.code == 0
    assert result.err == (
        "standard input: line 2 names the columns; what stands above it was skipped:"
        " 'List of lamps'\n"
    )
    found = statuses(digest)
    assert (found["cyd@example.org"], found["dot@example.org"]) == ("confirmed", "left")


def test_a_row_whose_word_is_not_known_is_held_and_named(furnished: Path, digest: Command) -> None:
    (furnished / "list.csv").write_text(
        "Email,Email permission\ncyd@example.org,Granted\ndot@example.org,Who knows\n"
    )

    result = digest("subscribers", "import", "list.csv", "--confirmed", "--json")

    assert result.code == 1
    assert [(line["fate"], line["reason"].split(",")[0]) for line in result.json] == [
        ("confirm", "you vouch for it"),
        ("reject", "Email permission is 'Who knows'"),
    ]
    assert "dot@example.org" not in statuses(digest)


def test_an_export_saved_again_in_a_german_office_is_the_same_list(
    furnished: Path, digest: Command
) -> None:
    written = csv.reader(io.StringIO(digest("subscribers", "export").out))
    again = io.StringIO()
    csv.writer(again, delimiter=";").writerows(
        [OFFICE_WORDS.get(cell, cell) for cell in line] for line in written
    )
    (furnished / "office.csv").write_bytes(again.getvalue().encode("cp1252"))
    assert "FALSCH" in again.getvalue()

    result = digest("subscribers", "import", "office.csv", "--json")

    assert {line["fate"] for line in result.json} == {"keep"}
