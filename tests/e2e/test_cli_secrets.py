"""Faults in the configuration are named; secrets come in by many doors and never go out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY

from digest.app import config

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

SECRET = "open-sesame-and-thirty-two-more-thieves"


def configure(home: Path, mail: str) -> None:
    """Replace the [mail] section."""
    text = CONFIG.replace('directory = "outbox"  # beside this file', mail)
    (home / "config.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param(
            "prot = 25", "[mail] prot: there is no such key; did you mean port?", id="key"
        ),
        pytest.param('host = ""', "[mail] host: must not be empty", id="empty"),
        pytest.param("port = 70000", "[mail] port: 70000 must be a whole", id="too large"),
        pytest.param('security = "ssl"', '[mail] security: "ssl" must be "none"', id="choice"),
        pytest.param('from_address = "me"', "[mail] from_address: is not an e-mail", id="address"),
        pytest.param('[lgo]\nlevel = "info"', "[lgo]: there is no such key; did you", id="section"),
        pytest.param('[log]\nlevel = "all"', '[log] level: "all" must be "debug"', id="level"),
        pytest.param('[schedule]\ntimezone = "Mars"', "nor a time zone like", id="zone"),
        pytest.param(
            '[[topics]]\nslug = "x"\nname = "X"\nword_in = ["a"]',
            "[[topics]] 1 word_in: there is no such key; did you mean words_in?",
            id="key of a topic",
        ),
        pytest.param('[[sources]]\nname = "file"\nkind = "jsonl"', "needs a path", id="no path"),
        pytest.param("port = ", "is not valid TOML", id="no TOML"),
    ],
)
def test_a_fault_names_the_key_and_ends_with_2(
    home: Path, digest: Command, line: str, words: str
) -> None:
    configure(home, line)

    result = digest("status")

    assert result.code == 2
    assert words in result.err
    assert result.out == ""


def test_every_fault_is_named_at_once(home: Path, digest: Command) -> None:
    configure(home, 'prot = 25\nhots = "a"\nport = 0')

    lines = digest("status").err.splitlines()

    assert [line.split("[mail] ")[1].split(":")[0] for line in lines] == ["port", "prot", "hots"]


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param(f'password = "{SECRET}"\nport = 0', id="bad value elsewhere"),
        pytest.param(f'password = "{SECRET}"\nprot = 25', id="unknown key"),
        pytest.param(f'password = ["{SECRET}"]', id="wrong type"),
        pytest.param(f'port = "{SECRET}"', id="in the wrong place"),
        pytest.param(f'passwrd = "{SECRET}"', id="under a misspelt key"),
        pytest.param(
            f'transport = "smtp"\nsecurity = "none"\nusername = "a"\npassword = "{SECRET}"',
            id="login in the clear",
        ),
        pytest.param(f'password = "{SECRET}', id="no TOML"),
        pytest.param(f'[database]\nurl = "nosuch://ada:{SECRET}@localhost/db"', id="database"),
        pytest.param(
            f'[database]\nurl = "postgresql://ada:{SECRET}@localhost/db"', id="driver missing"
        ),
        pytest.param(f'[database]\nurl = "{SECRET}"', id="no database address"),
    ],
)
def test_no_secret_of_the_file_is_printed(home: Path, digest: Command, mail: str) -> None:
    configure(home, mail)

    result = digest("status")

    assert result.code != 0
    assert result.err != ""
    assert SECRET not in result.err + result.out


def test_a_login_over_an_unprotected_connection_is_refused(home: Path, digest: Command) -> None:
    configure(home, 'transport = "smtp"\nsecurity = "none"\nusername = "ada"')

    result = digest("run", *DAY)

    assert result.code == 2
    assert "never sent over an unprotected connection" in result.err


@pytest.mark.parametrize("name", ["DIGEST_MAIL__PASSWORD", "digest_mail__password"])
def test_a_secret_can_come_from_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, SECRET)

    loaded = config.load(home / "config.toml")

    assert loaded.mail.password.get_secret_value() == SECRET
    assert loaded.mail.directory == "outbox"


@pytest.mark.parametrize("written", ["{}", "{}\n", "{}\r\n", "\ufeff{}\r\n"])
@pytest.mark.parametrize(
    ("name", "section", "key"),
    [
        ("DIGEST_MAIL__PASSWORD_FILE", "mail", "password"),
        ("DIGEST_SITE__SECRET_KEY_FILE", "site", "secret_key"),
    ],
)
def test_a_secret_can_come_from_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, section: str, key: str, written: str
) -> None:
    (home / "secret").write_bytes(written.format(SECRET).encode())
    (home / "secret").chmod(0o600)
    monkeypatch.setenv(name, str(home / "secret"))

    loaded = config.load(home / "config.toml")

    assert getattr(getattr(loaded, section), key).get_secret_value() == SECRET


def test_a_secret_s_file_that_is_missing_is_named(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_MAIL__PASSWORD_FILE", str(home / "nothing"))

    result = digest("status")

    assert result.code == 2
    named = f"DIGEST_MAIL__PASSWORD_FILE: cannot read {home}/nothing"
    assert result.err == f"error: {named}: No such file or directory\n"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "DIGEST_MAIL__PORT",
            SECRET,
            "DIGEST_MAIL__PORT: [mail] port: must be a whole number from 1 to",
        ),
        (
            "DIGEST_MAIL__PROT",
            "25",
            "DIGEST_MAIL__PROT: [mail] prot: there is no such key; did you mean port?",
        ),
        ("DIGEST_MAIL", SECRET, "DIGEST_MAIL: [mail]: must be JSON"),
    ],
)
def test_a_fault_of_the_environment_is_named_without_its_value(
    home: Path,
    digest: Command,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(name, value)

    result = digest("status")

    assert result.code == 2
    assert words in result.err
    assert SECRET not in result.err


def test_no_secret_is_printed_by_a_run_in_all_its_talk(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(home, f'username = "ada"\npassword = "{SECRET}"\n[log]\nlevel = "debug"')
    digest("subscribers", "add", "ada@example.org", "--confirmed")

    result = digest("run", *DAY)

    assert "digest sent" in result.err
    assert SECRET not in result.err + result.out


def test_a_configuration_shown_by_accident_hides_its_secrets(home: Path) -> None:
    configure(home, f'password = "{SECRET}"')

    shown = repr(config.load(home / "config.toml"))

    assert SECRET not in shown
    assert "for the tests" not in shown
