"""A configuration is read from its file, from the environment, or is the example."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from digest.app import config
from digest.app.config import build, load
from digest.app.config.resources import example_config
from digest.errors import ConfigError

EXAMPLE = tomllib.loads(example_config().read_text(encoding="utf-8"))


def test_a_configuration_that_says_nothing_is_the_example(tmp_path: Path) -> None:
    nothing = config.build({}, folder=tmp_path, where="nothing")

    assert nothing == config.build(EXAMPLE, folder=tmp_path, where="the example")


def test_paths_start_from_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[mail]\ndirectory = "outbox"\n')

    loaded = config.load(file)

    assert loaded.path(loaded.mail.directory) == tmp_path / "outbox"
    assert loaded.path("/var/mail") == type(tmp_path)("/var/mail")


@pytest.mark.parametrize("key", ["_env_file", "_cli_parse_args", "_anything"])
def test_a_key_that_the_library_would_take_for_its_own_is_unknown(key: str) -> None:
    with pytest.raises(ConfigError, match="there is no such key"):
        build({key: True}, folder=Path(), where="config.toml")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DIGEST_MAIL__PORT", "many", "DIGEST_MAIL__PORT: [mail] port: "),
        ("digest_mail__port", "", "digest_mail__port: [mail] port: "),
        ("DIGEST_MAIL__PROT", "25", "DIGEST_MAIL__PROT: [mail] prot: there is no such key"),
        ("DIGEST_MAIL", '{"port": "many"}', "DIGEST_MAIL: [mail] port: "),
        (
            "DIGEST_MAIL",
            "smtp.example.net",
            "DIGEST_MAIL: [mail]: must be JSON, such as DIGEST_MAIL='{",
        ),
        ("DIGEST_LOG", "debug", "DIGEST_LOG: [log]: must be JSON, such as "),
        (
            "DIGEST_WEB__TRUSTED_PROXIES",
            "::1",
            "DIGEST_WEB__TRUSTED_PROXIES: [web] trusted_proxies: must be a list in JSON, such as",
        ),
        ("DIGEST_WEB__TRUSTED_PROXIES", '["x"]', "DIGEST_WEB__TRUSTED_PROXIES: [web] "),
        ("DIGEST_SOURCES", '[{"kind": "x"}]', "DIGEST_SOURCES: [[sources]] 1 kind: "),
    ],
)
def test_a_wrong_value_of_the_environment_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError) as caught:
        build({}, folder=tmp_path, where="config.toml")

    assert str(caught.value).startswith(message)


def test_a_wrong_value_of_the_file_is_not_blamed_on_a_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DIGEST_MAIL", '{"host": "mail.example.net"}')

    with pytest.raises(ConfigError, match=r"^config\.toml: \[mail\] port: "):
        build({"mail": {"port": "many"}}, folder=tmp_path, where="config.toml")


def test_a_section_misspelt_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_MALI__PORT", "25")

    with pytest.raises(ConfigError, match=r"DIGEST_MALI__PORT.*did you mean mail"):
        build({}, folder=Path(), where="config.toml")


def test_a_byte_order_mark_before_the_configuration_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("\ufeff[site]\nname = 'Papers'\n".encode())

    assert load(path).site.name == "Papers"
