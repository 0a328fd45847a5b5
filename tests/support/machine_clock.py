"""A machine in another time zone, and at another time."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import pytest

from digest.app import clock

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def machine_in(zone: str, *, now: datetime | None = None) -> Iterator[None]:
    """Have the machine in a time zone, as TZ names it, and at a time, for the block."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return (now or datetime.now(tz)).astimezone(tz)

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", zone)
            patch.setattr(clock, "datetime", Clock)
            time.tzset()
            yield
    finally:
        time.tzset()
