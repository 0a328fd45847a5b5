"""Changing the topics in the configuration file, with its comments and order kept.

The file is the only place where topics are; it is checked before it is replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import AoT

from digest.app.config import load as config
from digest.app.config.schema import starter_topics
from digest.errors import ConfigError
from digest.storage import files

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument


def add(topic: dict[str, Any], path: Path | None) -> Path:
    """Append a topic and return the file.

    Raises:
        ConfigError: the topic is wrong or its slug is taken; the file is then as it was.

    """
    file, document, topics = _read(path)
    topics.append(tomlkit.item(topic))
    _write(file, document)
    return file


def remove(slug: str, path: Path | None) -> Path:
    """Take a topic out and return the file.

    Raises:
        ConfigError: it is the last one; a file without topics has the starter set.

    """
    file, document, topics = _read(path)
    if len(topics) == 1:
        raise ConfigError(f"{slug} is the only topic; add another one before removing it")
    for index, topic in enumerate(topics):
        if topic["slug"] == slug:
            del topics[index]
            break
    _write(file, document)
    return file


def _read(path: Path | None) -> tuple[Path, TOMLDocument, AoT]:
    file = path or config.default_path()
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    if "topics" not in document:
        # A file that names no topics has the starter set; once it names one it must name all.
        starter = tomlkit.aot()
        for topic in starter_topics():
            starter.append(tomlkit.item({k: _plain(v) for k, v in topic.model_dump().items()}))
        document["topics"] = starter
    topics = document["topics"]
    if not isinstance(topics, AoT):
        raise ConfigError(f"{file}: write each topic as a [[topics]] table")
    return file, document, topics


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _write(file: Path, document: TOMLDocument) -> None:
    """Replace the file whole, with its mode, after checking what it would say."""
    text = tomlkit.dumps(document)
    config.build(document.unwrap(), folder=file.parent, where=str(file))
    try:
        files.replace(file, text.encode("utf-8"), mode=file.stat().st_mode & 0o777)
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror}") from error
