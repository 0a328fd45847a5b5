"""The files of DKIM keys: made once, and readable for their owner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.app.config import dkim_keys
from digest.errors import ConfigError
from digest.mail import dkim

if TYPE_CHECKING:
    from pathlib import Path

KEY = dkim.generate("news", "ed25519")


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "news.pem"

    dkim_keys.save(KEY, path)
    found = dkim_keys.load(path, selector="news", kind="ed25519")

    assert (found.selector, found.pem) == ("news", KEY.pem)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_replaces_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "news.pem"
    path.write_text("kept")

    with pytest.raises(ConfigError, match="is there already; it was not touched"):
        dkim_keys.save(KEY, path)

    assert path.read_text() == "kept"


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "our keys.pem"
    dkim_keys.save(KEY, path)
    path.chmod(0o640)

    with pytest.raises(ConfigError, match=r"others can read .*chmod 600 '.*our keys\.pem'"):
        dkim_keys.load(path, selector="news", kind="ed25519")


def test_a_file_that_is_missing_or_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no .*none\.pem; `digest dkim keygen`"):
        dkim_keys.load(tmp_path / "none.pem", selector="news", kind="rsa")
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        dkim_keys.load(tmp_path, selector="news", kind="rsa")
    with pytest.raises(ConfigError, match=r"cannot write .*: No such file"):
        dkim_keys.save(KEY, tmp_path / "nowhere" / "news.pem")
