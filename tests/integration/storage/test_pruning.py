"""Old deliveries shrink: what a reader saw, and how each day ended, stays true."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DAY, NOON, issue, paper, pick
from support.database import new_database
from support.examples import share
from support.ledger_steps import ADA, BO, ONE, THREE, TITLED, TWO, LedgerSteps

from digest.errors import PrunedError
from digest.models.delivery import DeliveryState
from digest.sources import get_kind
from digest.storage import subscriber_history
from digest.storage.papers import PaperStore
from digest.storage.pruning import PrunableDay, Pruning
from digest.storage.schema import days, deliveries, edition_topics, pruned_states, shown
from digest.storage.subscriber_history import SubscriberHistory

SENT, UNKNOWN, FAILED = DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.FAILED
SETTLED = (SENT, UNKNOWN, FAILED, DeliveryState.SKIPPED, DeliveryState.EXPIRED)
NEXT_DAY = DAY + timedelta(days=1)
YEARS = NOON + timedelta(days=1000)
PAPERS = (ONE, TWO, THREE, TITLED)


if TYPE_CHECKING:
    from digest.models.paper import Paper


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


def prune(steps: LedgerSteps, *days: date, limit: int = 100, before: datetime = YEARS) -> list[int]:
    """Prune days, or all that can be; return the rows of each transaction."""
    pruning, found = Pruning(steps.engine), []
    limits = {"before": before.date(), "closed_before": before}
    for day in days or [it.day for it in pruning.days(**limits)]:
        while rows := pruning.prune(day, limit=limit, now=YEARS, **limits):
            found.append(rows)
    return found


def number_of(steps: LedgerSteps, table: sa.Table) -> int:
    with steps.engine.connect() as db:
        return db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def close(steps: LedgerSteps, *closed: date) -> None:
    for day in closed or (DAY,):
        assert steps.ledger.close(day, now=NOON)


# -- what is kept ---------------------------------------------------------------------------------


def test_what_a_reader_was_shown_is_kept_and_the_rest_goes(steps: LedgerSteps) -> None:
    steps.finish(SENT, mail=issue(pick(TWO, similar=(THREE,)), pick(ONE)))
    steps.bring_to(FAILED, subscriber=BO)
    close(steps)

    assert prune(steps) == [2]

    (found,) = SubscriberHistory(steps.engine).issues(ADA)
    assert (found.record.day, found.record.state, found.record.papers) == (DAY, SENT, 3)
    assert [(it.paper_id, it.title, it.reasons) for it in found.papers] == [
        ("2", "Paper 2", ()),
        ("3", "Paper 3", ()),
        ("1", "Paper 1", ()),
    ]
    assert list(SubscriberHistory(steps.engine).issues(BO)) == []
    assert [number_of(steps, it) for it in (deliveries, shown, edition_topics)] == [0, 1, 0]


@pytest.mark.parametrize("state", SETTLED)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_day_adds_up_after_each_step(
    steps: LedgerSteps, state: DeliveryState, limit: int
) -> None:
    steps.bring_to(state)
    steps.bring_to(SENT, TWO, subscriber=BO)
    close(steps)
    before = steps.totals()
    pruning = Pruning(steps.engine)
    limits = {"before": YEARS.date(), "closed_before": YEARS}

    while pruning.prune(DAY, limit=limit, now=YEARS, **limits):
        assert steps.totals() == before

    assert steps.totals() == before
    assert steps.history.newest_day(until=DAY) == DAY
    assert steps.history.not_planned(DAY) == 0
    assert steps.history.day_totals(DAY).pruned_at == YEARS


@given(
    mails=st.dictionaries(
        st.tuples(st.integers(0, 4), st.sampled_from([ADA, BO])),
        st.tuples(
            st.sampled_from(SETTLED),
            st.lists(st.sampled_from(PAPERS), min_size=1, unique=True),
        ),
        min_size=1,
        max_size=8,
    ),
    pruned=st.sets(st.integers(0, 4)),
    limit=st.integers(1, 3),
)
@settings(max_examples=share(25))
def test_what_was_seen_is_the_same_whatever_is_pruned(
    mails: dict[tuple[int, int], tuple[DeliveryState, list[Paper]]], pruned: set[int], limit: int
) -> None:
    days_of = [DAY + timedelta(days=number) for number in range(6)]
    with TemporaryDirectory() as folder:
        steps = LedgerSteps(new_database(Path(folder)))
        for (number, subscriber), (state, papers) in mails.items():
            steps.bring_to(state, *papers, subscriber=subscriber, day=days_of[number])
        close(steps, *{days_of[number] for number, _ in mails})
        before = what_is_known(steps, days_of)

        prune(steps, *(days_of[number] for number in pruned), limit=limit)

        assert what_is_known(steps, days_of) == before
        steps.engine.dispose()


def what_is_known(steps: LedgerSteps, days_of: list[date]) -> list[object]:
    """What readers have seen by each day, and how each day stands."""
    ids = [it.id for it in PAPERS]
    return [
        (
            steps.history.seen([ADA, BO], ids, apart_from=day),
            steps.history.day_totals(day).states,
            steps.history.day_totals(day).adds_up,
        )
        for day in days_of
    ]


def test_a_withdrawal_that_was_reported_is_not_reported_again(steps: LedgerSteps) -> None:
    text = '[["agents",0],["own:withdrawn",1]]'
    steps.finish(SENT, ONE, TWO)
    with steps.engine.begin() as db:
        db.execute(deliveries.update().values(contents=text))
    close(steps)
    before = steps.history.seen([ADA], ["1", "2"], apart_from=NEXT_DAY)

    prune(steps)

    assert before[ADA].withdrawals == {"2"}
    assert steps.history.seen([ADA], ["1", "2"], apart_from=NEXT_DAY) == before


def test_a_pruned_paper_that_takes_its_real_id_was_seen_under_it(steps: LedgerSteps) -> None:
    steps.finish(SENT, TITLED)
    close(steps)
    prune(steps)

    PaperStore(steps.engine).save(
        [paper("9", title="Lamps in Fog")], source="hf", authority=get_kind("huggingface").authority
    )

    assert steps.history.seen([ADA], ["9"], apart_from=NEXT_DAY)[ADA].papers == {"9"}


def test_papers_of_a_pruned_day_do_not_come_as_late_ones(steps: LedgerSteps) -> None:
    steps.finish(SENT, ONE)
    steps.bring_to(DeliveryState.SKIPPED, subscriber=BO)
    close(steps)
    offered = steps.editions.offered_to_all(["1", "2"], since=DAY, before=NEXT_DAY)

    prune(steps)

    assert steps.editions.offered_to_all(["1", "2"], since=DAY, before=NEXT_DAY) == offered == {"1"}
    assert steps.editions.first_planned() == DAY


# -- which days -----------------------------------------------------------------------------------


def test_only_days_that_are_old_and_closed_are_pruned(steps: LedgerSteps) -> None:
    steps.finish(SENT, ONE)
    steps.finish(SENT, TWO, day=NEXT_DAY)
    close(steps)
    pruning = Pruning(steps.engine)

    assert pruning.days(before=YEARS.date(), closed_before=YEARS) == [PrunableDay(day=DAY, rows=1)]
    assert pruning.days(before=DAY, closed_before=YEARS) == []
    # mailed late, so its deliveries are younger than its papers
    assert pruning.days(before=YEARS.date(), closed_before=NOON) == []
    assert prune(steps, NEXT_DAY) == []


def test_a_day_that_was_begun_again_is_left_as_it_is(steps: LedgerSteps) -> None:
    steps.finish(SENT, ONE)
    close(steps)
    with steps.engine.begin() as db:
        db.execute(days.update().values(begun_at=NOON))

    assert prune(steps, DAY) == []


def test_a_pruned_day_is_never_sent_again(steps: LedgerSteps) -> None:
    steps.bring_to(FAILED)
    steps.finish(SENT, ONE, subscriber=BO)
    close(steps)
    prune(steps, limit=1)
    steps.add("cy")

    for step in (
        lambda: steps.ledger.plan(DAY, now=YEARS),
        lambda: steps.ledger.plan_again(DAY, [FAILED]),
        lambda: steps.ledger.allow_late(DAY, now=YEARS),
        lambda: steps.ledger.refuse_pruned(DAY),
    ):
        with pytest.raises(PrunedError, match=r"2026-02-02 are pruned .* name a later day"):
            step()
    assert steps.ledger.close(DAY, now=YEARS)
    assert steps.totals() == {"sent": 1, "failed": 1}
    assert steps.history.seen([BO], ["1"], apart_from=NEXT_DAY)[BO].papers == {"1"}


# -- erasure --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [SENT, UNKNOWN])
@pytest.mark.parametrize("limit", [1, 2])
def test_who_is_erased_leaves_nothing_and_the_days_add_up(
    steps: LedgerSteps, state: DeliveryState, limit: int
) -> None:
    """Also where only some rows of the day are pruned yet."""
    steps.finish(state, ONE)
    steps.finish(SENT, TWO, subscriber=BO)
    close(steps)
    Pruning(steps.engine).prune(
        DAY, before=YEARS.date(), closed_before=YEARS, limit=limit, now=YEARS
    )

    steps.ledger.forget(ADA)

    assert steps.totals() == {"sent": 1}
    assert list(SubscriberHistory(steps.engine).issues(ADA)) == []
    assert len(list(SubscriberHistory(steps.engine).issues(BO))) == 1


# -- how --------------------------------------------------------------------------------------


def test_a_subscriber_s_pruned_mails_are_found_without_reading_those_of_others(
    steps: LedgerSteps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table has no index of subscribers, but there are few editions."""
    monkeypatch.setattr(subscriber_history, "_PAGE", 1)
    for day in (DAY, NEXT_DAY):
        steps.finish(SENT, ONE, day=day)
        close(steps, day)
    prune(steps)
    plans: list[str] = []

    def explain(db: sa.Connection, _cursor: object, text: str, values: Any, *_: object) -> None:
        if "FROM shown" in text and "EXPLAIN" not in text:
            found = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            plans.extend(row[3] for row in found)

    sa.event.listen(steps.engine, "before_cursor_execute", explain)
    assert len(list(SubscriberHistory(steps.engine).issues(ADA))) == 2
    steps.history.seen([ADA], ["1"], apart_from=YEARS.date())
    steps.ledger.forget(ADA)

    assert len([step for step in plans if step.startswith("SEARCH shown")]) >= 5
    assert not [step for step in plans if step.startswith("SCAN shown")]


def test_the_estimate_is_about_what_becomes_free(steps: LedgerSteps) -> None:
    for number in range(400):
        steps.add(f"reader{number}")
    steps.finish_all(SENT, mail=issue(pick(ONE), pick(TWO)))
    close(steps)
    pruning = Pruning(steps.engine)
    (day,) = pruning.days(before=YEARS.date(), closed_before=YEARS)
    estimated = pruning.size(day)

    prune(steps)

    with steps.engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    assert 0.5 < estimated / (pages * 4096) < 2
    assert number_of(steps, pruned_states) == 1
