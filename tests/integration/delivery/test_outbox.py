"""What the folder of written mails shows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from digest.delivery.outbox import newest_day

if TYPE_CHECKING:
    from pathlib import Path


def test_the_newest_day_is_the_last_with_a_digest(tmp_path: Path) -> None:
    for name in (
        "2026-02-02/ada@example.org.eml",
        "2026-02-03/ada@example.org.eml",
        "2026-02-04/ada@example.org.confirm.eml",
        "2026-02-05/ada@example.org.part",
        "not a day/ada@example.org.eml",
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()

    assert newest_day(tmp_path) == date(2026, 2, 3)


def test_a_folder_that_is_not_there_has_no_day(tmp_path: Path) -> None:
    assert newest_day(tmp_path / "outbox") is None
    assert newest_day(None) is None
