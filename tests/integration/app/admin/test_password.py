"""Where the hash of the operator's password is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.admin import QUICK_HASH

from digest.app import config
from digest.app.admin import password
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.config import Config


def configured(folder: Path, **admin: str) -> Config:
    return config.build({"admin": admin}, folder=folder, where="the tests")


def test_without_a_password_there_is_no_hash(tmp_path: Path) -> None:
    assert password.password_hash(configured(tmp_path)) == ""


def test_a_hash_that_is_kept_counts_at_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    settings = configured(tmp_path)

    file = password.keep(settings, QUICK_HASH)

    assert password.password_hash(settings) == QUICK_HASH
    assert file.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in tmp_path.iterdir()] == ["digest.admin"]


def test_a_removed_password_is_none(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    password.keep(settings, QUICK_HASH)

    assert password.remove(settings)
    assert not password.remove(settings)
    assert password.password_hash(settings) == ""


def test_the_configuration_counts_and_is_not_changed(tmp_path: Path) -> None:
    settings = configured(tmp_path, password_hash=QUICK_HASH)

    assert password.password_hash(settings) == QUICK_HASH
    with pytest.raises(ConfigError, match="password_hash is set, and counts"):
        password.keep(settings, QUICK_HASH)
    with pytest.raises(ConfigError, match="empty it to turn the page off"):
        password.remove(settings)


def test_a_password_in_the_clear_is_refused_and_not_printed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no hash by Argon2id") as caught:
        configured(tmp_path, password_hash="hunter2 hunter2")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"hunter2\n", b"\xff\xfe"])
def test_a_file_with_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    settings = configured(tmp_path)
    password.keep(settings, QUICK_HASH).write_bytes(content)

    with pytest.raises(ConfigError, match="holds no hash"):
        password.password_hash(settings)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    password.keep(settings, QUICK_HASH).chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 600"):
        password.password_hash(settings)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot write .*nowhere"):
        password.keep(configured(tmp_path / "nowhere"), QUICK_HASH)
