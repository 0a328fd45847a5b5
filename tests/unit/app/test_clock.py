"""Which day it is: the one of the time zone, once it has begun in UTC too."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from digest.app import clock


@pytest.mark.parametrize(
    ("timezone", "hour", "day"),
    [
        pytest.param("UTC", 12, 2, id="UTC"),
        pytest.param("America/New_York", 3, 1, id="a day that has not begun there"),
        pytest.param("Asia/Tokyo", 20, 2, id="a day that has not begun in UTC"),
    ],
)
def test_today(monkeypatch: pytest.MonkeyPatch, timezone: str, hour: int, day: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 2, hour, tzinfo=UTC))

    assert clock.today(timezone) == date(2026, 2, day)
