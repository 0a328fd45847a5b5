"""Fields of science, their topics and their sources."""

from __future__ import annotations

import re

import pytest

from digest.app.config.packs import all_packs
from digest.app.config.starter_topics import starter_topics
from digest.app.setup import fields
from digest.errors import ConfigError

MATHEMATICS = next(pack for pack in all_packs() if pack.name == "mathematics")


def test_there_is_a_field_for_the_starter_topics_and_for_each_pack() -> None:
    assert list(fields.all_fields()) == [fields.STARTER, *(pack.name for pack in all_packs())]


def test_several_fields_bring_the_topics_and_sources_of_all() -> None:
    both = (fields.STARTER, "mathematics")

    assert fields.topics_of(both) == [*starter_topics(), *MATHEMATICS.topics]
    assert [it.name for it in fields.sources_of(both)] == ["Hugging Face", "arXiv mathematics"]


def test_who_names_no_topic_gets_all_that_have_words() -> None:
    usual = fields.usual_topics(starter_topics())

    assert "agents" in usual
    assert "trending" not in usual


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        (["agents"], ["agents"]),
        (["2", "agents", "2"], ["reasoning", "agents"]),
        (["all"], [topic.slug for topic in starter_topics()]),
    ],
)
def test_topics_are_named_by_slug_or_number(words: list[str], slugs: list[str]) -> None:
    assert fields.check_topics(words, starter_topics()) == tuple(slugs)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["agent"], "there is no topic 'agent' among these; did you mean agents?"),
        (["99"], "there is no topic '99'"),
        ([], "name a topic at least"),
    ],
)
def test_a_topic_that_is_not_there_is_named(words: list[str], error: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(error)):
        fields.check_topics(words, starter_topics())


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (["phisics"], "there is no field 'phisics'; did you mean physics?"),
        (["law"], "there is no field 'law'; there are machine-learning, astronomy"),
        ([], "name a field at least"),
    ],
)
def test_a_field_that_is_not_there_is_named(names: list[str], error: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(error)):
        fields.check_fields(names)
