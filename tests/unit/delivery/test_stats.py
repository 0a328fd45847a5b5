"""What workers did, added up."""

from __future__ import annotations

from collections import Counter, defaultdict

from digest.delivery.stats import StageTimer, WorkerStats
from digest.models.delivery import DeliveryState


def test_the_figures_of_workers_are_added_and_the_first_reason_to_stop_stays() -> None:
    stats = WorkerStats(counts=Counter({DeliveryState.SENT: 1}), stopped="first", memory=[1])
    other = WorkerStats(counts=Counter({DeliveryState.SENT: 2}), stopped="second", memory=[2])
    other.cpu["wire"] += 1.0

    stats.add(other)

    assert stats.counts == {DeliveryState.SENT: 3}
    assert (stats.stopped, stats.memory, dict(stats.cpu)) == ("first", [1, 2], {"wire": 1.0})


def test_the_time_of_an_inner_stage_does_not_count_for_the_outer_one() -> None:
    cpu: defaultdict[str, float] = defaultdict(float)
    timer = StageTimer(cpu)

    with timer.stage("outer"):
        before = cpu["outer"]
        with timer.stage("inner"):
            sum(range(200_000))

    assert cpu["inner"] > cpu["outer"] - before
