"""What `digest subscribers import` says of its lines: each of a few, and sums of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.cli.import_report import group_lines
from digest.cli.reasons import READERS
from subscribers.import_rules import ImportAction, ImportRow

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

IMPORT = ("subscribers", "import", "list.csv")


def write_list(home: Path, lines: int, *others: str) -> None:
    rows = [f"reader{number}@example.org" for number in range(lines)]
    (home / "list.csv").write_text("\n".join(["email", *rows, *others, ""]), encoding="utf-8")


@pytest.mark.parametrize("flags", [(), ("--dry-run",), ("--confirmed",)])
def test_a_long_list_is_one_screen(home: Path, digest: Command, flags: tuple[str, ...]) -> None:
    write_list(home, 500)

    out = digest(*IMPORT, *flags).out

    assert len(out.splitlines()) <= READERS
    assert "500" in out
    assert "line 2 reader0@example.org" in out
    assert "--all lists every line" in out


def test_what_cannot_be_used_of_a_long_list_is_named(home: Path, digest: Command) -> None:
    write_list(home, 500, "nobody", "somebody")

    result = digest(*IMPORT)

    assert result.code == 1
    assert "reject" in result.out
    assert "line 502 nobody, line 503 somebody" in result.out


def test_every_line_is_listed_if_asked_for(home: Path, digest: Command) -> None:
    write_list(home, 500)

    assert len(digest(*IMPORT, "--all", "--dry-run").out.splitlines()) > 500
    assert len(digest(*IMPORT, "--json", "--dry-run").json) == 500


def test_a_quiet_import_reports_what_it_could_not_use_alone(home: Path, digest: Command) -> None:
    write_list(home, 500)
    quiet = digest(*IMPORT, "--quiet")
    write_list(home, 500, "nobody")
    incomplete = digest(*IMPORT, "--quiet")

    assert (quiet.out, quiet.err, incomplete.out) == ("", "", "")
    assert "nobody" in incomplete.err


def test_reasons_that_differ_in_a_cell_are_one() -> None:
    rows = [
        ImportRow(
            number=number,
            address=f"reader{number}@example.org",
            topics=(),
            action=ImportAction.LEAVE,
            reason=f"Left on is '2026-01-{number:02}'",
        )
        for number in range(2, 30)
    ]

    (group,) = group_lines(rows)

    assert (group.reason, group.number, len(group.examples)) == ("Left on is …", 28, 3)
