"""An installation for the tests of the command line, and the command line itself."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from digest.cli import main

#: The smallest useful installation; comments and order matter to some tests.
CONFIG = """\
# An installation for the tests.
[site]
secret_key = "a key for the tests and nothing else"

[[sources]]
name = "file"
kind = "jsonl"
path = "papers.jsonl"

[mail]
directory = "outbox"  # beside this file

# What people want.
[[topics]]
slug = "agents"
name = "Agents"
words_in = ["agent"]  # one word is enough

[[topics]]
slug = "robots"
name = "Robots"
words_in = ["robot"]
"""

PAPERS: list[dict[str, Any]] = [
    {
        "id": "2602.00001",
        "title": "An Agent that Reads Maps",
        "abstract": "The agent finds its way by reading maps. It is rarely lost.",
        "authors": ["Ada Example", "Ben Example"],
        "categories": ["cs.AI"],
        "keywords": ["map reading", "agents"],
        "published_at": "2026-01-30T08:00:00Z",
        "day": "2026-02-02",
        "signals": {"upvotes": 12, "comments": 0, "stars": None},
        "links": {"code": "https://example.org/maps"},
    },
    {
        "id": "2602.00002",
        "title": "A Robot that Folds Napkins",
        "abstract": "A robot learns to fold napkins from three films.",
        "authors": ["Cyd Example"],
        "author_count": 9,
        "day": "2026-02-02",
    },
]

DAY = ("--day", "2026-02-02")


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command:
    """The `digest` command; call it with its arguments."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Work with what a test has."""
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str) -> CommandResult:
        self._monkeypatch.setattr(sys, "argv", ["digest", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        return CommandResult(code=int(ended.value.code or 0), out=out, err=err)
