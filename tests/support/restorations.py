"""An installation through a week, its backups, and the ways in which they are restored."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from support.database import write_database
from support.installation import Installation

from digest.storage import generation
from digest.storage.engine import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from digest.storage.generation import Generation

MONDAY = date(2026, 2, 2)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (MONDAY + timedelta(days=n) for n in range(1, 6))


#: of subscribers, who are added at several openings
IDS = count(1)


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def opened(folder: Path, day: date) -> Iterator[Installation]:
    """An installation as it is opened on an evening."""
    engine = open_database("sqlite:///digest.db", folder=folder)
    try:
        installation = Installation(engine, folder, new_id=IDS.__next__)
        installation.now = datetime.combine(day, time(18), UTC)
        yield installation
    finally:
        engine.dispose()


def run(folder: Path, day: date, *, named: bool = False, on: date | None = None) -> list[str]:
    """Run a day, with one new paper, as that evening or another; return the papers Ada is sent."""
    with opened(folder, on or day) as installation:
        installation.add_agents_papers(f"of-{day:%a}", day=day)
        installation.send(day=day, allow_late=named)
        return installation.shown("ada", day)


def begin(folder: Path) -> Path:
    """A new installation with a reader, after Monday's run."""
    folder.mkdir()
    write_database(folder)
    with opened(folder, MONDAY) as installation:
        installation.subscribe("ada")
    assert run(folder, MONDAY) == ["of-Mon"]
    return folder


def go_on(folder: Path) -> None:
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        run(folder, day)


def states(folder: Path, day: date) -> dict[str, str]:
    with opened(folder, day) as installation:
        return installation.states(day)


@contextmanager
def of_run(known: Generation, day: date | None, *, named: bool) -> Iterator[None]:
    """Do what a run does with the generation, before and after it sends a day."""
    known.refuse(day, named=named)
    if day is None:
        yield
        return
    if named:
        known.accept(day)
    with known.sending(day):
        yield


def enter(known: Generation, day: date | None, *, named: bool) -> None:
    with of_run(known, day, named=named):
        pass


def killed(step: str, nth: int = 1) -> Callable[..., None]:
    """What is called instead of `write_mark` by a process that is killed at its nth call."""
    write, calls = generation.write_mark, count(1)

    def end(file: Path, **numbers: Any) -> None:
        is_last = next(calls) == nth
        if step == "after the mark" or not is_last:
            write(file, **numbers)
        if is_last:
            raise Killed

    return end


# -- backups, and the ways in which they are restored ---------------------------------------------


def by_api(home: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(home / "digest.db")) as db,
        closing(sqlite3.connect(copy / "digest.db")) as other,
    ):
        db.backup(other)


def by_cp(home: Path, copy: Path) -> None:
    shutil.copy(home / "digest.db", copy)


def by_cp_while_it_is_open(home: Path, copy: Path) -> None:
    """What is not in the file yet is in the -wal beside it."""
    with closing(sqlite3.connect(home / "digest.db")) as db:
        db.execute("UPDATE subscribers SET preferences = preferences")
        db.commit()
        shutil.copy(home / "digest.db", copy)
        shutil.copy(home / "digest.db-wal", copy)


def by_folder(home: Path, copy: Path) -> None:
    shutil.copytree(home, copy, dirs_exist_ok=True)


def over_the_file(copy: Path, home: Path) -> Path:
    for file in copy.iterdir():
        shutil.copyfile(file, home / file.name)
    return home


def in_place_of_the_file(copy: Path, home: Path) -> Path:
    for file in copy.iterdir():
        (home / file.name).unlink(missing_ok=True)
        shutil.copy2(file, home)
    return home


def into_a_new_folder(copy: Path, home: Path) -> Path:
    return shutil.copytree(copy, home.with_name("another home"))


def in_place_of_the_folder(copy: Path, home: Path) -> Path:
    home.rename(home.with_name("what was here"))
    return shutil.copytree(copy, home)


def over_the_folder(copy: Path, home: Path) -> Path:
    """As `cp -a copy/. home` does: files keep their inodes, and newer ones stay."""
    for file in copy.iterdir():
        shutil.copyfile(file, home / file.name)
        shutil.copystat(file, home / file.name)
    return home


def from_a_tar(copy: Path, home: Path) -> Path:
    file = copy.with_suffix(".tar")
    with tarfile.open(file, "w") as tar:
        tar.add(copy, arcname=".")
    with tarfile.open(file) as tar:
        tar.extractall(home, filter="tar")
    return home
