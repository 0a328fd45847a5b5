"""What a process that delivers knows of itself."""

from __future__ import annotations

import gc
import os
import socket

import pytest

from digest.delivery import process


def test_a_process_knows_its_host_and_number() -> None:
    found = process.this_host()

    assert (found.host, found.pid) == (socket.gethostname(), os.getpid())
    assert process.this_host() == found


def test_the_garbage_collector_is_as_before_even_after_an_error() -> None:
    before, during = gc.get_threshold(), []

    def work() -> None:
        during.append(gc.get_threshold())
        raise KeyError

    with pytest.raises(KeyError), process.gc_paused():
        work()

    assert during[0][0] > before[0]
    assert gc.get_threshold() == before


def test_time_and_memory_only_grow() -> None:
    seconds, memory = process.cpu_seconds(), process.peak_memory()
    ballast = bytes(range(256)) * 4096

    sum(ballast)

    assert process.cpu_seconds() >= seconds
    assert process.peak_memory() >= memory > 1_000_000
