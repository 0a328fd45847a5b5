"""Topics are found in a configuration, and changed in its file, which keeps all the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import topic

from digest.app.config import load, topics
from digest.errors import ConfigError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

TOPICS = [topic("agents"), topic("robots"), topic("all", trending=True)]
FILE = '# ours\n[[topics]]\nslug = "agents"  # first\nname = "Agents"\nwords_in = ["agent"]\n'
ROBOTS = {"slug": "robots", "name": "Robots", "words_in": ["robot"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


def test_a_topic_is_found_by_its_slug() -> None:
    assert topics.find_topic("robots", TOPICS) is TOPICS[1]


def test_a_topic_that_is_not_there_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"no topic 'agent'; did you mean agents\?"):
        topics.find_topic("agent", TOPICS)
    with pytest.raises(NotFoundError, match="`digest topics list` shows all"):
        topics.find_topic("xyz", TOPICS)


def test_who_names_no_topic_gets_the_trending_ones_or_else_all() -> None:
    assert topics.default_topics(TOPICS) == ["all"]
    assert topics.default_topics(TOPICS[:2]) == ["agents", "robots"]


def test_a_topic_is_added_and_removed_and_the_rest_of_the_file_stays(file: Path) -> None:
    assert topics.add(ROBOTS, file) == file
    added = [found.slug for found in load(file).topics]
    assert file.read_text().startswith(FILE.rstrip())

    topics.remove("robots", file)

    assert added == ["agents", "robots"]
    assert file.read_text().rstrip() == FILE.rstrip()


def test_a_wrong_topic_leaves_the_file_as_it_was(file: Path) -> None:
    with pytest.raises(ConfigError):
        topics.add({**ROBOTS, "slug": "agents"}, file)
    with pytest.raises(ConfigError, match="agents is the only topic"):
        topics.remove("agents", file)

    assert file.read_text() == FILE


def test_a_topic_has_twenty_examples_at_most() -> None:
    examples = [f"2401.{number:05}" for number in range(21)]

    topics.check({**ROBOTS, "words_in": ["robot", *examples[:20], "arXiv:2401.00000v3"]})
    with pytest.raises(ConfigError, match="names 21 papers as examples; a topic has 20 at most"):
        topics.check({**ROBOTS, "words_in": examples})


def test_topics_that_are_no_tables_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('topics = [{slug = "a", name = "A"}]\n')

    with pytest.raises(ConfigError, match=r"write each topic as a \[\[topics\]\] table"):
        topics.add(ROBOTS, path)
