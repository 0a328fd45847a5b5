"""The extra `semantic` on the command line: asked for and missing, and long work that is shown."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from support.command import DAY
from support.fake_encoder import FakeEncoder
from support.terminal import Terminal

from digest.app import meaning
from digest.app.services import App

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

#: Papers of a day, more than the fewest whose making is announced.
NUMBER = 120


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    """The extra, with a model that takes no time."""
    made = FakeEncoder()
    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    monkeypatch.setattr(App, "encoder", made)
    return made


@pytest.fixture
def many(home: Path) -> Path:
    """A folder whose source has many papers, which are not fetched yet."""
    papers = [
        {"id": f"2602.{n:05}", "title": f"An agent of kind{n}", "day": DAY[1]}
        for n in range(NUMBER)
    ]
    (home / "papers.jsonl").write_text("".join(json.dumps(it) + "\n" for it in papers))
    return home


@pytest.mark.parametrize(
    "command",
    [
        ("run", *DAY),
        ("run", "--dry-run", *DAY),
        ("daemon",),
        ("preview", *DAY),
        ("backtest", "--from", DAY[1]),
        ("topics", "test", "whale"),
    ],
    ids=" ".join,
)
def test_an_extra_that_is_asked_for_and_missing_is_named_before_any_work(
    home: Path, digest: Command, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    config = home / "config.toml"
    config.write_text(config.read_text() + "\n[ranking]\nsemantic = true\n")

    result = digest(*command)

    assert (result.code, result.out) == (2, "")
    assert "[ranking] semantic = true needs the extra: pip install" in result.err
    assert "papers-digest[semantic]" in result.err
    assert not (home / "digest.db").exists()


def test_the_log_announces_many_vectors_and_not_a_few(
    many: Path, digest: Command, fake: FakeEncoder
) -> None:
    first, second = digest("run", *DAY), digest("run", *DAY)

    assert "making sentence vectors" in first.err
    assert f"papers={NUMBER}" in first.err
    assert "making sentence vectors" not in second.err


@pytest.mark.parametrize("command", ["run", "preview", "run --dry-run"])
def test_a_bar_shows_how_many_vectors_are_made(
    many: Path,
    digest: Command,
    fake: FakeEncoder,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    digest("fetch", *DAY)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    digest(*command.split(), *DAY)

    assert "sentence vectors" in terminal.shown
    assert f"{NUMBER}/{NUMBER}" in terminal.shown
