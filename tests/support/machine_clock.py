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


def set_clock(patch: pytest.MonkeyPatch, at: datetime) -> None:
    """Have every module see a time.

    Modules import `now` by its name, some of them only when a command needs them. If `clock.now`
    were replaced, those that are imported meanwhile would keep that time in later tests.
    """

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return at.astimezone(tz)

    patch.setattr(clock, "datetime", Clock)


@contextmanager
def machine_in(zone: str, *, now: datetime | None = None) -> Iterator[None]:
    """Have the machine in a time zone, as TZ names it, and at a time, for the block."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", zone)
            if now is not None:
                set_clock(patch, now)
            time.tzset()
            yield
    finally:
        time.tzset()
