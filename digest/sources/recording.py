"""Record a real day of the sources as files, so that anyone can work on it offline.

No secret may get into the files: keys are replaced in everything that is written, and only the
settings named here are copied from a source's configuration.
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
from digest.storage import files
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
    """The result for one source."""

    source: str
    kind: str
    state: SourceState
    #: the name of its folder, beside the configuration
    folder: str
    files: int = 0
    #: papers of the day, and updates of other sources' papers
    papers: int = 0
    #: bytes
    size: int = 0
    #: why the state is what it is, unless it is clear
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
    """Write the documents of every source for a day, and a configuration that reads them.

    Sources that enrich are read last and see the papers of the others. A source that cannot be
    read stops no other; it is left out of the configuration, with a comment that says so.

    Args:
        day: the day to record.
        sources: the sources to read.
        topics: the topics of the configuration.
        folder: where to write; it must be new or empty.
        file_name: the name of the configuration file.
        client_for: returns the HTTP client of a source.
        now: the time, UTC.

    Raises:
        ConfigError: the folder is not empty, or cannot be written.

    """
    _make(folder)
    names = _folders(sources)
    secrets = [source.key for source in sources if source.key]
    papers: list[Paper] = []
    found: dict[str, RecordedSource] = {}
    for source in sorted(sources, key=lambda source: get_kind(source.kind).enriches):
        known = partial(_merged, tuple(papers))
        request = FetchRequest(day=day, now=now, web=client_for(source), papers=known)
        start = RecordedSource(
            source=source.name, kind=source.kind, state=SourceState.EMPTY, folder=names[source.name]
        )
        try:
            documents = [_redacted(document, secrets) for document in _read(source, request)]
            batch = _parse(source, documents, day=day, now=now)
        except (SourceError, ConfigError) as error:
            reason = _redact(str(error), secrets)
            found[source.name] = replace(start, state=SourceState.FAILED, reason=reason)
            continue
        papers += [paper for paper in batch.papers if paper.day == day]
        # The others only say why there is no text.
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


def _merged(papers: Iterable[Paper]) -> list[Paper]:
    """Return each paper once, with the links of all its sources."""
    found: dict[str, Paper] = {}
    for paper in papers:
        known = found.get(paper.id, paper)
        found[paper.id] = replace(known, links=fill_missing(paper.links, known.links))
    return list(found.values())


def _assess(start: RecordedSource, batch: Batch, day: date) -> RecordedSource:
    """Return the result with its state and the number of papers."""
    found = assessment.accept(batch)
    known = sum(paper.day == day for paper in batch.papers) + len(batch.updates)
    if known or found.state is SourceState.FAILED:
        return replace(start, state=found.state, papers=known, reason=found.reason or "")
    if batch.papers:
        return replace(start, state=SourceState.STALE, reason="it gave papers of other days only")
    return start


# -- secrets and names --------------------------------------------------------------------------


def _redact(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _redacted(document: RawDocument, secrets: Sequence[str]) -> RawDocument:
    return replace(
        document, where=_redact(document.where, secrets), text=_redact(document.text, secrets)
    )


def _folders(sources: Sequence[Source]) -> dict[str, str]:
    """Return a unique folder name for every source, by the source's name."""
    found: dict[str, str] = {}
    for source in sources:
        plain = _plain(source.name) or "source"
        taken, number = plain, 2
        while taken in found.values():
            taken, number = f"{plain}-{number}", number + 1
        found[source.name] = taken
    return found


def _plain(text: str) -> str:
    """Return the letters and digits of a text, as a file name for any system."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower())[:_LONGEST_NAME].strip("-")


def _file_name(where: str) -> str:
    """Return a file name: the end of a document's address without the query, or its file's."""
    scheme, _, rest = where.partition("://")
    if not rest:
        return _plain(PurePath(scheme).stem)
    path = re.split(r"[?#]", rest)[0].partition("/")[2]
    return _plain("-".join(path.rstrip("/").split("/")[-2:]))


def _ending(text: str) -> str:
    """Return the file ending that fits the content of a document."""
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
    """Write documents, numbered in the order they were read; return their size in bytes."""
    digits = max(3, len(str(len(documents))))
    size = 0
    for number, document in enumerate(documents, start=1):
        name = "-".join(filter(None, (f"{number:0{digits}}", _file_name(document.where))))
        content = document.text.encode("utf-8", "replace")
        _save(folder / f"{name}.{_ending(document.text)}", content)
        size += len(content)
    return size


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        files.write_output(path, content)
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
    """Return the configuration that reads the files instead of the services, as TOML."""
    command = f"digest -c {file_name} run --day {day}"
    blocks = [f"# {day} as its sources reported it. To work on it without them:\n# {command}"]
    for found in recorded:
        why = _comment(found.reason)
        if not found.files:
            why = why or "it gave nothing"
            blocks.append(f"# {_value(found.source)} ({found.kind}) is missing: {why}")
        elif found.state.is_trouble:
            blocks.append(f"# {_value(found.source)} ({found.kind}) is not whole: {why}")
    if not any(found.files for found in recorded):
        # Without any source the default would be Hugging Face itself.
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
    """Return a value as TOML; its strings, lists and booleans are those of JSON, except for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
