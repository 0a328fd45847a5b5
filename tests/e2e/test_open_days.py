"""One line of cron is enough: whatever was killed or collided, the next `run` finishes it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.killed_runs import CASES, PLACES
from support.two_days import FRIDAY, LISTED, READERS, THURSDAY, TwoDays

if TYPE_CHECKING:
    from pathlib import Path

    from support.killed_runs import Case

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database with the readers is kept."""
    return tmp_path_factory.mktemp("readers")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_after_a_kill_or_a_collision_nobody_is_left_out_or_mailed_twice(
    tmp_path: Path, origin: Path, case: Case
) -> None:
    with TwoDays(tmp_path, delivery=case.delivery, origin=origin) as days:
        ended = case.happens(days)
        found = days.states(THURSDAY), days.states(FRIDAY)
        shown = days.shown()
        mails = Counter(days.server.recipients)

    assert (ended.code, *found) == (case.code, case.thursday, case.friday), ended
    assert [text for text in case.says if text not in ended.out + ended.err] == []
    # No paper comes twice, and whoever was sent both days has seen all three.
    assert max(number for titles in shown.values() for number in titles.values()) == 1
    if case.thursday == case.friday == "6 sent":
        assert mails == dict.fromkeys(READERS, 2)
        assert {len(titles) for titles in shown.values()} == {3}


def test_who_confirmed_since_gets_no_issue_of_an_earlier_day(tmp_path: Path, origin: Path) -> None:
    with TwoDays(tmp_path, origin=origin) as days:
        days.at(THURSDAY)
        days.digest("run", kill_at=PLACES["before the readers are planned"])
        days.at(FRIDAY, 9)
        days.digest("subscribers", "add", "eve@example.net", "--topic", "agents", "--confirmed")
        days.at(FRIDAY)
        days.digest("run")
        thursday, friday = days.states(THURSDAY), days.states(FRIDAY)

    assert (thursday, friday) == ("6 sent", "7 sent")


def test_a_retry_alone_finishes_a_day_that_was_never_planned(tmp_path: Path, origin: Path) -> None:
    with TwoDays(tmp_path, origin=origin) as days:
        days.at(THURSDAY)
        days.digest("run", kill_at=PLACES["before the sources are read"])
        ended = days.digest("retry")
        thursday = days.states(THURSDAY)

    assert (ended.code, thursday) == (0, "6 sent")
    assert "2026-02-05: 6 sent" in ended.out


def test_a_run_of_a_named_day_leaves_the_other_open_days_alone(
    tmp_path: Path, origin: Path
) -> None:
    with TwoDays(tmp_path, origin=origin) as days:
        days.at(THURSDAY)
        days.digest("run", kill_at=PLACES["before the readers are planned"])
        days.at(FRIDAY)
        days.digest("run", "--day", FRIDAY)
        named = days.states(THURSDAY), days.states(FRIDAY)
        days.digest("run")
        unnamed = days.states(THURSDAY), days.states(FRIDAY)
        shown = days.shown()

    assert named == ("", "6 sent")
    # Friday's issue has shown the papers of Thursday, as late ones.
    assert unnamed == ("6 skipped", "6 sent")
    titles = set(LISTED[THURSDAY] + LISTED[FRIDAY])
    assert shown == {reader: Counter(titles) for reader in READERS}
