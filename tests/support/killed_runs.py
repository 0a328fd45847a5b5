"""Runs that are killed or that collide, and what the next line of cron makes of it.

Each case is a Thursday on which something goes wrong, and a Friday on which cron starts `run` only.
`tests/e2e/test_open_days.py` checks them, and `scripts/killed_runs.py` prints them as a table.
"""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.two_days import FRIDAY, MONDAY, THURSDAY, end, wait_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from support.two_days import Ended, TwoDays

#: Where a run of Thursday is killed, as `dated_digest.py` reads it.
PLACES = {
    "before the sources are read": "digest.sources.fetch:Fetcher.fetch:before:1",
    "between two sources": "digest.storage.fetches:FetchLog.record:after:1",
    "before the readers are planned": "digest.storage.ledger:Ledger.plan:before:1",
    "after they are planned": "digest.storage.ledger:Ledger.plan:after:1",
    "after the edition is stored": "digest.storage.editions:EditionStore.save:after:1",
    "after the first claim": "digest.storage.claims:Claims.claim:after:1",
    "after the last mail": "digest.storage.ledger:Ledger.deregister:after:1",
}
WAITING = "waiting for another run"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something that goes wrong, and how the next run must end."""

    name: str
    #: does it, and returns how the line of cron ended that has to put it right
    happens: Callable[[TwoDays], Ended]
    code: int = 0
    #: Thursday's and Friday's deliveries afterwards
    thursday: str = "6 sent"
    friday: str = "6 sent"
    #: further lines of `[delivery]`
    delivery: str = ""
    #: what the run must say
    says: tuple[str, ...] = ()


def _killed_at(place: str) -> Callable[[TwoDays], Ended]:
    def happens(days: TwoDays) -> Ended:
        days.at(THURSDAY)
        assert days.digest("run", kill_at=place).code == -signal.SIGKILL
        days.at(FRIDAY)
        return days.digest("run")

    return happens


def _kill_in_third_mail(days: TwoDays, command: str) -> None:
    running: list[subprocess.Popen[str]] = []

    def kill() -> None:
        running[0].kill()

    days.server.when(command, nth=3, do=kill)
    days.at(THURSDAY)
    running.append(days.start("run"))
    assert end(running[0]).code == -signal.SIGKILL


def _killed_in_a_mail(command: str, *, then: str = FRIDAY) -> Callable[[TwoDays], Ended]:
    """Kill Thursday's run while the third mail is being sent."""

    def happens(days: TwoDays) -> Ended:
        _kill_in_third_mail(days, command)
        days.at(then)
        return days.digest("run")

    return happens


def _killed_twice(days: TwoDays) -> Ended:
    days.at(THURSDAY)
    days.digest("run", kill_at=PLACES["before the readers are planned"])
    days.at(FRIDAY, 17)
    # Friday's first line is killed in turn, when Thursday is planned but not sent.
    assert days.digest("run", kill_at=PLACES["after they are planned"]).code == -signal.SIGKILL
    days.at(FRIDAY)
    return days.digest("run")


def _deferred_and_not_due(days: TwoDays) -> Ended:
    days.server.when("RCPT", nth=3, reply="450 later")
    days.at(THURSDAY, 23)
    days.digest("run")
    (days.folder / "time.txt").write_text(f"{THURSDAY}T23:01:00+00:00")
    return days.digest("run")


def _server_down(days: TwoDays) -> Ended:
    _kill_in_third_mail(days, "DATA")
    days.server.stop_listening()
    days.at(FRIDAY)
    return days.digest("run")


@dataclass
class _Holder:
    """A command that has the lock, and whose first mail is held on its way."""

    process: subprocess.Popen[str]
    go_on: threading.Event


def _holder(days: TwoDays, *arguments: str) -> _Holder:
    """Start a command and wait until it sends its first mail; the time is then Friday."""
    reached, go_on = threading.Event(), threading.Event()
    days.server.when(".", nth=1, do=reached.set)
    days.server.when(".", nth=1, do=lambda: go_on.wait(60))
    process = days.start(*arguments)
    assert reached.wait(60), process.communicate()
    return _Holder(process, go_on)


def _left_by_thursday(days: TwoDays) -> None:
    """Let Thursday's run be killed before it has sent anything."""
    days.at(THURSDAY)
    days.digest("run", kill_at=PLACES["after the edition is stored"])
    days.at(FRIDAY)


def _run_meets_retry(days: TwoDays) -> Ended:
    _left_by_thursday(days)
    retry = _holder(days, "retry")
    run = days.start("run")
    wait_for(run, WAITING)
    retry.go_on.set()
    assert end(retry.process).code == 0
    return end(run)


def _run_gives_up(days: TwoDays) -> Ended:
    _left_by_thursday(days)
    retry = _holder(days, "retry")
    run = days.digest("run")
    retry.go_on.set()
    assert end(retry.process).code == 0
    return run


def _run_is_ended_as_it_waits(number: signal.Signals) -> Callable[[TwoDays], Ended]:
    def happens(days: TwoDays) -> Ended:
        _left_by_thursday(days)
        retry = _holder(days, "retry")
        run = days.start("run")
        wait_for(run, WAITING)
        run.send_signal(number)
        ended = end(run)
        retry.go_on.set()
        assert end(retry.process).code == 0
        return ended

    return happens


def _both_are_killed(days: TwoDays) -> Ended:
    _left_by_thursday(days)
    retry = _holder(days, "retry")
    run = days.start("run")
    wait_for(run, WAITING)
    run.kill()
    retry.process.kill()
    retry.go_on.set()
    end(run)
    end(retry.process)
    return days.digest("run")


def _thursday_still_sends(days: TwoDays) -> Ended:
    days.at(THURSDAY)
    thursday = _holder(days, "run")
    days.at(FRIDAY)
    run = days.start("run")
    wait_for(run, WAITING)
    thursday.go_on.set()
    assert end(thursday.process).code == 0
    return end(run)


def _two_runs_at_once(days: TwoDays) -> Ended:
    days.at(THURSDAY)
    days.digest("run")
    days.at(FRIDAY)
    first = _holder(days, "run")
    second = days.start("run")
    wait_for(second, WAITING)
    first.go_on.set()
    assert end(first.process).code == 0
    return end(second)


CASES = [
    *(
        Case(name=f"killed {name}", happens=_killed_at(place), says=("2026-02-05: ",))
        for name, place in PLACES.items()
        if not name.startswith("after the last")
    ),
    Case(
        name="killed after the last mail",
        happens=_killed_at(PLACES["after the last mail"]),
    ),
    Case(name="killed as the third mail begins", happens=_killed_in_a_mail("DATA")),
    Case(
        name="killed before the reply to the third mail",
        happens=_killed_in_a_mail("."),
        thursday="5 sent, 1 unknown",
        says=("2026-02-05: 3 sent, 1 unknown, 2 already settled",),
    ),
    Case(
        name='the same with on_unknown = "ask"',
        happens=_killed_in_a_mail("."),
        delivery='on_unknown = "ask"',
        code=1,
        thursday="5 sent, 1 unknown",
        says=("1 may or may not", "`digest retry --day 2026-02-05 --state unknown`"),
    ),
    Case(name="killed, and Friday's first run killed as well", happens=_killed_twice),
    Case(
        name="killed as the third mail begins, nothing runs until Monday",
        happens=_killed_in_a_mail("DATA", then=MONDAY),
        code=1,
        thursday="2 sent, 4 expired",
        friday="",
        says=("2026-02-05: 4 expired", "their papers come with this issue or the next"),
    ),
    Case(
        name="deferred, and the next run is a minute later",
        happens=_deferred_and_not_due,
        code=1,
        thursday="5 sent, 1 deferred",
        friday="",
        says=("1 of 2026-02-05 still wait", "`digest retry --day 2026-02-05`"),
    ),
    Case(
        name="killed as the third mail begins, on Friday the server is down",
        happens=_server_down,
        code=1,
        thursday="4 planned, 2 sent",
        friday="6 planned",
        says=("4 of 2026-02-05 still wait", "could not connect"),
    ),
    Case(name="`run` while `retry` sends: it waits", happens=_run_meets_retry),
    Case(
        name="`run` while `retry` sends for longer than max_wait",
        happens=_run_gives_up,
        delivery="max_wait = 0.01",
        code=1,
        says=("another run is sending", "it sends 2026-02-06 too, or the next run does"),
    ),
    Case(
        name="`run` killed while it waits for `retry`",
        happens=_run_is_ended_as_it_waits(signal.SIGKILL),
        code=-signal.SIGKILL,
    ),
    Case(
        name="SIGTERM to `run` while it waits for `retry`",
        happens=_run_is_ended_as_it_waits(signal.SIGTERM),
        code=1,
        says=("this one was told to stop", "it sends 2026-02-06 too, or the next run does"),
    ),
    Case(
        name="`run` killed while it waits, and `retry` killed as well",
        happens=_both_are_killed,
        thursday="5 sent, 1 unknown",
    ),
    Case(name="Friday's `run` while Thursday's still sends", happens=_thursday_still_sends),
    Case(
        name="two lines start `run` at once: the second",
        happens=_two_runs_at_once,
        says=("2026-02-06: 6 already settled",),
    ),
]
