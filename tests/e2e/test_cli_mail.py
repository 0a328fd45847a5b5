"""`digest mail test`: what the server says of one mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.well_installation import WellInstallation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.command import Command


@pytest.fixture
def well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WellInstallation]:
    made = WellInstallation.in_folder(tmp_path, monkeypatch)
    yield made
    made.close()


def test_it_says_what_the_server_said(well: WellInstallation, digest: Command) -> None:
    well.smtp.when(".", reply="250 2.0.0 queued as 4711")

    result = digest("mail", "test", "ada@example.net")

    assert result.code == 0
    lines = dict(line.split(maxsplit=1) for line in result.out.splitlines())
    assert lines["result"] == "sent"
    assert "server said  250 2.0.0 queued as 4711" in result.out
    assert "encryption   TLSv1." in result.out
    assert "signed with  spring and spring-ed" in result.out


def test_a_refused_mail_exits_with_1_and_the_words(well: WellInstallation, digest: Command) -> None:
    well.smtp.when("RCPT", reply="550 5.1.1 no such user here")

    result = digest("mail", "test", "ada@example.net", "--json")

    assert result.code == 1
    assert (result.json["state"], result.json["status"]) == ("failed", "5.1.1")
    assert result.json["reply"] == "550 5.1.1 no such user here"


def test_a_refused_login_is_an_error_with_the_remedy(
    well: WellInstallation, digest: Command
) -> None:
    well.smtp.when("AUTH", reply="535 5.7.8 wrong password")

    result = digest("mail", "test", "ada@example.net")

    assert result.code == 1
    assert "535 5.7.8 wrong password" in result.err
    assert "check [mail] username and password" in result.err


def test_it_says_where_the_file_is(home: Path, digest: Command) -> None:
    result = digest("mail", "test", "ada@example.net")

    (file,) = (home / "outbox").rglob("*.test.eml")
    assert result.code == 0
    assert f"file         {file}" in result.out


def test_it_is_in_no_report(home: Path, digest: Command) -> None:
    digest("mail", "test", "ada@example.net")

    assert "no deliveries" in digest("status").out
    assert digest("subscribers", "list", "--json").json == []


def test_who_is_suppressed_gets_none(home: Path, digest: Command) -> None:
    (home / "gone.csv").write_text("address,status\nada@example.net,suppressed\n")
    digest("subscribers", "import", "gone.csv")

    result = digest("mail", "test", "ada@example.net")

    assert result.code == 2
    assert "must not be written to" in result.err
    assert not (home / "outbox").exists()


@pytest.mark.parametrize("address", ["nobody", "a b@example.net"])
def test_what_is_no_address_is_wrong_usage(home: Path, digest: Command, address: str) -> None:
    assert digest("mail", "test", address).code == 2
