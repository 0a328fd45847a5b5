"""A stored edition is used again only while nothing that shapes its messages has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from digest.app import config
from digest.app.config import mail_key as module
from digest.app.config.mail_key import mail_key
from digest.app.config.resources import templates_dir

if TYPE_CHECKING:
    from pathlib import Path


def key(tmp_path: Path, **tables: Any) -> str:
    return mail_key(config.build(tables, folder=tmp_path, where="the tests"))


@pytest.mark.parametrize(
    "tables",
    [
        {"site": {"name": "Other papers"}},
        {"site": {"postal_address": "2 Main Street"}},
        {"mail": {"from_address": "other@papers.example"}},
        {"mail": {"reply_to": "people@papers.example"}},
        {"mail": {"bounce_address": "b+{id}@papers.example"}},
        {"web": {"url": "https://papers.example"}},
        {"inbound": {"address": "{command}@papers.example"}},
        {"ranking": {"summary_length": 99}},
    ],
    ids=str,
)
def test_a_setting_that_shapes_messages_changes_the_key(
    tmp_path: Path, tables: dict[str, Any]
) -> None:
    assert key(tmp_path, **tables) != key(tmp_path)


def test_another_setting_does_not_change_the_key(tmp_path: Path) -> None:
    assert key(tmp_path, mail={"port": 2525}, delivery={"senders": 2}) == key(tmp_path)


def test_a_changed_template_changes_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key(tmp_path)
    for source in (templates_dir() / "email").rglob("*.*"):
        target = tmp_path / source.relative_to(templates_dir())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    monkeypatch.setattr(module, "templates_dir", lambda: tmp_path)
    copied = key(tmp_path)

    (tmp_path / "email" / "digest" / "body.txt").write_text("changed")

    assert copied == before
    assert key(tmp_path) != before
