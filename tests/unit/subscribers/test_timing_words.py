"""When mail comes, in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from support.readers import PREFERENCES

from subscribers.models import WEEKDAYS, Preferences
from subscribers.timing_words import DAY_NAMES, SiteTimes, when


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, "every day, at the site’s hour"),
        ({"days": WEEKDAYS}, "from Monday to Friday, at the site’s hour"),
        ({"frequency": "weekdays"}, "from Monday to Friday, at the site’s hour"),
        ({"frequency": "weekly"}, "once a week, on Monday, at the site’s hour"),
        (
            {"frequency": "weekly", "days": ("sun",), "hour": 7, "timezone": "Europe/Paris"},
            "once a week, on Sunday, at 07:00 (Europe/Paris)",
        ),
        (
            {"frequency": "enough", "hour": 0},
            "when there is something, on any day, at 00:00 (UTC)",
        ),
        (
            {"days": ("mon", "sat"), "quiet_mail": True},
            "on Monday and Saturday, at the site’s hour; two lines on a day without new papers",
        ),
    ],
)
def test_days_and_hour_are_said_as_people_say_them(chosen: dict[str, Any], words: str) -> None:
    assert when(Preferences(**chosen)) == words


def test_the_site_s_hour_is_named_where_it_is_known() -> None:
    assert when(Preferences(), site=SiteTimes(hour="18:00, UTC")) == (
        "every day, at the site’s hour (18:00, UTC)"
    )


@pytest.mark.parametrize(
    ("chosen", "is_never"),
    [
        ({"days": ("sat", "sun")}, True),
        ({"days": ("sat",), "quiet_mail": True, "frequency": "enough"}, True),
        ({"days": ("sat",), "hour": 18}, False),
        ({"days": ("fri", "sat")}, False),
        ({}, False),
    ],
)
def test_days_on_which_the_site_never_sends_are_said_to_be_that(
    chosen: dict[str, Any], *, is_never: bool
) -> None:
    words = when(Preferences(**chosen), site=SiteTimes(days=WEEKDAYS))

    assert words.endswith(", which never comes: the site sends from Monday to Friday") == is_never


@given(PREFERENCES)
def test_no_day_is_named_on_which_no_mail_may_come(chosen: Preferences) -> None:
    # A span or all days are named as a whole.
    said = {day for day, name in DAY_NAMES.items() if name in when(chosen)}

    assert said <= set(chosen.mail_days)
