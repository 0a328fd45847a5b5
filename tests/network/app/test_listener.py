"""Where the web server listens: ports, Unix sockets, and the limit of open files."""

from __future__ import annotations

import resource
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from digest.app.listener import listen, listen_unix, room_for
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_host_with_several_addresses_is_listened_to_at_each() -> None:
    opened = listen("localhost", 0)

    assert "127.0.0.1" in [one.getsockname()[0] for one in opened]
    for one in opened:
        one.close()


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ConfigError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
            listen("127.0.0.1", port)


# -- Unix sockets -----------------------------------------------------------------------------


def test_a_socket_has_its_mode_and_is_removed_at_the_end(tmp_path: Path) -> None:
    unix = listen_unix(tmp_path / "web.sock", 0o620)
    mode = stat.S_IMODE(unix.path.stat().st_mode)
    unix.remove()
    unix.socket.close()

    assert mode == 0o620
    assert list(tmp_path.iterdir()) == []


def test_a_socket_that_a_killed_server_left_is_replaced(tmp_path: Path) -> None:
    listen_unix(tmp_path / "web.sock", 0o600).socket.close()

    unix = listen_unix(tmp_path / "web.sock", 0o600)

    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(unix.path))
    unix.socket.close()


def test_a_socket_in_use_is_left_alone(tmp_path: Path) -> None:
    first = listen_unix(tmp_path / "web.sock", 0o600)

    with pytest.raises(ConfigError, match="another server listens on"):
        listen_unix(tmp_path / "web.sock", 0o600)

    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(first.path))
    first.socket.close()


def test_a_server_does_not_remove_the_socket_of_its_successor(tmp_path: Path) -> None:
    first = listen_unix(tmp_path / "web.sock", 0o600)
    first.socket.close()
    second = listen_unix(tmp_path / "web.sock", 0o600)

    first.remove()

    assert second.path.is_socket()
    second.socket.close()


@pytest.mark.parametrize("name", ["digest.db", "missing/web.sock", "x" * 200])
def test_a_path_that_cannot_be_a_socket_is_named_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "digest.db").write_text("readers")

    with pytest.raises(ConfigError, match=r"\[web\] socket"):
        listen_unix(tmp_path / name, 0o600)

    assert (tmp_path / "digest.db").read_text() == "readers"
    assert [path.name for path in tmp_path.iterdir()] == ["digest.db"]


# -- open files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "room"),
    [
        (1024, 20000, 1640, 1000),
        (20000, 20000, None, 1000),
        (1024, resource.RLIM_INFINITY, 1640, 1000),
        (256, 1024, 1024, 384),
        (256, 256, 256, 1),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None, 1000),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_may_be(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int | None, room: int
) -> None:
    limits = [soft, hard]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.__setitem__(0, new[0]))

    assert room_for(1000) == room
    assert limits == [raised or soft, hard]
