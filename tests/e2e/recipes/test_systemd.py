"""The units for systemd: valid, hardened, and run by a systemd with all their limits."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from support.programs import free_port, program
from support.sample_machine import SAMPLES, SampleMachine, sample_machine
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNITS = SAMPLES / "systemd"
SERVICES = sorted((*UNITS.glob("*.service"), *(SAMPLES / "inbound").glob("*.service")))
#: What `systemd-analyze security` says at most, in tenths: 0 is the safest of 10.
EXPOSURE = 12

#: What an installation starts.
TARGET = """\
[Unit]
DefaultDependencies=no
"""
#: So that a unit pulls in nothing of the system but what it is started with.
ALONE = """\
[Unit]
DefaultDependencies=no
Wants=
After=
"""


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """All units in a folder, as if `digest` were installed."""
    for path in (*SERVICES, *UNITS.glob("*.timer")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^(ExecStart=)/\S+", r"\1/bin/true", text)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_understands_every_unit(units: Path) -> None:
    analyze = program("systemd-analyze", package="systemd")

    done = subprocess.run(
        [analyze, "verify", "--man=no", *units.iterdir()],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )

    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", [path.name for path in SERVICES])
def test_a_service_is_exposed_no_more_than_it_must(units: Path, name: str) -> None:
    analyze = program("systemd-analyze", package="systemd")

    done = subprocess.run(
        [
            analyze,
            "security",
            "--offline=yes",
            f"--threshold={EXPOSURE}",
            "--no-pager",
            units / name,
        ],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "SYSTEMD_COLORS": "0"},
    )

    assert done.returncode == 0, done.stdout


def systemd() -> list[str]:
    program("systemd-analyze", package="systemd")
    return ["/lib/systemd/systemd", "--system", "--unit=samples.target", "--log-target=console"]


def installed(*names: str, then: Callable[[Path], None] = lambda _: None) -> Callable[[Path], None]:
    """Return what puts the samples into a machine, and nothing else for systemd to start."""

    def prepare(folder: Path) -> None:
        shutil.rmtree(folder / "etc/systemd/system")
        system = folder / "etc/systemd/system"
        system.mkdir(parents=True)
        (system / "samples.target").write_text(TARGET, encoding="utf-8")
        for name in names:
            shutil.copy(UNITS / name, system)
            (system / f"{name}.d").mkdir()
            (system / f"{name}.d" / "alone.conf").write_text(ALONE, encoding="utf-8")
        then(folder)

    return prepare


@pytest.fixture
def _alone() -> Iterator[None]:
    """See that no other systemd is there, and remove the groups that ours leaves in the kernel."""
    if Path("/run/systemd/system").exists():
        pytest.skip("this machine is run by systemd, whose groups of processes a second one shares")
    yield
    for tree, group in product(("systemd", "unified", ""), ("system.slice", "init.scope")):
        for folder, _, _ in os.walk(f"/sys/fs/cgroup/{tree}/{group}", topdown=False):
            with suppress(OSError):  # a process of it has not ended yet
                Path(folder).rmdir()


def until_ready(machine: SampleMachine) -> None:
    machine.until(lambda: machine.path("run/systemd/private").exists(), "systemd is not there")


def with_mail_server(smtp: SMTPServer) -> Callable[[Path], None]:
    """Send by a mail server, with a password that root alone can read."""

    def prepare(folder: Path) -> None:
        config = folder / "etc/digest/config.toml"
        server = f'transport = "smtp"\nhost = "127.0.0.1"\nport = {smtp.port}\nsecurity = "none"\n'
        text = config.read_text(encoding="utf-8").replace("[mail]\n", f"[mail]\n{server}")
        config.write_text(text, encoding="utf-8")
        secrets = folder / "etc/digest-secrets"
        secrets.mkdir(mode=0o700)
        (secrets / "mail-password").write_text("a password\n", encoding="utf-8")
        (secrets / "mail-password").chmod(0o600)
        shutil.copy(
            UNITS / "mail-password.conf", folder / "etc/systemd/system/digest-run.service.d"
        )

    return prepare


@pytest.mark.slow
@pytest.mark.usefixtures("_alone")
def test_the_timer_makes_up_for_a_run_when_the_machine_was_off() -> None:
    def was_off(folder: Path) -> None:
        stamps = folder / "var/lib/systemd/timers"
        stamps.mkdir(parents=True)
        (stamps / "stamp-digest-run.timer").touch()
        os.utime(stamps / "stamp-digest-run.timer", (10**9, 10**9))
        drop_in = folder / "etc/systemd/system/digest-run.timer.d/at-once.conf"
        drop_in.write_text("[Timer]\nRandomizedDelaySec=0\n", encoding="utf-8")

    with SMTPServer() as smtp:

        def prepare(folder: Path) -> None:
            was_off(folder)
            with_mail_server(smtp)(folder)

        units = ("digest-run.service", "digest-run.timer")
        with sample_machine(*systemd(), prepare=installed(*units, then=prepare)) as machine:
            until_ready(machine)
            machine.call("systemctl", "start", "digest-run.timer")

            machine.until(lambda: smtp.mails, "nothing was mailed")
            machine.until(lambda: ended(machine, "digest-run.service"), "the run does not end")

            assert state(machine, "digest-run.service") == ("success", "0")
            assert smtp.recipients == ["ada@example.org"]
            (timer,) = json.loads(
                machine.call("systemctl", "list-timers", "digest-run.timer", "--output=json")
            )
            assert timer["unit"] == "digest-run.timer"
            assert (timer["next"] // 10**6 // 60) % 60 == 7


def ended(machine: SampleMachine, unit: str) -> bool:
    return machine.call("systemctl", "show", unit, "-P", "ActiveState").strip() in (
        "inactive",
        "failed",
    )


def state(machine: SampleMachine, unit: str) -> tuple[str, ...]:
    """How a unit ended: the result, and its exit code."""
    said = machine.call("systemctl", "show", unit, "-p", "Result", "-p", "ExecMainStatus")
    found = dict(line.split("=") for line in said.splitlines())
    return found["Result"], found["ExecMainStatus"]


@pytest.mark.slow
@pytest.mark.usefixtures("_alone")
def test_the_website_answers_at_its_socket_and_the_daemon_is_ready() -> None:
    monitoring = f"127.0.0.1:{free_port()}"

    def with_a_socket(folder: Path) -> None:
        with (folder / "etc/digest/config.toml").open("a", encoding="utf-8") as config:
            config.write('\n[web]\nsocket = "/run/digest/web.sock"\n')
            config.write(f'[metrics]\nlisten = "{monitoring}"\n')

    def is_ready() -> bool:
        with suppress(httpx.ConnectError):
            return httpx.get(f"http://{monitoring}/ready").status_code == 200
        return False

    units = ("digest-web.service", "digest-daemon.service")
    with sample_machine(*systemd(), prepare=installed(*units, then=with_a_socket)) as machine:
        until_ready(machine)
        machine.call("systemctl", "start", *units)
        socket = machine.path("run/digest/web.sock")
        machine.until(socket.exists, "the website does not listen")
        mode = stat.S_IMODE(socket.stat().st_mode)

        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket))) as client:
            answers = [client.get(f"http://site{path}").status_code for path in ("/", "/ready")]
        machine.until(is_ready, "the daemon is not ready")

        assert (mode, answers) == (0o660, [200, 200])
        machine.call("systemctl", "reload", *units)
        machine.call("systemctl", "stop", *units)
        assert {state(machine, unit) for unit in units} == {("success", "0")}
