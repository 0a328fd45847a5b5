"""Real daemons, together with cron or killed: each reader gets one issue on each day."""

from __future__ import annotations

import random
import shutil
import signal
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from support.killed_runs import PLACES, WAITING
from support.two_days import FRIDAY, READERS, THURSDAY, TwoDays, end, wait_for

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from support.smtp_server import SMTPServer

pytestmark = pytest.mark.slow

TABLES = '[schedule]\nat = "18:00"\n'
#: Who chose an hour, and when that is in UTC; all others are served at the site's hour.
LATER, LATER_HOUR = READERS[4:], 20
CHOICE = ("--hour", "21", "--timezone", "Europe/Oslo")
HOURS = {18: READERS[:4], LATER_HOUR: LATER}

#: The stages of a mail before its end, as the server sees them.
STAGES = ("CONNECT", "MAIL", "RCPT", "DATA")


@dataclass(frozen=True, kw_only=True)
class Kills:
    """Where the daemon is killed on both days, and when it is started again."""

    #: a step of Thursday's run, by its name in `PLACES`
    place: str
    #: the minutes after 18:00 until it is started again
    minutes: int
    #: what the server is told on Friday, and how many times
    stage: str
    nth: int

    def __str__(self) -> str:
        return f"{self.place}, {self.minutes} min, {self.stage} {self.nth}"


def drawn(number: int) -> list[Kills]:
    """Draw so many, of different places and stages, always the same ones.

    One is before the reply to a mail: there it is lost who got it.
    """
    draw = random.Random(16)  # noqa: S311 (no secret)
    places = draw.sample(sorted(PLACES), number)
    stages = [".", *draw.sample(STAGES, number - 1)]
    return [
        Kills(
            place=place,
            minutes=draw.randrange(5, 110, 5),
            stage=stage,
            nth=1 if stage == "CONNECT" else draw.randrange(1, 5),
        )
        for place, stage in zip(places, stages, strict=True)
    ]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is kept, with the hours that readers chose."""
    kept = tmp_path_factory.mktemp("readers")
    with TwoDays(tmp_path_factory.mktemp("begun"), tables=TABLES) as days:
        for reader in LATER:
            days.digest("subscribers", "set", reader, *CHOICE)
        shutil.copy(days.folder / "digest.db", kept)
    return kept


def daemon(days: TwoDays, *, kill_at: str = "") -> subprocess.Popen[str]:
    """Start one; it looks who is due as soon as the time can be divided by five minutes."""
    process = days.start("daemon", kill_at=kill_at)
    wait_for(process, "runs at 18:00")
    return process


def first_mail_held(server: SMTPServer) -> tuple[threading.Event, threading.Event]:
    """Have the next mail wait for its reply; return what tells of it, and what ends that."""
    reached, go_on = threading.Event(), threading.Event()
    server.when(".", nth=1, do=reached.set)
    server.when(".", nth=1, do=lambda: go_on.wait(60))
    return reached, go_on


def test_two_daemons_and_cron_at_once_send_each_reader_one_issue_a_day(
    tmp_path: Path, origin: Path
) -> None:
    sent: dict[tuple[str, int], list[str]] = {}
    with TwoDays(tmp_path, tables=TABLES, origin=origin) as days:
        days.at(THURSDAY, 17, 59)
        both = [daemon(days), daemon(days)]
        for day in (THURSDAY, FRIDAY):
            for hour in HOURS:
                reached, go_on = first_mail_held(days.server)
                before = len(days.server.mails)
                days.at(day, hour)
                assert reached.wait(60)
                cron = days.start("run")
                wait_for(cron, WAITING)
                go_on.set()
                assert end(cron).code == 0
                for minute in (0, 5):
                    days.at(day, hour, minute)
                    for one in both:
                        days.await_look(one)
                sent[day, hour] = sorted(days.server.recipients[before:])
        for one in both:
            one.terminate()
        codes = [end(one).code for one in both]
        states = days.states(THURSDAY), days.states(FRIDAY)
        shown = days.shown()

    assert sent == {(day, hour): who for day in (THURSDAY, FRIDAY) for hour, who in HOURS.items()}
    assert states == ("6 sent", "6 sent")
    assert {frozenset(titles.values()) for titles in shown.values()} == {frozenset([1])}
    assert codes == [0, 0]


@pytest.mark.parametrize("kills", drawn(3), ids=str)
def test_a_daemon_that_is_killed_and_started_again_sends_each_reader_one_issue_a_day(
    tmp_path: Path, origin: Path, kills: Kills
) -> None:
    with TwoDays(tmp_path, tables=TABLES, origin=origin) as days:
        days.at(THURSDAY, 17, 59)
        first = daemon(days, kill_at=PLACES[kills.place])
        days.at(THURSDAY)
        assert end(first).code == -signal.SIGKILL

        days.at(THURSDAY, 18 + kills.minutes // 60, kills.minutes % 60)
        second = daemon(days)
        days.await_look(second)
        for hour in (20, 23):
            days.at(THURSDAY, hour)
            days.await_look(second)
        days.server.when(kills.stage, nth=kills.nth, do=second.kill)
        days.at(FRIDAY)
        assert end(second).code == -signal.SIGKILL

        third = daemon(days)
        for hour in (18, 20):
            days.at(FRIDAY, hour)
            days.await_look(third)
        third.terminate()
        ended = end(third)
        states = days.states(THURSDAY), days.states(FRIDAY)
        shown = days.shown()
        mails = Counter(days.server.recipients)

    assert mails == dict.fromkeys(READERS, 2)
    assert {frozenset(titles.values()) for titles in shown.values()} == {frozenset([1])}
    # Of a mail that was taken and not confirmed nobody knows, and it is not sent again.
    assert states == ("6 sent", "5 sent, 1 unknown" if kills.stage == "." else "6 sent")
    assert ended.code == 0
