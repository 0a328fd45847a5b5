"""Fields of science: each has topics, and the sources that bring papers about them.

One is that of the starter topics; the others are the packs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.config.packs import all_packs, find_pack
from digest.app.config.schema import SourceSettings
from digest.app.config.starter_topics import starter_topics
from digest.errors import ConfigError
from digest.text.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.app.config.schema import TopicSettings

#: The field of the starter topics.
STARTER = "machine-learning"


def all_fields() -> dict[str, str]:
    """Return what each field covers, by its name."""
    about = "Machine learning, language, vision, robotics: the papers people vote for each day."
    return {STARTER: about} | {pack.name: pack.about for pack in all_packs()}


def check_fields(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of fields, each once.

    Raises:
        ConfigError: one is unknown, or there is none.

    """
    known = all_fields()
    for name in names:
        if name not in known:
            hint = suggestion(name, known) or f"; there are {', '.join(known)}"
            raise ConfigError(f"there is no field {name!r}{hint}")
    if not names:
        raise ConfigError("name a field at least")
    return tuple(dict.fromkeys(names))


def topics_of(fields: Sequence[str]) -> list[TopicSettings]:
    """Return the topics of fields, each slug once."""
    found: dict[str, TopicSettings] = {}
    for name in fields:
        for topic in starter_topics() if name == STARTER else find_pack(name).topics:
            found.setdefault(topic.slug, topic)
    return list(found.values())


def usual_topics(topics: Sequence[TopicSettings]) -> list[str]:
    """Return the slugs for who chooses none: all topics with words, for an issue of many kinds."""
    return [topic.slug for topic in topics if not topic.trending] or [it.slug for it in topics]


def sources_of(fields: Sequence[str]) -> list[SourceSettings]:
    """Return the sources of fields, each name once."""
    found: dict[str, SourceSettings] = {}
    for name in fields:
        for source in [SourceSettings()] if name == STARTER else find_pack(name).sources:
            found.setdefault(source.name, source)
    return list(found.values())


def check_topics(slugs: Sequence[str], topics: Sequence[TopicSettings]) -> tuple[str, ...]:
    """Return the slugs of topics, each once, in the order of the answer.

    A topic may also be named by its number in the list, and `all` names all.

    Raises:
        ConfigError: one is unknown, or there is none.

    """
    by_word = {topic.slug: topic.slug for topic in topics}
    by_word |= {str(number): topic.slug for number, topic in enumerate(topics, start=1)}
    found: list[str] = []
    for word in slugs:
        if word == "all":
            found += [topic.slug for topic in topics]
        elif word in by_word:
            found.append(by_word[word])
        else:
            hint = suggestion(word, by_word)
            raise ConfigError(f"there is no topic {word!r} among these{hint}")
    if not found:
        raise ConfigError("name a topic at least")
    return tuple(dict.fromkeys(found))
