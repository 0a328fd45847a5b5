"""The history of deliveries: who got which papers, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, issue, paper, pick
from support.ledger_steps import ADA, BO, ONE, THREE, TITLED, TWO, LedgerSteps

from digest.app.serializers import sent_reasons
from digest.models.delivery import DeliveryState
from digest.models.issue import Section, Seen
from digest.models.picks import Reason
from digest.sources import get_kind
from digest.storage.contents import list_items
from digest.storage.papers import PaperStore
from subscribers.models import OWN, OWN_NAME

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.models.issue import Issue
    from digest.models.picks import Pick

NEXT_DAY = DAY + timedelta(days=1)
SHOWN = (DeliveryState.SENT, DeliveryState.UNKNOWN)


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


def with_sections(**sections: Pick) -> Issue:
    """An issue of several topics with a paper each."""
    made = (Section(slug=slug, name=slug, picks=(it,)) for slug, it in sections.items())
    return issue(sections=tuple(made))


def shown(*paper_ids: str) -> Seen:
    return Seen(papers=frozenset(paper_ids))


# -- what was seen ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_a_paper_was_seen_if_its_mail_arrived_or_may_have(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state, ONE, TWO)

    seen = steps.history.seen([ADA, BO], ["1", "3"], apart_from=NEXT_DAY)

    assert seen == ({ADA: shown("1")} if state in SHOWN else {})


def test_a_days_own_mail_does_not_count_as_seen(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, ONE)
    steps.finish(DeliveryState.SENT, TWO, day=NEXT_DAY)

    assert steps.history.seen([ADA], ["1", "2"], apart_from=DAY) == {ADA: shown("2")}
    assert steps.history.seen([ADA], ["1", "2"], apart_from=NEXT_DAY) == {ADA: shown("1")}


def test_only_the_given_subscribers_are_looked_up(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, ONE)
    steps.finish(DeliveryState.SENT, TWO, subscriber=BO)

    assert steps.history.seen([BO], ["1", "2"], apart_from=NEXT_DAY) == {BO: shown("2")}


def test_more_papers_can_be_asked_for_than_one_query_holds(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, THREE)

    asked = [str(number) for number in range(2000)]

    assert steps.history.seen([ADA], asked, apart_from=NEXT_DAY) == {ADA: shown("3")}


def test_a_paper_shown_behind_another_was_seen(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, mail=issue(pick(TWO, similar=(THREE,))))

    assert steps.history.seen([ADA], ["2", "3"], apart_from=NEXT_DAY) == {ADA: shown("2", "3")}


def test_a_paper_that_takes_its_real_id_was_seen_under_it(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, TITLED)

    PaperStore(steps.engine).save(
        [paper("9", title="Lamps in Fog")], source="hf", authority=get_kind("huggingface").authority
    )

    assert steps.shown() == ["9"]
    assert steps.history.seen([ADA], ["9"], apart_from=NEXT_DAY) == {ADA: shown("9")}


# -- what was in a mail ---------------------------------------------------------------------------


def test_a_mail_has_its_papers_in_order_with_their_near_duplicates(steps: LedgerSteps) -> None:
    similar = Reason(kind="similar", text="stands for 1 similar paper")
    reasons = (*pick(TWO).reasons, similar)
    first = pick(TWO, score=3.0, similar=(THREE,), reasons=reasons)
    steps.claim(mail=with_sections(agents=first, speech=pick(ONE, topic="speech")))

    two, three, one = steps.history.contents(steps.record())

    assert (two.paper_id, two.topic, two.score) == ("2", "agents", 3.0)
    assert (two.reasons, two.similar) == (("“agents” in the title",), 1)
    assert sent_reasons(two) == ["“agents” in the title", "stands for 1 similar paper"]
    assert (three.paper_id, three.topic, three.similar_to) == ("3", "agents", "2")
    assert sent_reasons(three) == ["similar to 2"]
    assert (one.paper_id, one.topic, one.title) == ("1", "speech", "Paper 1")


def test_the_reasons_of_a_subscriber_s_own_words_are_kept_with_the_mail(steps: LedgerSteps) -> None:
    own = pick(ONE, topic=OWN, score=0.25, reasons=(Reason(kind="word", text="“lamp”"),))
    made = issue(sections=(Section(slug=OWN, name=OWN_NAME, picks=(own,)),))

    steps.claim(mail=made)

    (shown,) = steps.history.contents(steps.record())
    assert (shown.topic, shown.score, shown.reasons) == (OWN, 0.25, ("“lamp”",))


def test_why_a_paper_was_shown_does_not_change_with_the_papers(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT, ONE)
    before = steps.history.contents(steps.record())

    steps.editions.save(steps.editions.get(1).edition, mail_key="another", now=NOON)
    PaperStore(steps.engine).save(
        [replace(ONE, abstract="All new.")],
        source="hf",
        authority=get_kind("huggingface").authority,
    )

    assert steps.history.contents(steps.record()) == before


def test_the_items_of_several_mails_are_read_together(steps: LedgerSteps) -> None:
    mails = {ADA: issue(pick(TWO, similar=(THREE,))), BO: issue(pick(ONE), pick(TWO))}
    rows = {
        subscriber: steps.claim(subscriber=subscriber, mail=mail)
        for subscriber, mail in mails.items()
    }

    recorded = steps.history.items([row.delivery_id for row in rows.values()])

    for subscriber, row in rows.items():
        found = [(it.paper_id, it.position, it.behind) for it in recorded[row.delivery_id]]
        listed = [(it.paper_id, it.position, it.behind) for it in list_items(mails[subscriber])]
        assert found == listed


# -- rows -----------------------------------------------------------------------------------------


def test_records_come_newest_day_first_then_by_address(steps: LedgerSteps) -> None:
    steps.claim(subscriber=BO)
    steps.claim(ONE, TWO)
    steps.claim(day=NEXT_DAY)

    assert [(it.day, it.address, it.papers) for it in steps.history.records()] == [
        (NEXT_DAY, "ada@example.org", 1),
        (DAY, "ada@example.org", 2),
        (DAY, "bo@example.org", 1),
    ]
    assert [it.day for it in steps.history.records(subscriber_id=ADA)] == [NEXT_DAY, DAY]
    assert [it.address for it in steps.history.records(day=NEXT_DAY)] == ["ada@example.org"]


def test_records_can_be_selected_by_state(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT)
    steps.finish(DeliveryState.FAILED, subscriber=BO)

    failed = steps.history.records(states=[DeliveryState.FAILED, DeliveryState.DEFERRED])

    assert [it.subscriber_id for it in failed] == [BO]


def test_who_is_in_another_state_is_known_by_id(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT)
    steps.bring_to(DeliveryState.SKIPPED, subscriber=BO)

    found = steps.history.subscribers_apart_from([DeliveryState.SKIPPED], day=DAY)

    assert found == {ADA}


def test_a_subscriber_without_a_mail_of_a_day_has_no_row(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT)

    assert steps.history.record(DAY, BO) is None
    assert steps.history.record(NEXT_DAY, ADA) is None


def test_the_newest_day_is_the_last_that_was_planned(steps: LedgerSteps) -> None:
    assert steps.history.newest_day(until=NEXT_DAY) is None

    steps.claim(day=NEXT_DAY)
    steps.claim()

    assert steps.history.newest_day(until=NEXT_DAY) == NEXT_DAY
    assert steps.history.newest_day(until=DAY) == DAY


# -- totals ---------------------------------------------------------------------------------------


def test_day_totals_list_the_states_in_their_order(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.FAILED)
    steps.finish(DeliveryState.SENT, subscriber=BO)
    steps.bring_to(DeliveryState.PLANNED, subscriber=steps.add("cy"))

    states = steps.history.day_totals(DAY).states

    assert list(states.items()) == [
        (DeliveryState.PLANNED, 1),
        (DeliveryState.SENT, 1),
        (DeliveryState.FAILED, 1),
    ]


def test_day_totals_that_lack_a_row_do_not_add_up(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.SENT)
    steps.execute("DELETE FROM deliveries")

    totals = steps.history.day_totals(DAY)

    assert (totals.planned, totals.adds_up) == (1, False)


@pytest.mark.parametrize("state", DeliveryState)
def test_what_left_or_may_have_counts_against_the_allowance(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)

    assert steps.history.sent_since(NOON) == (state in SHOWN)
    assert steps.history.sent_since(NOON + timedelta(seconds=1)) == 0


@pytest.mark.parametrize("state", DeliveryState)
def test_a_day_waits_while_it_has_a_mail_that_is_due(
    steps: LedgerSteps, state: DeliveryState
) -> None:
    steps.bring_to(state)
    later = NOON + timedelta(days=1)

    waits = state in (DeliveryState.PLANNED, DeliveryState.DEFERRED)

    assert steps.history.days_waiting(now=NOON) == [DAY] * (state is DeliveryState.PLANNED)
    assert steps.history.days_waiting(now=later) == [DAY] * waits


def test_the_oldest_day_that_waits_comes_first(steps: LedgerSteps) -> None:
    steps.bring_to(DeliveryState.PLANNED, day=NEXT_DAY)
    steps.bring_to(DeliveryState.PLANNED)

    assert steps.history.days_waiting(now=NOON) == [DAY, NEXT_DAY]
