"""Packs: ready-made topics of a field, with the sources that they need.

Each is a file `digest/data/packs/NAME.toml`, with the tables that a configuration has.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from digest.app.config import topics as topics_of_file
from digest.app.config.resources import packs_dir
from digest.app.config.schema import SourceSettings, TopicSettings
from digest.errors import NotFoundError
from digest.text.wording import closest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tomlkit import TOMLDocument


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Topics of a field."""

    #: the name in commands, such as computer-systems
    name: str
    title: str
    #: what it covers, in a sentence
    about: str
    sources: Sequence[SourceSettings]
    topics: Sequence[TopicSettings]


@cache
def all_packs() -> tuple[Pack, ...]:
    """Return all packs in the order of their names."""
    found = []
    for path in sorted(packs_dir().glob("*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(
            Pack(
                name=path.stem,
                title=tables["title"],
                about=tables["about"],
                sources=tuple(SourceSettings(**source) for source in tables["sources"]),
                topics=tuple(TopicSettings(**topic) for topic in tables["topics"]),
            )
        )
    return tuple(found)


def find_pack(name: str) -> Pack:
    """Return a pack by its name.

    Raises:
        NotFoundError: there is none; the message names the nearest.

    """
    by_name = {pack.name: pack for pack in all_packs()}
    if name in by_name:
        return by_name[name]
    similar = closest(name, by_name)
    hint = f"did you mean {similar}?" if similar else "`digest topics packs` lists all"
    raise NotFoundError(f"there is no pack {name!r}; {hint}")


@dataclass(kw_only=True)
class Addition:
    """What a pack added to a configuration: slugs of topics and names of sources."""

    file: Path
    topics: list[str] = field(default_factory=list)
    #: those that were there already: just as the pack has them, or otherwise
    same: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    #: those whose papers other sources of the file read already
    known: list[str] = field(default_factory=list)


def add_pack(
    name: str, path: Path | None, *, slugs: Sequence[str] = (), with_source: bool = True
) -> Addition:
    """Add a pack's topics and sources to the configuration file; what is there already stays.

    With some `slugs` these topics alone are added, and of the sources the categories that they
    name. A category that a source of the file reads already is not read a second time.

    Raises:
        NotFoundError: there is no such pack, or no such topic in it.
        ConfigError: the file cannot be changed; it is then as it was.

    """
    pack = find_pack(name)
    wanted = _chosen(pack, slugs)
    file, document, topics = topics_of_file.read(path)
    done = Addition(file=file)
    there = {table.get("slug"): table for table in topics.unwrap()}
    for topic in wanted:
        table = _table(topic, "slug", "name", "words_in", "words_out", "categories")
        if topic.slug not in there:
            topics_of_file.append(topics, table)
            done.topics.append(topic.slug)
        elif TopicSettings(**there[topic.slug]) == topic:
            done.same.append(topic.slug)
        else:
            done.other.append(topic.slug)
    if with_source:
        _add_sources(document, _sources_for(pack, wanted if slugs else ()), done)
    if done.topics or done.sources:
        topics_of_file.write(file, document)
    return done


def _chosen(pack: Pack, slugs: Sequence[str]) -> list[TopicSettings]:
    by_slug = {topic.slug: topic for topic in pack.topics}
    for slug in slugs:
        if slug not in by_slug:
            similar = closest(slug, by_slug)
            hint = f"did you mean {similar}?" if similar else f"it has {', '.join(by_slug)}"
            raise NotFoundError(f"the pack {pack.name} has no topic {slug!r}; {hint}")
    return [topic for topic in pack.topics if not slugs or topic.slug in slugs]


def _sources_for(pack: Pack, topics: Sequence[TopicSettings]) -> list[SourceSettings]:
    """Return the sources that topics need, or all of the pack if none are named.

    A source without categories is for those that no other source of the pack has.
    """
    if not topics:
        return list(pack.sources)
    named = {category for topic in topics for category in topic.categories}
    listed = {category for source in pack.sources for category in source.categories}
    found = []
    for source in pack.sources:
        categories = tuple(it for it in source.categories if it in named)
        if categories:
            found.append(source.model_copy(update={"categories": categories}))
        elif not source.categories and named - listed:
            found.append(source)
    return found


def _add_sources(document: TOMLDocument, wanted: Sequence[SourceSettings], done: Addition) -> None:
    # A file without sources has the default one. With a first source it has to name all.
    default = [_table(SourceSettings(), "name", "kind")]
    sources = topics_of_file.tables(document, "source", default, where=done.file)
    for source in wanted:
        there = [SourceSettings(**table) for table in sources.unwrap()]
        alike = [it for it in there if (it.kind, it.url, it.path) == (source.kind, source.url, "")]
        read = {category for it in alike for category in it.categories}
        new = tuple(category for category in source.categories if category not in read)
        if any(not it.categories for it in alike) or (source.categories and not new):
            done.known.append(source.name)
            continue
        named = _free_name(source.name, {it.name for it in there})
        added = source.model_copy(update={"name": named, "categories": new})
        topics_of_file.append(sources, _table(added, "name", "kind", "url", "categories"))
        done.sources.append(named)


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _table(settings: object, *keys: str) -> dict[str, Any]:
    """Return the keys that say something."""
    values = ((key, getattr(settings, key)) for key in keys)
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values if v}
