"""The seconds of steps, with a clock that is set."""

from __future__ import annotations

from contextlib import suppress

from digest.app.steps import RANK, SEND, Steps, read


class Watch:
    """A clock that stands still until it is set forward."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_same_step_adds_up() -> None:
    watch = Watch()
    steps = Steps(clock=watch)

    for seconds in (1.5, 2.0):
        with steps.timed(read("arXiv")):
            watch.now += seconds

    assert steps.take() == {"read arXiv": 3.5}


def test_a_step_within_another_counts_for_itself_alone() -> None:
    watch = Watch()
    steps = Steps(clock=watch)

    with steps.timed(SEND):
        watch.now += 1
        with steps.timed(RANK):
            watch.now += 4
        watch.now += 2

    assert steps.take() == {RANK: 4.0, SEND: 3.0}


def test_a_step_that_fails_counts() -> None:
    watch = Watch()
    steps = Steps(clock=watch)

    with suppress(ZeroDivisionError), steps.timed(RANK):
        watch.now += 4
        raise ZeroDivisionError

    assert steps.take() == {RANK: 4.0}


def test_each_run_begins_with_no_steps() -> None:
    steps = Steps(clock=Watch())
    with steps.timed(RANK):
        pass
    steps.take()

    assert steps.take() == {}
