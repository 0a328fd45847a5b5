"""T4: the rate limit of a host over several processes, which take turns."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import rate_limited_process
from support.http_server import Response, WebServer
from support.source_client import ManualClock

from digest.sources.http.backoff import Backoffs
from digest.sources.http.rate_limit import HostRateLimiter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.http_server import Request


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str]:
    """What another process needs to find the product and these tests."""
    tests = Path(rate_limited_process.__file__).parents[1]
    return {**os.environ, "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}


def start(environment: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, rate_limited_process.__file__, *words],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory, environment: Mapping[str, str]
) -> list[Request]:
    """What two processes asked that began together: eight times each, at most every 0.3 s.

    That is three looks at the lock, so that a busy machine does not change who is next.
    """
    folder = tmp_path_factory.mktemp("shared")
    with WebServer(Response(body=b"fine")) as server, ExitStack() as stack:
        processes = [
            stack.enter_context(start(environment, "ask", str(folder), server.url, "8", "0.3", it))
            for it in ("one", "two")
        ]
        ready = [process.stdout and process.stdout.readline() for process in processes]
        assert ready == ["ready\n", "ready\n"]
        for process in processes:
            say_go(process)
        assert [process.wait(timeout=60) for process in processes] == [0, 0]
        return sorted(server.requests, key=lambda request: request.at)


def names(asked: list[Request]) -> list[str]:
    return [request.headers["User-Agent"] for request in asked]


def test_t4_two_processes_together_keep_the_spacing(asked: list[Request]) -> None:
    assert (names(asked).count("one"), names(asked).count("two")) == (8, 8)
    assert min(later.at - earlier.at for earlier, later in pairwise(asked)) >= 0.3


def test_t4_two_processes_that_have_much_to_ask_take_turns(asked: list[Request]) -> None:
    first = names(asked)[:10]

    assert 3 <= first.count("one") <= 7


def test_t4_a_process_that_is_killed_in_its_slot_leaves_it_usable(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with start(environment, "hold", str(tmp_path)) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        process.kill()
    clock = ManualClock(at=rate_limited_process.now())
    backoffs = Backoffs(tmp_path / "closed", clock=clock.now)
    rate_limiter = HostRateLimiter(
        tmp_path / "gates", backoffs=backoffs, clock=clock.now, sleep=clock.sleep
    )

    with rate_limiter.slot("arxiv.org", "https://arxiv.org/"):
        pass

    # Its request counts, though nobody knows when it ended.
    assert len(clock.slept) == 1
    assert 0 < clock.slept[0] <= 3.0
