"""Secrets in files are their owner's alone, unless they are mounted and cannot be changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from digest.app import config
from digest.app.config import permissions
from digest.app.services import open_app
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

OPEN = [0o604, 0o640, 0o644, 0o660, 0o666, 0o444]


def written(path: Path, mode: int) -> Path:
    path.write_text("a secret\n")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", OPEN)
def test_a_secret_that_others_can_read_is_refused_with_the_remedy(
    tmp_path: Path, mode: int
) -> None:
    path = written(tmp_path / "a key", mode)

    with pytest.raises(ConfigError, match=r"others can read .*a key; type: chmod 600 '.*a key'"):
        permissions.read_secret(path)
    path.chmod(0o600)
    assert permissions.read_secret(path) == b"a secret\n"


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_of_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert permissions.read_secret(written(tmp_path / "key", mode)) == b"a secret\n"


def test_a_secret_that_was_mounted_is_read(tmp_path: Path) -> None:
    """As Kubernetes does: a link to `..data`, a link to a folder that is named by the time."""
    folder = tmp_path / "..2026_02_02"
    folder.mkdir()
    written(folder / "key", 0o444)
    folder.chmod(0o555)
    (tmp_path / "..data").symlink_to(folder.name)
    (tmp_path / "key").symlink_to("..data/key")

    assert permissions.read_secret(tmp_path / "key") == b"a secret\n"
    folder.chmod(0o755)
    with pytest.raises(ConfigError):
        permissions.read_secret(tmp_path / "key")


def test_a_secret_on_a_disk_that_is_mounted_read_only_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "key", 0o644)
    there = os.statvfs(tmp_path)
    values = [*there]
    values[8] |= os.ST_RDONLY
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(values))

    assert permissions.read_secret(path) == b"a secret\n"


@pytest.mark.parametrize(
    ("mode", "taken"), [(0o644, False), (0o640, False), (0o444, True), (0o440, True)]
)
def test_a_secret_of_another_user_is_read_if_its_mode_lets_nobody_write(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    taken: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    """As root's files are to the user that the program runs as, who cannot write there."""
    path = written(tmp_path / "key", mode)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)

    if taken:
        assert permissions.read_secret(path) == b"a secret\n"
    else:
        with pytest.raises(ConfigError, match="others can read"):
            permissions.read_secret(path)


@pytest.mark.parametrize("name", ["digest.key", "digest.pepper"])
def test_the_keys_of_the_installation_are_refused_too(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.toml").write_text("")
    app = open_app(config.load(tmp_path / "config.toml"))
    written(tmp_path / name, 0o644)

    with pytest.raises(ConfigError, match=f"others can read .*{name}"):
        _ = app.secrets if name == "digest.key" else app.book
    app.close()


def test_a_password_file_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("")
    monkeypatch.setenv("DIGEST_MAIL__PASSWORD_FILE", str(written(tmp_path / "password", 0o644)))

    with pytest.raises(ConfigError, match=r"others can read .*password; type: chmod 600"):
        config.load(tmp_path / "config.toml")


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"mail": {"username": "ada", "password": ""}}, False, id="empty"),
        pytest.param({"mail": {"password": "x"}}, True, id="password"),
        pytest.param({"site": {"secret_key": "x"}}, True, id="key"),
        pytest.param({"site": {"previous_secret_key": "x"}}, True, id="previous key"),
        pytest.param({"site": {"pepper": "x"}}, True, id="pepper"),
        pytest.param({"sources": [{}, {"key": "x"}]}, True, id="key of a source"),
        pytest.param({"database": {"url": "postgresql://a:b@h/d"}}, True, id="url"),
        pytest.param({"database": {"url": "postgresql://a@h/d"}}, False, id="url without"),
        pytest.param({"database": {"url": "no url"}}, False, id="no url"),
        pytest.param({"sources": [{"url": "https://u:p@h/"}]}, True, id="url of a source"),
        pytest.param({"sources": [{"options": {"api_key": "x"}}]}, True, id="option"),
        pytest.param({"sources": [{"options": {"a": {"accessToken": "x"}}}]}, True, id="inside"),
        pytest.param({"sources": [{"options": {"proxies": ["http://u:p@h"]}}]}, True, id="list"),
        pytest.param({"sources": [{"options": {"monkey": "x", "n": 3}}]}, False, id="others"),
        pytest.param({"sources": [{"url": "https://h/a:b@c"}]}, False, id="url of a page"),
        pytest.param({"dkim": {"key": "dkim.pem"}}, False, id="file of a key"),
        pytest.param({"mail": "odd", "sources": "odd"}, False, id="odd"),
    ],
)
def test_it_is_known_which_files_hold_a_secret(tables: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    assert permissions.holds_secret(tables) is expected


def warn(file: Path) -> None:
    app = open_app(config.load(file))
    app.warn_of_readable_secrets()
    app.close()


@pytest.mark.parametrize(
    ("text", "mode", "warned"),
    [
        ('[mail]\npassword = "x"', 0o644, ["config.toml", "digest.db"]),
        ('[mail]\npassword = "x"', 0o600, ["digest.db"]),
        ("", 0o644, ["digest.db"]),
    ],
)
def test_a_warning_names_the_configuration_and_the_database(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, mode: int, warned: list[str]
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    file.chmod(mode)
    warn(file)
    assert not any("digest.db" in record.__dict__["file"] for record in caplog.records)
    caplog.clear()
    (tmp_path / "digest.db").chmod(0o644)

    warn(file)

    named = {record.__dict__["file"] for record in caplog.records}
    assert named == {str(tmp_path / name) for name in warned}
    remedies = [record.__dict__["remedy"] for record in caplog.records]
    assert all(remedy.startswith("chmod 600 ") for remedy in remedies)
