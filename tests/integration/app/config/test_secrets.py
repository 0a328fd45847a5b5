"""The keys of an installation: configured, or made once and kept beside the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from digest.app import config
from digest.app.config import dkim_keys, secrets
from digest.errors import ConfigError
from digest.mail import dkim

if TYPE_CHECKING:
    from pathlib import Path

    from digest.app.config import Config

NONE = SecretStr("")
OURS = "a key of ours that is long enough"


def configured(tmp_path: Path, **tables: Any) -> Config:
    return config.build(tables, folder=tmp_path, where="the tests")


def test_a_secret_that_is_configured_is_used_and_no_file_made(tmp_path: Path) -> None:
    found = secrets.secret(configured(tmp_path), SecretStr(OURS), "digest.key", "secret_key")

    assert found == OURS
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    first, again = (
        secrets.secret(configured(tmp_path), NONE, "digest.key", "secret_key") for _ in range(2)
    )

    assert first == again
    assert len(first) > 40
    assert (tmp_path / "digest.key").read_text() == f"{first}\n"
    assert (tmp_path / "digest.key").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_cannot_be_read_or_made_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "digest.key").mkdir()

    with pytest.raises(ConfigError, match=r"cannot read .*; or set \[site\] secret_key"):
        secrets.secret(configured(tmp_path), NONE, "digest.key", "secret_key")
    with pytest.raises(ConfigError, match=r"cannot write .*; or set it in \[site\]"):
        secrets.secret(configured(tmp_path), NONE, "nowhere/digest.key", "secret_key")


@pytest.mark.parametrize("name", ["digest.key", "digest.pepper"])
@pytest.mark.parametrize("content", ["", "\n", "x\n", f"{OURS[:31]}\n", f"{'x' * 64}\n"])
def test_a_key_file_made_by_hand_is_long_enough(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / name).chmod(0o600)

    with pytest.raises(ConfigError, match=rf"{name}: must have 32 or more random .*openssl rand"):
        secrets.secret(configured(tmp_path), NONE, name, "secret_key")


def test_mail_is_signed_by_the_keys_that_are_configured(tmp_path: Path) -> None:
    dkim_keys.save(dkim.generate("news", "rsa"), tmp_path / "news.pem")
    keys = {"selector": "news", "key": "news.pem"}

    assert secrets.signer(configured(tmp_path)) is None
    assert secrets.signer(configured(tmp_path, dkim=keys)) is not None


def test_the_domain_of_the_mail_is_that_of_its_sender(tmp_path: Path) -> None:
    found = configured(tmp_path, mail={"from_address": "Digest@Papers.example"})

    assert secrets.mail_domain(found) == "papers.example"


def test_a_secret_that_is_only_asked_for_is_not_made(tmp_path: Path) -> None:
    found = secrets.known_secret(configured(tmp_path), NONE, "digest.key", "secret_key")

    assert found == ""
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_was_made_is_known(tmp_path: Path) -> None:
    made = secrets.secret(configured(tmp_path), NONE, "digest.key", "secret_key")

    assert secrets.known_secret(configured(tmp_path), NONE, "digest.key", "secret_key") == made


def with_password_file(folder: Path, content: bytes, mode: int = 0o600, **mail: str) -> Config:
    (folder / "mail.password").write_bytes(content)
    (folder / "mail.password").chmod(mode)
    return configured(folder, mail={"password_file": "mail.password", **mail})


def test_the_password_for_the_mail_server_may_be_in_a_file_of_its_own(tmp_path: Path) -> None:
    found = with_password_file(tmp_path, "sesame öffne dich\n".encode())

    assert secrets.mail_password(found) == "sesame öffne dich"


def test_a_password_that_is_set_itself_comes_before_the_file(tmp_path: Path) -> None:
    found = with_password_file(tmp_path, b"of the file", password="of the setting")

    assert secrets.mail_password(found) == "of the setting"


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        pytest.param(b"sesame", 0o640, "others can read .*; type: chmod 600", id="readable"),
        pytest.param(b"two\nlines", 0o600, "holds a line break", id="two lines"),
        pytest.param(b"\xff", 0o600, "is not text in UTF-8", id="no text"),
    ],
)
def test_a_password_file_that_cannot_be_used_is_named_and_not_shown(
    tmp_path: Path, content: bytes, mode: int, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        secrets.mail_password(with_password_file(tmp_path, content, mode))

    assert "mail.password" in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_password_file_that_is_missing_is_named_with_its_key(tmp_path: Path) -> None:
    found = configured(tmp_path, mail={"password_file": "gone"})

    with pytest.raises(ConfigError, match=r"\[mail\] password_file: cannot read .*gone"):
        secrets.mail_password(found)
