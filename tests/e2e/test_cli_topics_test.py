"""`digest topics test`: what words would have brought, before they are a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command


def test_each_day_has_its_papers_with_reasons_and_what_was_missed(
    furnished: Path, digest: Command
) -> None:
    result = digest("topics", "test", "reading maps", "napkin")

    assert result.code == 0
    assert "Monday 2026-02-02: 2 papers, 2 about the topic, 2 shown" in result.out
    assert "An Agent that Reads Maps" in result.out
    assert "“Napkins” in the title" in result.out
    head = next(line for line in result.out.splitlines() if line.startswith("relevance"))
    assert head.split() == ["relevance", "trend", "score", "shown", "why"]
    assert result.err == ""


def test_a_note_names_what_can_bring_nothing(furnished: Path, digest: Command) -> None:
    result = digest(
        "topics", "test", "the of", "napkin", "--category", "cs.XX", "--author", "Nobody"
    )

    assert [line for line in result.err.splitlines() if line.startswith("note: ")] == [
        "note: “the of” has only words such as “the” and “paper”, which hardly tell papers apart",
        "note: no paper of these days has the category cs.XX",
        "note: no paper of these days has an author or an institution named Nobody",
    ]


def test_json_has_the_picks_and_the_misses_of_each_day(furnished: Path, digest: Command) -> None:
    (day,) = digest("topics", "test", "napkin", "--days", "3", "--json").json

    assert (day["day"], day["considered"], day["matched"]) == ("2026-02-02", 2, 1)
    assert [pick["paper"]["id"] for pick in day["picks"]] == ["2602.00002"]
    (missed,) = day["missed"]
    assert missed["paper"]["id"] == "2602.00001"
    assert missed["why"] == "has none of the words: too little to be about the topic"


def test_categories_authors_and_excluded_words_count(furnished: Path, digest: Command) -> None:
    def found(*arguments: str) -> list[str]:
        (day,) = digest("topics", "test", *arguments, "--json").json
        return [pick["paper"]["id"] for pick in day["picks"]]

    assert found("--category", "cs.AI") == ["2602.00001"]
    assert found("--author", "Cyd Example") == ["2602.00002"]
    assert found("napkin", "maps", "--words-out", "robot") == ["2602.00001"]


def test_a_topic_that_there_is_can_be_tried_too(furnished: Path, digest: Command) -> None:
    (day,) = digest("topics", "test", "--topic", "robots", "--json").json

    assert [pick["paper"]["id"] for pick in day["picks"]] == ["2602.00002"]


def test_nothing_is_kept(furnished: Path, digest: Command) -> None:
    before = (furnished / "config.toml").read_bytes()

    digest("topics", "test", "napkin")

    assert (furnished / "config.toml").read_bytes() == before
    assert [one["slug"] for one in digest("topics", "list", "--json").json] == ["agents", "robots"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give words, a category or an author, or else --topic SLUG"),
        (("napkin", "--topic", "robots"), "or else --topic SLUG"),
        (("--topic", "robot"), "did you mean robots?"),
        (("(napkin OR",), "TEXT: "),
        (("napkin AND",), "must have a word after AND"),
        (("--words-out", "napkin"), "a topic needs words_in"),
        (("napkin", "--days", "0"), "--days"),
    ],
)
def test_what_cannot_be_tried_is_said(
    furnished: Path, digest: Command, arguments: tuple[str, ...], message: str
) -> None:
    result = digest("topics", "test", *arguments)

    assert result.code == 2
    assert message in result.err
    assert result.out == ""
