"""The files that were read, in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from support.builders import DAY, NOON

from digest.models.read_file import FileContents, FileStamp, ReadFile
from digest.models.source import Channel, Rejected
from digest.storage.file_log import FileLog

if TYPE_CHECKING:
    import sqlalchemy as sa

FILE = ReadFile(
    path="papers/a.jsonl",
    stamp=FileStamp(size=2**40, modified=2**60 + 1, changed=2**60 + 2),
    read_at=NOON,
    sha256="00ff",
    parser="jsonl 1.0",
    only_day=DAY,
    contents=FileContents(
        declared=4,
        days={"2026-02-02": 2},
        undated=1,
        updates=1,
        rejected=(Rejected(where="a:1", reason="no title"),),
        channels=(Channel(name="cs.CL", parsed=3),),
        trouble="cut off",
    ),
)


def test_a_file_comes_back_as_it_was_stored_and_the_last_reading_counts(engine: sa.Engine) -> None:
    files = FileLog(engine)
    files.record("first", FILE)
    assert files.of("first") == {FILE.path: FILE}

    later = replace(FILE, sha256="11", only_day=None)
    files.record("first", later)
    assert files.of("first") == {FILE.path: later}


def test_a_file_is_forgotten_for_one_source_alone(engine: sa.Engine) -> None:
    files = FileLog(engine)
    for source in ("first", "second"):
        files.record(source, FILE)

    files.forget("first", [FILE.path, "unknown"])

    assert (files.of("first"), files.of("second")) == ({}, {FILE.path: FILE})
