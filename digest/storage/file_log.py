"""The files of sources whose papers are stored."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from digest.models.read_file import FileContents, FileStamp, ReadFile
from digest.models.source import Channel, Rejected
from digest.storage.in_lists import rows_where_in
from digest.storage.schema import read_files

if TYPE_CHECKING:
    from collections.abc import Iterable


class FileLog:
    """The read files in an open database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Use an engine whose tables exist."""
        self._engine = engine
        self._writer = engine.execution_options(writes=True)

    def of(self, source: str) -> dict[str, ReadFile]:
        """Return the files of a source by their path."""
        query = sa.select(read_files).where(read_files.c.source == source)
        with self._engine.connect() as db:
            return {row.path: _read_file(row) for row in db.execute(query)}

    def record(self, source: str, file: ReadFile) -> None:
        """Store that a file was read; the last reading counts."""
        row: dict[str, Any] = {
            **asdict(file.stamp),
            "read_at": file.read_at,
            "sha256": file.sha256,
            "parser": file.parser,
            "only_day": file.only_day,
            "contents": asdict(file.contents),
        }
        this = (read_files.c.source == source) & (read_files.c.path == file.path)
        with self._writer.begin() as db:
            if db.execute(read_files.update().where(this).values(row)).rowcount == 0:
                db.execute(read_files.insert().values(source=source, path=file.path, **row))

    def forget(self, source: str, paths: Iterable[str]) -> None:
        """Have files of a source read again."""
        of_source = read_files.c.source == source
        query = sa.select(read_files.c.path).where(of_source)
        with self._writer.begin() as db:
            for row in list(rows_where_in(db, query, read_files.c.path, paths)):
                db.execute(read_files.delete().where(of_source, read_files.c.path == row.path))


def _read_file(row: Any) -> ReadFile:
    contents = {
        **row.contents,
        "rejected": tuple(Rejected(**one) for one in row.contents["rejected"]),
        "channels": tuple(Channel(**one) for one in row.contents["channels"]),
        "warnings": tuple(row.contents["warnings"]),
    }
    return ReadFile(
        path=row.path,
        stamp=FileStamp(size=row.size, modified=row.modified, changed=row.changed),
        read_at=row.read_at,
        sha256=row.sha256,
        parser=row.parser,
        only_day=row.only_day,
        contents=FileContents(**contents),
    )
