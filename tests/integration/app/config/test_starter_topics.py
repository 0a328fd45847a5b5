"""The topics of the example configuration, which a new installation begins with."""

from __future__ import annotations

import tomllib
from dataclasses import fields

import pytest

from digest.app.config.resources import example_config
from digest.app.config.schema import TopicSettings
from digest.app.config.starter_topics import starter_topics
from digest.ranking.query import parse
from digest.ranking.terms import excluding_phrase
from subscribers.models import Topic

EXAMPLE = tomllib.loads(example_config().read_text(encoding="utf-8"))


@pytest.mark.parametrize("one", starter_topics(), ids=lambda one: one.slug)
def test_a_starter_topic_has_a_short_list_of_words_that_are_found(one: TopicSettings) -> None:
    """And none that excludes all that another brings."""
    if one.trending:
        assert one.words_in == one.words_out == one.categories == ()
        return
    wanted = [phrase for entry in one.words_in for phrase in parse(entry).phrases()]
    excluded = [excluding_phrase(entry).stems for entry in one.words_out]

    assert 10 <= len(one.words_in) <= 25
    assert len(wanted) == len(one.words_in)
    assert all(wanted)
    assert not any(excluding_phrase(entry).stems in excluded for entry in one.words_in)


def test_the_example_s_topics_are_the_starter_set_with_every_key() -> None:
    assert [TopicSettings(**topic) for topic in EXAMPLE["topics"]] == list(starter_topics())
    assert {tuple(topic) for topic in EXAMPLE["topics"]} == {
        tuple(field.name for field in fields(Topic))
    }


def test_about_a_dozen_topics_come_with_it() -> None:
    assert 10 <= len(EXAMPLE["topics"]) <= 14
