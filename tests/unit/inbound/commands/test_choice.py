"""Which topics somebody named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import topic

from digest.inbound.commands.choice import MOST_UNKNOWN, Choice, choose

TOPICS = (
    topic("llm", name="Large language models"),
    topic("robotics", name="Robotics"),
    topic("computer-vision", name="Computer vision"),
    topic("papers", name="All papers"),
)


@pytest.mark.parametrize(
    "wanted",
    [
        ["llm", "robotics"],
        ["large language models", "robotics"],
        ["llm robotics"],
        ["llm and robotics"],
        ["me to llm", "robotics please"],
        ["llm", "robotics", "llm"],
    ],
)
def test_topics_are_known_by_slug_and_by_name(wanted: list[str]) -> None:
    assert choose(wanted, TOPICS) == Choice(known=("llm", "robotics"))


@pytest.mark.parametrize("wanted", ["computer-vision", "computer vision", "computervision"])
def test_hyphens_and_spaces_do_not_matter(wanted: str) -> None:
    assert choose([wanted], TOPICS).known == ("computer-vision",)


def test_what_is_no_topic_is_named_beside_those_that_are() -> None:
    assert choose(["llm", "cooking", "deep sea"], TOPICS) == Choice(
        known=("llm",), unknown=("cooking", "deep-sea"), has_unknown=True
    )


def test_a_topic_may_be_a_word_that_is_mostly_ignored() -> None:
    assert choose(["papers"], TOPICS) == Choice(known=("papers",))


def test_words_that_change_nothing_name_nothing() -> None:
    assert choose(["to the digest please"], TOPICS) == Choice()


def test_what_no_slug_can_say_is_unknown_all_the_same() -> None:
    assert choose(["машины"], TOPICS) == Choice(has_unknown=True)


@given(st.lists(st.text(max_size=80), max_size=30))
def test_what_is_repeated_of_a_stranger_is_short_and_plain(wanted: list[str]) -> None:
    unknown = choose(wanted, TOPICS).unknown

    assert len(unknown) <= MOST_UNKNOWN
    assert all(re.fullmatch("[a-z0-9-]{1,40}", one) for one in unknown)
