"""What our mails can be known by, of a configuration that may not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.machine_clock import set_clock

from digest.app import config
from digest.app.inbound.own_mail import known_of, ours_of
from digest.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

KEY, BEFORE = "a key that is long enough to be one", "the key that was in use before this one"


def test_the_keys_in_use_and_before_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOON)
    tables = {
        "site": {"secret_key": KEY, "previous_secret_key": BEFORE},
        "mail": {"bounce_address": "bounces+{id}@example.org"},
    }

    found = ours_of(config.build(tables, folder=tmp_path, where="the tests"))

    assert found.secrets == (KEY, BEFORE)
    assert (found.bounce_address, found.today) == ("bounces+{id}@example.org", NOON.date())


def test_no_key_is_made(tmp_path: Path) -> None:
    found = ours_of(config.build({}, folder=tmp_path, where="the tests"))

    assert found.secrets == ()
    assert list(tmp_path.iterdir()) == []


def test_without_a_configuration_nothing_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGEST_CONFIG", raising=False)

    assert known_of(None).ours.secrets == ()


def test_a_configuration_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no"):
        known_of(tmp_path / "config.toml")
