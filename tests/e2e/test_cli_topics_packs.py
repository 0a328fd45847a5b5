"""`digest topics packs` and `add-pack`: ready-made topics, and a run with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


def test_packs_are_listed_and_shown(home: Path, digest: Command) -> None:
    listed = digest("topics", "packs")
    shown = digest("topics", "packs", "astronomy")

    assert "astronomy" in listed.out
    assert "bioRxiv, medRxiv" in listed.out
    assert "exoplanet" in shown.out
    assert "astro-ph.EP" in shown.out
    pack = digest("topics", "packs", "astronomy", "--json").json
    assert pack["sources"][0]["kind"] == "arxiv"
    assert pack["topics"][0]["slug"] == "cosmology"
    assert digest("topics", "packs", "--json").json[0]["name"] == "astronomy"


def test_a_pack_that_is_not_there_is_an_error(home: Path, digest: Command) -> None:
    for command in ("packs", "add-pack"):
        result = digest("topics", command, "astronomie")

        assert result.code == 2
        assert "did you mean astronomy?" in result.err


def test_an_added_pack_ranks_the_papers_of_its_field(furnished: Path, digest: Command) -> None:
    lines = [
        {
            "id": f"2602.1000{number}",
            "title": title,
            "abstract": "We observe it.",
            "day": "2026-02-02",
        }
        for number, title in enumerate(["A hot Jupiter in transit", "A new chip for sorting"])
    ]
    added = digest("topics", "add-pack", "astronomy", "--no-source")
    again = digest("topics", "add-pack", "astronomy", "--no-source")
    text = (furnished / "config.toml").read_text(encoding="utf-8")
    source = '[[sources]]\nname = "made"\nkind = "jsonl"\npath = "made.jsonl"\n\n[[topics]]'
    (furnished / "config.toml").write_text(text.replace("[[topics]]", source, 1), encoding="utf-8")
    (furnished / "made.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    digest("fetch", "--day", "2026-02-02")

    (day,) = digest("topics", "test", "--topic", "exoplanets", "--days", "1", "--json").json

    assert added.out.startswith("added 8 topics: cosmology, exoplanets")
    assert "there already: cosmology" in again.out
    assert "nothing to add" in again.out
    assert [pick["paper"]["id"] for pick in day["picks"]] == ["2602.10000"]


def test_a_topic_of_the_file_is_named_with_the_remedy(home: Path, digest: Command) -> None:
    digest("topics", "add", "galaxies", "--words-in", "galaxy")

    result = digest("topics", "add-pack", "astronomy", "--topic", "galaxies", "--no-source")

    assert result.code == 0
    assert "note: galaxies stays as config.toml has it" in result.err
    assert "`digest topics remove galaxies`" in result.err


def test_examples_are_listed_with_what_is_not_known(home: Path, digest: Command) -> None:
    digest("topics", "add", "mine", "--words-in", "arXiv:2401.00001v2", "--words-in", "robot")

    listed = digest("topics", "list")
    shown = digest("topics", "show", "mine", "--json")

    assert "note: mine: the text of its example 2401.00001 is not known yet" in listed.err
    assert shown.json["examples"] == [{"id": "2401.00001", "title": None}]
    too_many = [it for n in range(21) for it in ("--words-in", f"2401.100{n:02}")]
    assert digest("topics", "add", "many", *too_many).code == 2
