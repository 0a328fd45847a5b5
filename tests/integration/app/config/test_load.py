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


def test_a_section_misspelt_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_MALI__PORT", "25")

    with pytest.raises(ConfigError, match=r"DIGEST_MALI__PORT.*did you mean mail"):
        build({}, folder=Path(), where="config.toml")


def test_a_byte_order_mark_before_the_configuration_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("\ufeff[site]\nname = 'Papers'\n".encode())

    assert load(path).site.name == "Papers"
