"""A real day frozen into files, so that anyone can work on it offline.

Nothing that is secret may get into the files: keys are struck out of all that is written, and of
a source's configuration only what is named here is copied.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from digest.errors import ConfigError, SourceError
from digest.models.merge import fill_missing
from digest.models.source import Batch, SourceState
from digest.sources import FetchRequest, RawDocument, Source, assessment, get_kind, read_files
from digest.text.clean import looks_like_html
from digest.text.wording import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.models.paper import Paper
    from digest.sources.http.client import SourceClient
    from subscribers.models import Topic

_LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True)
class RecordedSource:
    """What became of one source."""

    source: str
    kind: str
    state: SourceState
    #: the folder of its files, beside the configuration
    folder: str
    files: int = 0
    #: papers of the day, and papers it knows more about
    papers: int = 0
    #: bytes
    size: int = 0
    #: why the state is what it is, where that is not plain
    reason: str = ""


def record(
    day: date,
    sources: Sequence[Source],
    *,
    topics: Sequence[Topic],
    folder: Path,
    file_name: str,
    client_for: Callable[[Source], SourceClient],
    now: datetime,
) -> list[RecordedSource]:
    """Write what every source says of a day, and a configuration that reads it, into a folder.

    Sources that enrich are read last and see the papers of the others. A source that cannot be
    read is missing in the configuration, which says so, and stops no other.

    Raises:
        ConfigError: the folder is not empty, or cannot be written.

    """
    _make(folder)
    names = _folders(sources)
    secrets = [source.key for source in sources if source.key]
    papers: list[Paper] = []
    found: dict[str, RecordedSource] = {}
    for source in sorted(sources, key=lambda source: get_kind(source.kind).enriches):
        known = partial(_together, tuple(papers))
        request = FetchRequest(day=day, now=now, web=client_for(source), papers=known)
        start = RecordedSource(
            source=source.name, kind=source.kind, state=SourceState.EMPTY, folder=names[source.name]
        )
        try:
            documents = [_without(document, secrets) for document in _read(source, request)]
            batch = _parse(source, documents, day=day, now=now)
        except (SourceError, ConfigError) as error:
            reason = _strike(str(error), secrets)
            found[source.name] = replace(start, state=SourceState.FAILED, reason=reason)
            continue
        papers += [paper for paper in batch.papers if paper.day == day]
        # Some only say why there is no text.
        texts = [document for document in documents if not document.trouble]
        size = _write(folder / start.folder, texts)
        found[source.name] = replace(_assess(start, batch, day), files=len(texts), size=size)
    recorded = [found[source.name] for source in sources]
    configuration = _configuration(day, recorded, sources, topics, file_name)
    _save(folder / file_name, configuration.encode())
    return recorded


def _read(source: Source, request: FetchRequest) -> Iterable[RawDocument]:
    if source.path is not None:
        return read_files(source)
    return get_kind(source.kind).read(source, request)


def _parse(source: Source, documents: Sequence[RawDocument], *, day: date, now: datetime) -> Batch:
    batches = [get_kind(source.kind).parse(document, day=day, now=now) for document in documents]
    return get_kind(source.kind).join(batches) if batches else Batch()


def _together(papers: Iterable[Paper]) -> list[Paper]:
    """Return each work once, with the links of all sources that brought it."""
    found: dict[str, Paper] = {}
    for paper in papers:
        known = found.get(paper.id, paper)
        found[paper.id] = replace(known, links=fill_missing(paper.links, known.links))
    return list(found.values())


def _assess(start: RecordedSource, batch: Batch, day: date) -> RecordedSource:
    """Say whether what was read is worth keeping."""
    found = assessment.accept(batch)
    known = sum(paper.day == day for paper in batch.papers) + len(batch.updates)
    if known or found.state is SourceState.FAILED:
        return replace(start, state=found.state, papers=known, reason=found.reason or "")
    if batch.papers:
        return replace(start, state=SourceState.STALE, reason="it gave papers of other days only")
    return start


# -- secrets and names --------------------------------------------------------------------------


def _strike(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _without(document: RawDocument, secrets: Sequence[str]) -> RawDocument:
    return replace(
        document, where=_strike(document.where, secrets), text=_strike(document.text, secrets)
    )


def _folders(sources: Sequence[Source]) -> dict[str, str]:
    """Return a folder of its own for every source, by name."""
    found: dict[str, str] = {}
    for source in sources:
        plain = _plain(source.name) or "source"
        taken, number = plain, 2
        while taken in found.values():
            taken, number = f"{plain}-{number}", number + 1
        found[source.name] = taken
    return found


def _plain(text: str) -> str:
    """Return the letters and digits of a text, fit for the name of a file anywhere."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower())[:_LONGEST_NAME].strip("-")


def _name(where: str) -> str:
    """Name a text after its place: the end of an address without its query, or a file."""
    scheme, _, rest = where.partition("://")
    if not rest:
        return _plain(PurePath(scheme).stem)
    path = re.split(r"[?#]", rest)[0].partition("/")[2]
    return _plain("-".join(path.rstrip("/").split("/")[-2:]))


def _ending(text: str) -> str:
    """Say by its content what a text is."""
    head = text[:2000].lstrip("\ufeff \t\r\n").casefold()
    if looks_like_html(text) and not head.startswith("<?xml"):
        return "html"
    if head.startswith("<"):
        return "html" if "<html" in head else "xml"
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return "txt"
    return "json"


# -- files --------------------------------------------------------------------------------------


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"cannot write {folder}: {error.strerror}") from error
    if taken:
        raise ConfigError(f"{folder} is not empty; move it away, or name another with --out")


def _write(folder: Path, documents: Sequence[RawDocument]) -> int:
    """Write texts, in the order they were read; return how many bytes they are."""
    digits = max(3, len(str(len(documents))))
    size = 0
    for number, document in enumerate(documents, start=1):
        name = "-".join(filter(None, (f"{number:0{digits}}", _name(document.where))))
        octets = document.text.encode("utf-8", "replace")
        _save(folder / f"{name}.{_ending(document.text)}", octets)
        size += len(octets)
    return size


def _save(path: Path, octets: bytes) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(octets)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error


# -- the configuration --------------------------------------------------------------------------


def _configuration(
    day: date,
    recorded: Sequence[RecordedSource],
    sources: Sequence[Source],
    topics: Sequence[Topic],
    file_name: str,
) -> str:
    """Write the configuration that reads the files instead of asking."""
    command = f"digest -c {file_name} run --day {day}"
    blocks = [f"# {day} as its sources told it. To work on it without them:\n# {command}"]
    for found in recorded:
        why = _comment(found.reason)
        if not found.files:
            why = why or "it gave nothing"
            blocks.append(f"# {_value(found.source)} ({found.kind}) is missing: {why}")
        elif found.state.is_trouble:
            blocks.append(f"# {_value(found.source)} ({found.kind}) is not whole: {why}")
    if not any(found.files for found in recorded):
        # A configuration that names no sources asks Hugging Face.
        blocks.append("sources = []")
    for source, found in zip(sources, recorded, strict=True):
        if found.files:
            copied = {"name": source.name, "kind": source.kind, "path": f"{found.folder}/*"}
            blocks.append(_table("sources", {**copied, "categories": source.categories}))
    blocks += [_table("topics", asdict(topic)) for topic in topics]
    return "\n\n".join(blocks) + "\n"


def _comment(text: str) -> str:
    return squeeze("".join(ch if ch.isprintable() else " " for ch in text))


def _table(name: str, values: Mapping[str, object]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join([f"[[{name}]]", *lines])


def _value(value: object) -> str:
    """Write a value as TOML, whose texts, lists and booleans are those of JSON but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
