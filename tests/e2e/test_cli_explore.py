"""Papers outside a reader's topics, from the configuration to the ledger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY
from support.command import PAPERS

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

SETTINGS = '\n[ranking]\nexplore = 0.5\n\n[web]\nurl = "https://digest.example.net"\n'
WORDS = {
    "agent": ("plans", "paints", "sails", "bakes", "sings"),
    "robot": ("digs", "reads", "swims", "folds", "jumps"),
}


@pytest.fixture
def day(home: Path, digest: Command) -> Path:
    """A day with papers about agents and robots, and a reader of agents."""
    records = [
        {
            **PAPERS[0], "id": f"2602.000{topic}{n}", "title": f"The {noun} that {verb}",
            "abstract": f"It {verb}. " * (n + 1), "keywords": [], "signals": {},
        }
        for topic, noun in enumerate(WORDS)
        for n, verb in enumerate(WORDS[noun])
    ]  # fmt: skip
    (home / "papers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--confirmed")
    digest("fetch", "--day", str(DAY))
    return home


def sections(digest: Command) -> dict[str, list[str]]:
    arguments = ("--day", str(DAY), "--to", "ada@example.org", "--as", "json")
    shown = digest("preview", *arguments).json
    return {it["topic"]: [pick["paper"]["id"] for pick in it["picks"]] for it in shown["sections"]}


def test_a_preview_shows_what_is_sent_and_the_ledger_has_the_chance(
    day: Path, digest: Command
) -> None:
    path = day / "config.toml"
    path.write_text(path.read_text() + SETTINGS)
    before = sections(digest)

    assert digest("run", "--day", str(DAY)).code == 0

    found = digest("subscribers", "show", "ada@example.org", "--json").json
    contents = found["issues"][0]["contents"]
    drawn = [one for one in contents if one["topic"] == "own:explore"]
    assert sections(digest) == before
    assert [one["paper_id"] for one in drawn] == before["own:explore"]
    assert len(drawn) in (2, 3)
    assert {one["propensity"] for one in drawn} == {0.5}
    (mail,) = (day / "outbox").rglob("*.eml")
    assert b"Outside your topics" in mail.read_bytes()
    shown = " ".join(digest("subscribers", "show", "ada@example.org").out.split())
    assert "drawn by chance from 5 papers outside your topics; with a chance of 50.0%" in shown


def test_without_a_site_nothing_is_drawn(day: Path, digest: Command) -> None:
    path = day / "config.toml"
    path.write_text(path.read_text() + SETTINGS.partition("\n[web]")[0])

    assert list(sections(digest)) == ["agents"]
