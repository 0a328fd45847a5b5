"""The files beside a configuration that show that an installation was in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.app import config
from digest.app.traces import traces_of_use

if TYPE_CHECKING:
    from pathlib import Path


def traces(folder: Path, directory: str = "outbox") -> list[str]:
    settings = config.build({"mail": {"directory": directory}}, folder=folder, where="the test")
    return [str(path.relative_to(folder)) for path in traces_of_use(settings)]


@pytest.mark.parametrize(
    "name",
    [
        "digest.pepper",
        "digest.key",
        "outbox/2026-02-02/ada@example.org.eml",
        "outbox/2026-02-02/ada@example.org.confirm.eml",
    ],
)
def test_what_only_an_installation_in_use_makes_is_a_trace(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("something")

    assert traces(tmp_path) == [name.rpartition("/")[0] or name]


@pytest.mark.parametrize(
    "name",
    [
        "config.toml",
        "dkim.pem",
        "digest.log",
        "outbox/2026-02-02/ada@example.org.part",
        "outbox/notes/ada@example.org.eml",
        "demo/2026-02-02/reader@example.org.eml",
    ],
)
def test_what_a_new_installation_may_have_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("something")

    assert traces(tmp_path) == []


def test_the_outbox_is_where_it_is_configured(tmp_path: Path) -> None:
    mail = tmp_path / "mails/2026-02-02/ada@example.org.eml"
    mail.parent.mkdir(parents=True)
    mail.touch()

    assert traces(tmp_path, "mails") == ["mails/2026-02-02"]
    assert traces(tmp_path) == []
