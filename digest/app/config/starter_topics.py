"""The topics that a new installation begins with."""

from __future__ import annotations

import tomllib
from functools import cache

from digest.app.config.resources import example_config
from digest.app.config.schema import TopicSettings


@cache
def starter_topics() -> tuple[TopicSettings, ...]:
    """Return the topics a new installation begins with: those of the example configuration.

    They are read once in a process: most of the time that a configuration took went into them.
    """
    with example_config().open("rb") as file:
        return tuple(TopicSettings(**topic) for topic in tomllib.load(file)["topics"])
