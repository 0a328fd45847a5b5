"""Signals of a terminal, a service manager or logrotate to a run, the daemon and the server."""

from __future__ import annotations

import os
import pty
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.command import DAY
from support.processes import FIRST, NAMES, SECOND, end, mailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.command import Command
    from support.processes import Processes

#: How long a process is waited for, in seconds.
LONG = 30
GROUP = {"start_new_session": True}


def states(digest: Command) -> dict[str, int]:
    return dict(digest("status", *DAY, "--json").json["deliveries"])


# -- a run and its processes ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_to_all_processes_of_a_run_ends_it_after_the_mails_in_hand(
    two: Path, processes: Processes, digest: Command, name: str
) -> None:
    run = processes.start(f"{FIRST[0]}=until_{name.lower()}", f"{SECOND[0]}=until_sigterm", **GROUP)
    processes.held(FIRST[0])
    processes.held(SECOND[0])

    os.killpg(run.pid, getattr(signal, name))
    code, out, log = end(run)
    had, left = mailed(two), states(digest)
    again = digest("run", *DAY)

    assert code == 1
    assert "told to stop" in out
    assert "Traceback" not in log
    assert had == sorted([FIRST[0], SECOND[0]])
    assert left == {"planned": 6, "sent": 2}
    assert again.code == 0
    assert mailed(two) == NAMES


@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_a_signal_to_a_process_that_is_not_ready_for_it_does_not_end_it(
    two: Path, processes: Processes, digest: Command, name: str
) -> None:
    code, _, log = end(processes.start(f"second-gets-{name}"))

    assert code == 0
    assert "Traceback" not in log
    assert "a sender died" not in log
    assert states(digest) == {"sent": 8}


def test_a_terminal_that_sends_several_hangups_ends_a_run_no_sooner(
    two: Path, processes: Processes, digest: Command
) -> None:
    run = processes.start(f"{FIRST[0]}=hold", f"{SECOND[0]}=until_sigterm", **GROUP)
    processes.held(FIRST[0])
    processes.held(SECOND[0])

    for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        os.killpg(run.pid, number)
    processes.release(FIRST[0])
    code, out, _ = end(run)

    assert code == 1
    assert "told to stop" in out
    assert states(digest) == {"planned": 6, "sent": 2}


def test_what_nohup_starts_does_not_end_with_the_terminal(
    two: Path, processes: Processes, digest: Command
) -> None:
    run = processes.start(f"{FIRST[0]}=hold", f"{SECOND[0]}=hold", through=["nohup"], **GROUP)
    processes.held(FIRST[0])
    processes.held(SECOND[0])

    os.killpg(run.pid, signal.SIGHUP)
    for name in (FIRST[0], SECOND[0]):
        processes.release(name)
    code, _, _ = end(run)

    assert code == 0
    assert states(digest) == {"sent": 8}


@pytest.mark.parametrize("arguments", [("fetch",), ("retry",), ("papers", "list")], ids=" ".join)
def test_a_hangup_ends_any_command_as_sigterm_does(home: Path, arguments: tuple[str, ...]) -> None:
    os.mkfifo(home / "config.toml.fifo")
    (home / "config.toml").unlink()
    (home / "config.toml").symlink_to("config.toml.fifo")
    codes = []

    for number in (signal.SIGTERM, signal.SIGHUP):
        command = subprocess.Popen(
            [sys.executable, "-m", "digest", *arguments], cwd=home, stderr=subprocess.PIPE
        )
        # Opened as soon as the command reads its configuration, which never comes.
        with (home / "config.toml.fifo").open("wb"):
            command.send_signal(number)
            command.communicate(timeout=LONG)
        codes.append(command.returncode)

    assert codes == [-signal.SIGTERM, -signal.SIGTERM]


# -- a terminal that is gone -----------------------------------------------------------------------


def test_a_run_whose_terminal_is_gone_still_mails_everybody(
    two: Path, processes: Processes, digest: Command
) -> None:
    ours, theirs = pty.openpty()
    run = processes.start(f"{FIRST[0]}=hold", stdout=theirs, stderr=theirs, **GROUP)
    os.close(theirs)
    processes.held(FIRST[0])

    os.close(ours)  # from now on whatever they print fails with EIO
    processes.release(FIRST[0])
    run.wait(LONG)

    assert run.returncode == 1  # nobody has seen its report
    assert mailed(two) == NAMES
    assert states(digest) == {"sent": 8}


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_run_whose_output_nobody_reads_still_mails_everybody(
    two: Path, processes: Processes, digest: Command, stream: str
) -> None:
    ours, theirs = os.pipe()
    os.close(ours)

    run = processes.start(**{stream: theirs})
    os.close(theirs)
    end(run)

    assert states(digest) == {"sent": 8}
    assert run.returncode == (1 if stream == "stdout" else 0)


# -- the daemon -----------------------------------------------------------------------------------

#: A scheduler whose job begins at once, and ends with a line of input.
SCHEDULER = """
import sys, threading
from digest.app import scheduler

def job():
    print("begun", flush=True)
    sys.stdin.readline()
    print("done", flush=True)

class Stopped(threading.Event):
    def set(self):
        super().set()
        print("stopping", flush=True)

scheduler.DUE_MINUTES = 0.001
jobs = scheduler.Jobs(
    serve_due=job, fetch=lambda: None, fetch_hours=0, at="07:00", weekdays=["mon"], timezone="UTC"
)
scheduler.run_jobs(jobs, stopped=Stopped())
"""


@pytest.mark.parametrize(("signals", "code", "rest"), [(1, 0, "done\n"), (2, -15, "")])
def test_the_first_signal_lets_the_daemon_s_job_end_and_the_second_does_not(
    signals: int, code: int, rest: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCHEDULER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stdin is not None
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "begun\n"

        daemon.terminate()
        assert daemon.stdout.readline() == "stopping\n"
        if signals == 2:
            daemon.terminate()
            daemon.wait(LONG)
        with suppress(BrokenPipeError):
            daemon.stdin.write("\n")
            daemon.stdin.flush()
        out, err = daemon.communicate(timeout=LONG)

    assert (daemon.returncode, out) == (code, rest)
    assert "Traceback" not in err


# -- the log of what runs for long ----------------------------------------------------------------


def wait_for(process: subprocess.Popen[Any], found: Callable[[], bool]) -> None:
    """Wait until something is found, for as long as a process lives."""
    for _ in range(LONG * 20):
        if found():
            return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"{process.args} ended with {process.returncode} before that")


@pytest.mark.parametrize("command", ["daemon", "serve"])
def test_after_a_hangup_the_log_goes_on_in_a_new_file(home: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free_port = listener.getsockname()[1]
    with (home / "config.toml").open("a") as config:
        config.write(f'\n[log]\nfile = "digest.log"\n[web]\nport = {free_port}\n')
    names = ["digest.log", "output.log"]
    output = home / "output.log"
    with output.open("a") as redirected:
        output.chmod(0o640)
        running = subprocess.Popen(
            [sys.executable, "-m", "digest", command], cwd=home, stdout=redirected,
            stderr=redirected,
        )  # fmt: skip
    try:
        wait_for(running, lambda: output.stat().st_size > 0)
        for name in names:
            (home / name).rename(home / f"{name}.1")

        running.send_signal(signal.SIGHUP)
        wait_for(running, lambda: all((home / name).exists() for name in names))
        opened = {it.readlink().name for it in Path(f"/proc/{running.pid}/fd").iterdir()}
    finally:
        running.kill()
        running.wait()

    assert set(names) <= opened
    assert not {f"{name}.1" for name in names} & opened
    modes = [(home / name).stat().st_mode & 0o777 for name in names]
    assert modes == [0o600, 0o640]
