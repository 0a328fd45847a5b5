"""Polling a maildir: which files are read, and what becomes of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digest.errors import MailboxError
from digest.inbound.doors.maildir import Maildir
from digest.storage.mailboxes import Mailboxes, Position

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

HOUR = 3600 * 10**9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / name).mkdir(parents=True)
    return tmp_path / "Maildir"


@pytest.fixture
def read(folder: Path, engine: sa.Engine) -> Callable[..., list[bytes]]:
    """Polls once, and is done with all files."""

    def read(after: Any = "delete", kept: int = 9999) -> list[bytes]:
        maildir = Maildir(folder, after=after, state=Mailboxes(engine), kept=kept)
        contents = []
        for batch in maildir.batches():
            contents += [message.content for message in batch]
            maildir.done(batch)
        return contents

    return read


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.glob("*/*"))


def test_files_that_are_done_are_deleted(folder: Path, read: Callable[..., list[bytes]]) -> None:
    (folder / "new" / "1.a.host").write_bytes(b"1")
    (folder / "new" / "2.b.host:2,S").write_bytes(b"2")
    (folder / "cur" / "3.c.host:2,FS").write_bytes(b"3")

    assert sorted(read()) == [b"1", b"2", b"3"]
    assert files(folder) == []


def test_files_that_are_kept_go_to_cur_with_the_flags_they_have(
    folder: Path, read: Callable[..., list[bytes]]
) -> None:
    (folder / "new" / "1.a.host").write_bytes(b"1")
    (folder / "new" / "2.b.host:2,S").write_bytes(b"2")
    (folder / "cur" / "3.c.host:2,FS").write_bytes(b"3")

    assert sorted(read("keep")) == [b"1", b"2", b"3"]
    assert files(folder) == ["cur/1.a.host:2,", "cur/2.b.host:2,S", "cur/3.c.host:2,FS"]


def test_files_come_in_the_order_in_which_they_were_delivered(
    folder: Path, read: Callable[..., list[bytes]]
) -> None:
    for name in ("9", "1", "5"):
        (folder / "new" / name).write_bytes(name.encode())
    moved_at = {path.name: path.stat().st_ctime_ns for path in (folder / "new").iterdir()}

    assert read() == [name.encode() for name in sorted(moved_at, key=lambda n: (moved_at[n], n))]


def test_kept_files_are_not_read_for_ever(
    folder: Path, read: Callable[..., list[bytes]], engine: sa.Engine
) -> None:
    (folder / "cur" / "old:2,").write_bytes(b"old")
    moved_at = (folder / "cur" / "old:2,").stat().st_ctime_ns
    state, name = Mailboxes(engine), f"maildir:{folder}"

    state.set(name, Position(0, moved_at + HOUR + 1))
    assert read("keep") == []
    state.set(name, Position(0, moved_at + HOUR - 1))
    assert read("keep") == [b"old"]


def test_what_was_read_is_remembered_by_its_time(
    folder: Path, read: Callable[..., list[bytes]], engine: sa.Engine
) -> None:
    (folder / "cur" / "one").write_bytes(b"1")
    moved_at = (folder / "cur" / "one").stat().st_ctime_ns

    read("keep")

    assert Mailboxes(engine).get(f"maildir:{folder}") == Position(0, moved_at)


def test_hidden_files_and_those_that_are_being_written_are_left(
    folder: Path, read: Callable[..., list[bytes]]
) -> None:
    (folder / "new" / ".hidden").write_bytes(b"1")
    (folder / "tmp" / "1").write_bytes(b"2")

    assert read() == []
    assert files(folder) == ["new/.hidden", "tmp/1"]


def test_a_file_that_vanishes_is_no_error(folder: Path, engine: sa.Engine) -> None:
    for number in range(60):
        (folder / "new" / str(number)).write_bytes(b"1")
    maildir = Maildir(folder, after="keep", state=Mailboxes(engine), kept=99)
    counts = []

    for batch in maildir.batches():
        counts.append(len(batch))
        for path in (folder / "new").iterdir():
            path.unlink()
        maildir.done(batch)

    assert counts == [50]


def test_a_link_to_nowhere_is_as_a_file_that_vanished(
    folder: Path, read: Callable[..., list[bytes]]
) -> None:
    (folder / "new" / "1").symlink_to("nowhere")

    assert read() == []


def test_a_long_file_is_read_to_what_is_kept(
    folder: Path, read: Callable[..., list[bytes]]
) -> None:
    (folder / "new" / "1").write_bytes(b"x" * 5000)

    assert read(kept=10) == [b"x" * 10]


def test_what_cannot_be_read_holds_up_no_other_and_is_tried_again(
    folder: Path,
    read: Callable[..., list[bytes]],
    engine: sa.Engine,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "new" / "1").write_bytes(b"1")
    (folder / "new" / "2").write_bytes(b"2")
    open_file = Path.open

    def open_but_one(path: Path, mode: str = "r") -> Any:
        if path.name == "1":
            raise PermissionError(13, "Permission denied")
        return open_file(path, mode)

    monkeypatch.setattr(Path, "open", open_but_one)

    assert read("keep") == [b"2"]
    assert [one.message for one in caplog.records] == ["message not read"]
    assert Mailboxes(engine).get(f"maildir:{folder}") is None


def test_what_is_no_file_is_no_message(
    folder: Path, read: Callable[..., list[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "new" / "1").mkdir()
    os.mkfifo(folder / "cur" / "2")
    (folder / "new" / "3").write_bytes(b"3")

    assert read("keep") == [b"3"]
    assert caplog.records == []


def test_a_folder_that_is_no_maildir_is_named(engine: sa.Engine, tmp_path: Path) -> None:
    maildir = Maildir(tmp_path, after="keep", state=Mailboxes(engine), kept=9)

    with pytest.raises(MailboxError, match=r"No such file.*check \[inbound\] maildir"):
        list(maildir.batches())


def test_a_folder_that_may_not_be_written_is_named(folder: Path, engine: sa.Engine) -> None:
    (folder / "new" / "1").write_bytes(b"1")
    (folder / "cur").rename(folder / "away")
    (folder / "cur").symlink_to("away")
    maildir = Maildir(folder, after="keep", state=Mailboxes(engine), kept=9)
    batch = next(maildir.batches())
    (folder / "cur").unlink()
    (folder / "cur").write_bytes(b"a file")

    with pytest.raises(MailboxError, match=r"Not a directory; check \[inbound\] maildir"):
        maildir.done(batch)
