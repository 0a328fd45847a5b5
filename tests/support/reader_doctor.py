"""What `digest doctor EMAIL` finds of Ada, who signed up the day before a Monday."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.command import Command

#: A Monday.
MONDAY = datetime(2026, 2, 2, 12, tzinfo=UTC)
ADA = "ada@example.org"


def explained(digest: Command, day: str = "2026-02-02") -> dict[str, Any]:
    """The answer, and what was found: by the check, its level, text and remedy."""
    result = digest("doctor", ADA, "--day", day, "--json")
    assert (result.code, result.err) == (0, "")
    found = {one["check"]: one for one in result.json["findings"]}
    assert len(found) == len(result.json["findings"])
    return {"answer": result.json["answer"], **found}


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {check: one["level"] for check, one in found.items() if check != "answer"}


def commands(remedy: str) -> list[list[str]]:
    """The commands that a remedy names, without the program."""
    return [one.split()[1:] for one in re.findall("`(digest [^`]+)`", remedy)]
