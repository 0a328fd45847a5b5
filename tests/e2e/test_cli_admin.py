"""`digest admin`: the password that turns the operator's page on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from subscribers.passwords import matches

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

PASSWORD = "correct horse battery staple"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


@pytest.mark.usefixtures("typed")
def test_a_password_is_kept_as_a_hash_that_nobody_else_can_read(
    home: Path, digest: Command
) -> None:
    result = digest("admin", "password")

    file = home / "digest.admin"
    assert result.code == 0
    assert "digest.admin; the operator's page is https://digest.example.org/admin" in result.out
    assert matches(PASSWORD, file.read_text(encoding="ascii").strip())
    assert file.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in result.out + result.err


@pytest.mark.usefixtures("typed")
def test_the_hash_can_be_printed_for_the_configuration(home: Path, digest: Command) -> None:
    result = digest("admin", "password", "--print")

    assert matches(PASSWORD, result.out.strip())
    assert not (home / "digest.admin").exists()


@pytest.mark.usefixtures("typed")
def test_a_removed_password_turns_the_page_off(home: Path, digest: Command) -> None:
    digest("admin", "password")

    assert digest("admin", "password", "--remove").out == "the operator's page is off\n"
    assert digest("admin", "password", "--remove").out == "there was no password\n"
    assert not (home / "digest.admin").exists()


@pytest.mark.usefixtures("home")
def test_a_short_password_is_refused(digest: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2\n"))

    result = digest("admin", "password")

    assert (result.code, result.out) == (2, "")
    assert "must have 12 characters or more" in result.err


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("line", "said"),
    [("x" * 1001, "more than 1,000 characters"), ("long\udcff\udcfepassword", "is not in UTF-8")],
    ids=["too long", "in another encoding"],
)
def test_a_password_that_no_form_can_send_is_refused(
    digest: Command, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))

    result = digest("admin", "password")

    assert (result.code, result.out) == (2, "")
    assert said in result.err


@pytest.mark.usefixtures("home")
def test_a_hash_is_not_printed_and_removed_at_once(digest: Command) -> None:
    result = digest("admin", "password", "--print", "--remove")

    assert result.code == 2
    assert "do not go together" in result.err


def test_a_password_of_the_configuration_counts(
    home: Path, digest: Command, typed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = digest("admin", "password", "--print").out.strip()
    monkeypatch.setenv("DIGEST_ADMIN__PASSWORD_HASH", hashed)

    result = digest("admin", "password")

    assert result.code == 2
    assert "[admin] password_hash is set" in result.err
    assert not (home / "digest.admin").exists()
