"""`digest topics`, which edits the configuration, and `digest subscribers`."""

from __future__ import annotations

import difflib
import stat
from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

GRAPHS = ("graphs", "--name", "Graph learning", "--words-in", "graph", "--words-out", "bar graph")


# -- topics -------------------------------------------------------------------------------------


def test_topics_are_listed_in_the_order_of_the_file(home: Path, digest: Command) -> None:
    listed = digest("topics", "list", "--json").json

    assert listed[0] == {
        "slug": "agents",
        "name": "Agents",
        "words_in": ["agent"],
        "words_out": [],
        "categories": [],
        "authors": [],
        "trending": False,
        "examples": [],
    }
    assert [topic["slug"] for topic in listed] == ["agents", "robots"]


def test_a_topic_added_is_there_with_all_it_was_given(home: Path, digest: Command) -> None:
    digest("topics", "add", *GRAPHS, "--category", "cs.SI", "--author", "Ada Example")

    assert digest("topics", "show", "graphs", "--json").json == {
        "slug": "graphs",
        "name": "Graph learning",
        "words_in": ["graph"],
        "words_out": ["bar graph"],
        "categories": ["cs.SI"],
        "authors": ["Ada Example"],
        "trending": False,
        "examples": [],
    }


def test_a_topic_without_a_name_is_named_by_its_slug(home: Path, digest: Command) -> None:
    digest("topics", "add", "wild-life", "--words-in", "whale")

    assert digest("topics", "show", "wild-life", "--json").json["name"] == "Wild life"


def test_adding_a_topic_changes_no_other_line_of_the_file(home: Path, digest: Command) -> None:
    digest("topics", "add", *GRAPHS)

    changes = difflib.ndiff(CONFIG.splitlines(), (home / "config.toml").read_text().splitlines())
    assert [line for line in changes if line.startswith("-")] == []


def test_removing_a_topic_just_added_restores_the_file(home: Path, digest: Command) -> None:
    digest("topics", "add", *GRAPHS)

    digest("topics", "remove", "graphs")

    assert (home / "config.toml").read_text().rstrip() == CONFIG.rstrip()


def test_removing_a_topic_keeps_the_others_and_their_comments(home: Path, digest: Command) -> None:
    digest("topics", "remove", "robots")

    text = (home / "config.toml").read_text()
    assert text == CONFIG[: CONFIG.rindex("[[topics]]")]
    assert "# one word is enough" in text


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_the_file_keeps_its_mode(home: Path, digest: Command, mode: int) -> None:
    (home / "config.toml").chmod(mode)

    digest("topics", "add", *GRAPHS)

    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == mode


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(("Big Graphs", "--words-in", "graph"), "slug", id="slug with a space"),
        pytest.param(("agents", "--words-in", "agent"), "there is a topic agents", id="slug taken"),
        pytest.param(("empty",), "a topic needs words_in", id="nothing in it"),
        pytest.param(("x", "--name", "a\nb", "--words-in", "a"), "one line", id="two-line name"),
    ],
)
def test_a_bad_topic_leaves_the_file_as_it_was(
    home: Path, digest: Command, arguments: tuple[str, ...], words: str
) -> None:
    result = digest("topics", "add", *arguments)

    assert result.code == 2
    assert words in result.err
    assert (home / "config.toml").read_text() == CONFIG
    assert sorted(path.name for path in home.glob("config*")) == ["config.toml"]


def test_a_topic_that_readers_have_is_only_removed_by_force(
    furnished: Path, digest: Command
) -> None:
    refused = digest("topics", "remove", "robots")
    forced = digest("topics", "remove", "robots", "--force")

    assert (refused.code, forced.code) == (2, 0)
    assert "1 reader" in refused.err


def test_the_starter_topics_stay_when_the_first_own_one_is_added(
    home: Path, digest: Command
) -> None:
    (home / "config.toml").write_text(CONFIG[: CONFIG.index("# What people want.")])
    starters = digest("topics", "list", "--json").json

    digest("topics", "add", *GRAPHS)

    after = digest("topics", "list", "--json").json
    assert after[:-1] == starters
    assert after[-1]["slug"] == "graphs"


def test_the_last_topic_cannot_be_removed_since_the_starter_set_would_come_back(
    home: Path, digest: Command
) -> None:
    digest("topics", "remove", "robots")

    result = digest("topics", "remove", "agents")

    assert result.code == 2
    assert [topic["slug"] for topic in digest("topics", "list", "--json").json] == ["agents"]


# -- subscribers --------------------------------------------------------------------------------


def test_a_reader_is_pending_until_somebody_vouches(home: Path, digest: Command) -> None:
    added = digest("subscribers", "add", "ada@example.org", "--topic", "agents", "--json").json
    vouched = digest("subscribers", "add", "ada@example.org", "--confirmed", "--json").json

    assert (added["status"], vouched["status"]) == ("pending", "confirmed")
    assert added["id"] == vouched["id"]


def test_topics_keep_the_order_in_which_a_reader_likes_them(home: Path, digest: Command) -> None:
    topics = ("--topic", "robots", "--topic", "agents", "--topic", "robots")

    added = digest("subscribers", "add", "ada@example.org", *topics, "--json").json

    assert added["topics"] == ["robots", "agents"]


def test_a_reader_of_a_topic_that_is_not_there_is_not_added(home: Path, digest: Command) -> None:
    result = digest("subscribers", "add", "ada@example.org", "--topic", "agnets", "--confirmed")

    assert result.code == 2
    assert "did you mean agents?" in result.err
    assert digest("subscribers", "list", "--json").json == []


def test_two_spellings_of_an_address_are_one_reader(home: Path, digest: Command) -> None:
    digest("subscribers", "add", "Ada@Example.org", "--confirmed")
    digest("subscribers", "add", "ada@example.ORG", "--topic", "robots")

    (reader,) = digest("subscribers", "list", "--json").json
    assert reader["topics"] == ["robots"]


def test_a_reader_who_leaves_stays_in_the_book_as_left(furnished: Path, digest: Command) -> None:
    result = digest("subscribers", "remove", "ada@example.org")

    statuses = [reader["status"] for reader in digest("subscribers", "list", "--json").json]
    assert result.out == "ada@example.org: left\n"
    assert statuses == ["left", "confirmed"]


def test_what_a_reader_consented_to_is_shown_with_its_evidence(
    furnished: Path, digest: Command
) -> None:
    digest("subscribers", "remove", "ada@example.org")

    shown = digest("subscribers", "show", "ada@example.org", "--json").json

    assert [(step["event"], step["status"], step["door"]) for step in shown["consent"]] == [
        ("sign-up", "pending", "cli"),
        ("confirm", "confirmed", "cli"),
        ("leave", "left", "cli"),
    ]


def test_every_issue_of_a_reader_is_shown_with_its_papers_and_reasons(
    furnished: Path, digest: Command
) -> None:
    digest("run", "--day", "2026-02-02")

    (issue,) = digest("subscribers", "show", "ada@example.org", "--json").json["issues"]

    assert (issue["day"], issue["state"], issue["papers"]) == ("2026-02-02", "sent", 1)
    assert issue["contents"][0]["paper_id"] == "2602.00001"
    assert issue["contents"][0]["reasons"] != []


@pytest.mark.parametrize(
    "arguments",
    [
        ("topics", "list"),
        ("topics", "show", "agents"),
        ("subscribers", "list"),
        ("subscribers", "show", "ada@example.org"),
        ("papers", "list"),
        ("papers", "show", "2602.00001"),
        ("status",),
    ],
    ids=" ".join,
)
def test_what_is_shown_to_people_has_no_line_end_blanks_or_colours_in_a_pipe(
    furnished: Path, digest: Command, arguments: tuple[str, ...]
) -> None:
    result = digest(*arguments)

    assert result.code == 0
    assert result.out != ""
    assert "\x1b" not in result.out
    assert [line for line in result.out.splitlines() if line != line.rstrip()] == []
