"""Postfix's own test server, which counts: a judge that is not ours."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

SINK = shutil.which("smtp-sink", path=os.defpath + os.pathsep + "/usr/sbin")
NAMES = [f"r{number}@example.org" for number in range(150)]


@pytest.fixture(autouse=True)
def _there_is_a_sink() -> None:
    if SINK is None:
        if os.environ.get("CI"):
            pytest.fail("smtp-sink is missing (Debian: postfix), and CI must not skip its tests")
        pytest.skip("smtp-sink is not there (Debian: postfix)")


@contextmanager
def sink(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running smtp-sink and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    command = [str(SINK), *user, "-c", *options, f"127.0.0.1:{port}", "100"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            await_port(process, port)
            yield process, port
        finally:
            process.kill()


def await_port(process: subprocess.Popen[str], port: int) -> None:
    """Return when somebody listens there; fail when the process has ended instead."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=0.02)
        else:
            return
    pytest.fail("smtp-sink does not listen")


def counted(process: subprocess.Popen[str]) -> int:
    """How many mails it says it has got."""
    process.terminate()
    numbers = re.findall(r"mesg=(\d+)", process.communicate()[0])
    return int(numbers[-1]) if numbers else 0


@pytest.mark.parametrize(
    ("options", "state", "number"),
    [
        pytest.param((), "sent", 150, id="pipelining"),
        pytest.param(("-p",), "sent", 150, id="no pipelining"),
        pytest.param(("-e",), "sent", 150, id="no extensions at all"),
        pytest.param(("-r", "rcpt"), "deferred", 0, id="defers recipients"),
        pytest.param(("-f", "rcpt"), "deferred", 0, id="refuses recipients without a reason"),
        pytest.param(("-r", "."), "deferred", 150, id="defers mails"),
    ],
)
def test_the_sink_counts_what_we_say_was_sent(
    options: tuple[str, ...], state: str, number: int
) -> None:
    with sink(*options) as (process, port):
        server = ServerSettings(host="127.0.0.1", port=port, security="none", connections=3)
        with closing(SMTPTransport(server)) as smtp:
            states = OutcomeRecorder().send(smtp, map(outgoing, NAMES))

        assert states == dict.fromkeys(NAMES, state)
        assert counted(process) == number
