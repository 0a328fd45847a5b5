"""The topics of the configuration: finding them, and changing them in its file.

Topics are kept in that file only. A change keeps its comments and its order, and is checked before
the file is replaced.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import tomlkit
from pydantic import ValidationError
from tomlkit.items import AoT

from digest.app.config.faults import explain_value
from digest.app.config.load import build, default_path
from digest.app.config.schema import TopicSettings
from digest.app.config.starter_topics import starter_topics
from digest.errors import ConfigError, NotFoundError
from digest.storage import files
from digest.text.wording import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails
    from tomlkit import TOMLDocument

    from subscribers.models import Topic

#: How `digest topics add` takes each key of a topic.
_OPTIONS = {
    "slug": "SLUG",
    "name": "--name",
    "words_in": "--words-in",
    "words_out": "--words-out",
    "categories": "--category",
    "authors": "--author",
    "trending": "--trending",
}


def find_topic(slug: str, topics: Sequence[Topic]) -> Topic:
    """Return a topic by its slug.

    Raises:
        NotFoundError: there is none; the message names the nearest.

    """
    by_slug = {topic.slug: topic for topic in topics}
    if slug in by_slug:
        return by_slug[slug]
    similar = closest(slug, by_slug)
    hint = f"did you mean {similar}?" if similar else "`digest topics list` shows all"
    raise NotFoundError(f"there is no topic {slug!r}; {hint}")


def default_topics(topics: Sequence[Topic]) -> list[str]:
    """Return the slugs for a subscriber who names no topic: the trending ones, or else all."""
    return [topic.slug for topic in topics if topic.trending] or [topic.slug for topic in topics]


def check(topic: dict[str, Any], **options: str) -> Topic:
    """Return a topic with these keys.

    Raises:
        ConfigError: the topic is wrong; the text names what was as `digest topics add` takes it, or
            as `options` say by the key.

    """
    try:
        return TopicSettings(**topic)
    except ValidationError as error:
        names = _OPTIONS | options
        text = "\n".join(_explain(fault, names) for fault in error.errors())
        raise ConfigError(text) from error


def add(topic: dict[str, Any], path: Path | None) -> Path:
    """Append a topic and return the file.

    Raises:
        ConfigError: the topic is wrong or its slug is taken; the file is then as it was. The text
            names what was wrong as `digest topics add` takes it.

    """
    check(topic)
    file, document, topics = read(path)
    if any(known.get("slug") == topic["slug"] for known in topics):
        raise ConfigError(f"{file}: there is a topic {topic['slug']} already")
    topics.append(tomlkit.item(topic))
    write(file, document)
    return file


def remove(slug: str, path: Path | None) -> Path:
    """Remove a topic and return the file.

    Raises:
        ConfigError: it is the last one, and a file without topics has the starter set.

    """
    file, document, topics = read(path)
    if len(topics) == 1:
        raise ConfigError(f"{slug} is the only topic; add another one before removing it")
    for index, topic in enumerate(topics):
        if topic["slug"] == slug:
            del topics[index]
            break
    write(file, document)
    return file


def _explain(fault: ErrorDetails, options: Mapping[str, str]) -> str:
    """Write a fault of a topic with the option that it came from."""
    name = str(fault["loc"][0]) if fault["loc"] else ""
    field = TopicSettings.__pydantic_fields__.get(name)  # type: ignore[attr-defined]  # pydantic's
    message = explain_value(fault, field)
    return f"{options[name]}: {message}" if name else message


def read(path: Path | None) -> tuple[Path, TOMLDocument, AoT]:
    """Return the file, what is in it, and its topics, which may be added to.

    Raises:
        ConfigError: the topics are no tables.

    """
    file = path or default_path()
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    # A file without topics has the starter set. With a first topic it has to name all of them.
    starter = (
        {k: _plain(v) for k, v in dataclasses.asdict(topic).items()} for topic in starter_topics()
    )
    return file, document, tables(document, "topic", starter, where=file)


def tables(
    document: TOMLDocument, one: str, default: Iterable[dict[str, Any]], *, where: Path
) -> AoT:
    """Return the tables of topics or of sources; those by default if the file has none.

    Raises:
        ConfigError: they are no tables.

    """
    key = f"{one}s"
    if key not in document:
        document[key] = tomlkit.aot()
        for table in default:
            document[key].append(tomlkit.item(table))
    found = document[key]
    if not isinstance(found, AoT):
        raise ConfigError(f"{where}: write each {one} as a [[{key}]] table")
    return found


def append(found: AoT, table: dict[str, Any]) -> None:
    """Add a table, with an empty line behind it."""
    item = tomlkit.table()
    item.update(table)
    item.add(tomlkit.nl())
    found.append(item)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def write(file: Path, document: TOMLDocument) -> None:
    """Check the new content of the file, then replace the file and keep its mode.

    Raises:
        ConfigError: the content is wrong, or the file cannot be written; it is then as it was.

    """
    text = tomlkit.dumps(document)
    build(document.unwrap(), folder=file.parent, where=str(file))
    try:
        files.replace(file, text.encode("utf-8"), mode=file.stat().st_mode & 0o777)
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror}") from error
