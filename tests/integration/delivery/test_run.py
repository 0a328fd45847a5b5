"""What a run does beside sending: it recovers, expires, holds back, and reports."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import FOUR as NAMES
from support.installation import Installation, RecordingTransport, address, agents_paper, failing

from digest.delivery.run import Policy, Progress
from digest.delivery.run_start import start_run
from digest.errors import LedgerError
from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.delivery.run import Shard
    from digest.delivery.worker import WorkerStats
    from digest.models.delivery import OutgoingMessage

TOMORROW, NEXT_WEEK = DAY + timedelta(days=1), DAY + timedelta(days=7)
LATER = Outcome(state=DeliveryState.DEFERRED, reason="450 try again")
LOST = Outcome(state=DeliveryState.UNKNOWN, reason="connection lost")


def killed(installation: Installation, *, at: str) -> None:
    """Let a run die while this subscriber's message is in flight."""
    with pytest.raises(KeyboardInterrupt):
        installation.send(failing(KeyboardInterrupt(), at))


# -- the report -----------------------------------------------------------------------------------


def test_a_report_adds_up_after_a_kill(installation: Installation) -> None:
    killed(installation, at="bo")

    report = installation.send()

    assert report.counts == {DeliveryState.SENT: 2, DeliveryState.UNKNOWN: 1}
    assert report.already == 1
    assert installation.totals() == {"sent": 3, "unknown": 1}


@pytest.mark.parametrize("policy", ["skip", "ask", "resend"])
@pytest.mark.parametrize(
    ("was_sent", "mailed"), [(True, ["cy", "di"]), (False, ["bo", "cy", "di"])]
)
def test_where_the_transport_can_see_what_has_left_no_policy_matters(
    installation: Installation, policy: str, was_sent: object, mailed: list[str]
) -> None:
    installation.policy = Policy(on_unknown=policy)  # type: ignore[arg-type]
    killed(installation, at="bo")
    transport = RecordingTransport(known={address("bo"): bool(was_sent)})

    report = installation.send(transport)

    assert transport.recipients == [address(name) for name in mailed]
    # What the dead run had sent without recording it counts for the run that found it.
    assert report.counts == {DeliveryState.SENT: 3}
    assert report.already == 1
    assert report.complete
    assert installation.totals() == {"sent": 4}


def test_after_a_power_cut_the_transport_is_asked_about_all_that_was_claimed(
    installation: Installation,
) -> None:
    killed(installation, at="bo")
    installation.boot = "another start of the machine"
    left = {address(name): name == "bo" for name in NAMES}
    transport = RecordingTransport(known=left)

    installation.send(transport)

    assert transport.recipients == [address("cy"), address("di")]
    assert installation.totals() == {"sent": 4}


def test_what_a_dead_run_left_of_another_day_is_not_in_this_day_s_report(
    installation: Installation,
) -> None:
    killed(installation, at="bo")

    report = installation.send(day=TOMORROW, edition=installation.edition(TOMORROW))

    assert report.counts == {DeliveryState.SENT: 2, DeliveryState.SKIPPED: 2}
    assert report.already == 0
    assert installation.totals() == {"planned": 2, "sent": 1, "unknown": 1}


@pytest.mark.parametrize(
    ("policy", "doubtful", "complete"),
    [("skip", 0, True), ("ask", 1, False)],
)
def test_a_mail_in_doubt_leaves_the_run_open_only_if_the_operator_has_to_decide(
    installation: Installation, policy: str, doubtful: int, complete: object
) -> None:
    installation.policy = Policy(on_unknown=policy)  # type: ignore[arg-type]

    report, again = installation.send(failing(LOST, "bo")), installation.send()

    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.UNKNOWN: 1}
    for found in (report, again):
        assert (found.doubtful, found.complete) == (doubtful, complete)


def test_an_unknown_outcome_is_deferred_where_the_policy_is_to_resend(
    installation: Installation,
) -> None:
    installation.policy = Policy(on_unknown="resend")
    second = RecordingTransport()

    report = installation.send(failing(LOST, "bo"))
    installation.wait(hours=1)
    installation.send(second)

    assert report.counts == {DeliveryState.SENT: 3, DeliveryState.DEFERRED: 1}
    assert second.recipients == [address("bo")]


def test_what_waits_since_an_earlier_run_leaves_the_day_open(installation: Installation) -> None:
    installation.send(failing(LATER, "bo"))

    again = installation.send()

    assert (again.counts, again.already) == ({DeliveryState.DEFERRED: 1}, 3)
    assert not again.complete


def test_a_run_for_one_subscriber_says_nothing_of_the_others(installation: Installation) -> None:
    installation.send(failing(LATER, "bo"))
    cy = installation.book.find(address("cy"))
    assert cy is not None

    report = installation.send(only=cy.id)

    assert (report.counts, report.complete) == ({}, True)


def test_the_day_is_closed_by_the_run_that_serves_the_last(installation: Installation) -> None:
    installation.send(failing(LATER, "bo"))
    left_open = installation.app.ledger.open_days()
    installation.wait(hours=1)

    installation.send()

    assert left_open == [DAY]
    assert installation.app.ledger.open_days() == []


def test_a_run_says_what_it_cost(installation: Installation) -> None:
    report = installation.send()

    assert set(report.cpu) == {"select", "render", "ledger", "wire"}
    assert all(seconds >= 0 for seconds in report.cpu.values())
    assert len(report.memory) == 1


def test_progress_reports_the_total_and_then_all_rows(installation: Installation) -> None:
    reported: list[int] = []

    installation.send(progress=Progress(total=reported.append, advance=reported.append))

    assert reported == [4, 4]


def dying_worker(
    shard: Shard,
    run_shard: Callable[[Shard, Progress], WorkerStats],
    _lock: int | None,
    progress: Progress,
) -> WorkerStats:
    """Serve one half, and then let the other's worker die, whose stats and progress are lost."""
    stats = run_shard(replace(shard, share=(0, 2)), progress)
    with suppress(KeyboardInterrupt):
        run_shard(replace(shard, share=(1, 2)), replace(progress, advance=lambda _number: None))
    return stats


@pytest.mark.parametrize("dies_at", [None, "ada", "cy"])
def test_figures_are_true_although_a_worker_died(
    installation: Installation, dies_at: str | None
) -> None:
    """Subscribers 1 and 3, Ada and Cy, are the share of the worker that dies."""
    totals: list[int] = []
    steps: list[int] = []
    transport = failing(KeyboardInterrupt(), *([dies_at] if dies_at else []))

    report = installation.send(
        transport,
        workers=dying_worker,
        progress=Progress(total=totals.append, advance=steps.append),
    )

    lost = {DeliveryState.UNKNOWN: 1} if dies_at else {}
    assert report.counts == {DeliveryState.SENT: 4 - len(lost), **lost}
    assert report.already == 0
    assert (totals, sum(steps)) == ([4], 4)


# -- a ledger that is not true --------------------------------------------------------------------


@pytest.mark.parametrize("day", [DAY, TOMORROW])
def test_a_day_that_lacks_a_row_stops_the_run_with_its_name(
    installation: Installation, day: object
) -> None:
    installation.send(failing(LATER, "bo"))
    with installation.app.engine.begin() as db:
        db.exec_driver_sql("DELETE FROM deliveries WHERE state = 'deferred'")

    with pytest.raises(LedgerError, match="ledger of 2026-02-02 does not add up"):
        installation.send(day=day)


# -- what is too old ------------------------------------------------------------------------------


def test_a_restored_machine_sends_nothing_of_last_week(installation: Installation) -> None:
    killed(installation, at="ada")
    installation.wait(days=7)
    installation.boot = "the restored machine"
    transport = RecordingTransport()

    stale = installation.send(transport)
    today = installation.send(transport, day=NEXT_WEEK, edition=installation.edition(NEXT_WEEK))

    assert transport.attempted_recipients == []
    assert "too long ago" in str(stale.stopped)
    assert not stale.complete
    assert today.counts == {DeliveryState.SKIPPED: 4}
    assert installation.totals() == {"unknown": 4}


def test_what_was_never_claimed_expires_with_its_day(installation: Installation) -> None:
    installation.app.ledger.plan(DAY, now=NOON)
    installation.wait(days=7)

    installation.send(day=NEXT_WEEK, edition=installation.edition(NEXT_WEEK))

    assert installation.totals() == {"expired": 4}
    assert installation.app.ledger.open_days() == []


def test_whose_mail_expired_gets_its_papers_with_the_next_issue_and_nobody_twice(
    installation: Installation,
) -> None:
    killed(installation, at="bo")
    installation.wait(days=2)
    day = DAY + timedelta(days=2)
    installation.add_agents_papers("2602.00002", day=day)
    with start_run(installation.services):
        pass  # it expires what is too late before the day's edition is made

    installation.send(day=day)

    assert installation.states() == {
        "ada": "sent",
        "bo": "unknown",
        "cy": "expired",
        "di": "expired",
    }
    shown = {name: sorted(installation.shown(name, day)) for name in NAMES}
    new, both = ["2602.00002"], ["2602.00001", "2602.00002"]
    assert shown == {"ada": new, "bo": new, "cy": both, "di": both}


def test_a_day_that_somebody_names_leaves_however_old_it_is(installation: Installation) -> None:
    installation.wait(days=365)

    report = installation.send(allow_late=True)

    assert report.counts == {DeliveryState.SENT: 4}


@pytest.mark.parametrize(("hours", "sent"), [(35, 4), (36, 0)])
def test_a_day_s_mails_leave_until_a_day_after_its_end(
    installation: Installation, hours: int, sent: int
) -> None:
    installation.wait(hours=hours)
    transport = RecordingTransport()

    installation.send(transport)

    assert len(transport.messages) == sent


def test_a_machine_that_slept_in_mid_run_does_not_go_on_with_a_day_that_is_stale(
    installation: Installation,
) -> None:
    class Sleeper(RecordingTransport):
        def accept(self, message: OutgoingMessage, failure: Outcome | BaseException | None) -> None:
            super().accept(message, failure)
            installation.wait(days=7)

    transport = Sleeper()

    report = installation.send(transport)

    assert transport.recipients == [address("ada")]
    assert report.counts == {DeliveryState.PLANNED: 3, DeliveryState.SENT: 1}
    assert not report.complete


# -- retry ----------------------------------------------------------------------------------------


def test_a_retry_plans_nobody_who_had_no_mail_planned(installation: Installation) -> None:
    installation.send(failing(LATER, "bo"))
    installation.subscribe("ed")
    installation.wait(hours=1)
    transport = RecordingTransport()

    installation.retry(transport)

    assert transport.recipients == [address("bo")]


def test_a_retry_of_a_day_of_which_no_edition_was_stored_plans_nobody_either(
    installation: Installation,
) -> None:
    installation.app.ledger.plan(DAY, now=NOON)
    installation.subscribe("ed")
    installation.add_papers(agents_paper("2602.00002"), source="second")
    transport = RecordingTransport()

    installation.send(transport, plan_new=False)

    assert transport.recipients == [address(name) for name in NAMES]
