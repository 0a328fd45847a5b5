"""Files that only their owner may read, and that are replaced whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.storage import files


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    files.create(tmp_path / "key", b"secret")

    assert (tmp_path / "key").read_bytes() == b"secret"
    assert mode(tmp_path / "key") == 0o600


def test_a_file_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"old")

    with pytest.raises(FileExistsError):
        files.create(tmp_path / "key", b"new")

    assert (tmp_path / "key").read_bytes() == b"old"


def test_a_shared_file_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(b"kept")

    os.close(files.open_shared(tmp_path / "lock"))
    os.close(files.open_shared(tmp_path / "new"))

    assert (tmp_path / "lock").read_bytes() == b"kept"
    assert mode(tmp_path / "new") == 0o600


def test_a_replaced_file_has_the_content_mode_and_time_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    at = datetime(2026, 2, 2, 12, tzinfo=UTC)

    files.replace(path, b"new", mode=0o640, modified_at=at)

    assert path.read_bytes() == b"new"
    assert mode(path) == 0o640
    assert path.stat().st_mtime == at.timestamp()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_stays_and_nothing_is_left_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(OSError, match="No space"):
        files.replace(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_that_cannot_be_written_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(OSError, match="No space"):
        files.create(tmp_path / "key", b"secret")

    assert list(tmp_path.iterdir()) == []


def test_a_new_file_needs_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", refuse)

    files.create(tmp_path / "key", b"secret")

    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert (tmp_path / "key").read_bytes() == b"secret"


def refuse(*_: object) -> None:
    raise OSError(28, "No space left on device")


# -- before a file is in its place -----------------------------------------------------------------


def test_a_pending_file_is_whole_beside_its_place_and_not_in_it(tmp_path: Path) -> None:
    path = tmp_path / "file"

    with files.pending(path, b"new") as put_in_place:
        beside = (tmp_path / "file.part").read_bytes()
        was_there = path.exists()
        put_in_place()

    assert (beside, was_there) == (b"new", False)
    assert [(it.name, it.read_bytes()) for it in tmp_path.iterdir()] == [("file", b"new")]


def test_a_pending_file_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    with files.pending(tmp_path / "file", b"new"):
        pass

    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(b"much longer than what comes now")

    files.replace(tmp_path / "file", b"new")

    assert [(it.name, it.read_bytes()) for it in tmp_path.iterdir()] == [("file", b"new")]


def test_the_name_and_the_content_are_on_the_disk_before_a_file_counts_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    replace, fsync = os.replace, os.fsync

    def synced(descriptor: int) -> None:
        calls.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def renamed(source: Path, target: Path) -> None:
        calls.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)

    files.replace(tmp_path / "file", b"new")

    assert calls == ["sync file.part", "rename", f"sync {tmp_path.name}"]


# -- what dead processes left ----------------------------------------------------------------------


def test_partial_files_of_dead_processes_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(b"half")
    (tmp_path / "b.eml").write_bytes(b"whole")

    with files.pending(tmp_path / "c", b"new") as put_in_place:
        files.remove_partial(tmp_path)
        put_in_place()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.eml", "c"]


def test_a_folder_that_is_not_there_has_no_partial_files(tmp_path: Path) -> None:
    files.remove_partial(tmp_path / "nowhere")

    assert list(tmp_path.iterdir()) == []


#: Writes its number into a file again and again, until it is told to stop.
WRITER = """
import sys
from pathlib import Path
from digest.storage import files
path, number = Path(sys.argv[1]), sys.argv[2]
for _ in range(200):
    files.replace(path, number.encode() * 5000, is_durable=False)
"""


def test_processes_that_replace_one_file_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0" * 5000)
    command = [sys.executable, "-c", WRITER, str(path)]

    writers = [subprocess.Popen([*command, number]) for number in "12"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        files.remove_partial(tmp_path)
        seen.add(path.read_bytes())

    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {number * 5000 for number in (b"0", b"1", b"2")}
    assert list(tmp_path.iterdir()) == [path]


# -- what the user named ---------------------------------------------------------------------------


def test_a_file_that_the_user_named_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_output(tmp_path / "page.html", b"new")
    finally:
        os.umask(before)

    assert mode(tmp_path / "page.html") == 0o640


def test_a_file_that_was_there_keeps_its_permissions_and_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "page.html", tmp_path / "link.html"
    target.write_bytes(b"old")
    target.chmod(0o604)
    link.symlink_to(target)

    files.write_output(link, b"new")

    assert link.is_symlink()
    assert (target.read_bytes(), mode(target)) == (b"new", 0o604)


def test_a_device_is_written_to_and_not_replaced() -> None:
    files.write_output(Path(os.devnull), b"new")

    assert Path(os.devnull).is_char_device()


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    files.write_output(pipe, b"new")

    assert os.read(reader, 10) == b"new"
    assert pipe.is_fifo()
    os.close(reader)
