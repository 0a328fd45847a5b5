"""Questions to the ledger: who got what and why, and what was shown to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, issue, paper, pick
from support.ledger_steps import ADA, BO, ONE, THREE, TITLED, TWO, Clerk

from digest.models.delivery import DeliveryState
from digest.models.issue import Reason, Section, Seen
from digest.sources import get_kind
from digest.storage.contents import list_items
from digest.storage.papers import PaperStore
from subscribers.models import OWN, OWN_NAME

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.models.issue import Issue, Pick

NEXT_DAY = DAY + timedelta(days=1)
SHOWN = (DeliveryState.SENT, DeliveryState.UNKNOWN)


@pytest.fixture
def clerk(engine: sa.Engine) -> Clerk:
    return Clerk(engine)


def with_sections(**sections: Pick) -> Issue:
    """An issue of several topics with a paper each."""
    made = (Section(slug=slug, name=slug, picks=(it,)) for slug, it in sections.items())
    return issue(sections=tuple(made))


def shown(*paper_ids: str) -> Seen:
    return Seen(papers=frozenset(paper_ids))


# -- what was seen ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", DeliveryState)
def test_a_paper_was_seen_if_its_mail_came_or_may_have_come(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state, ONE, TWO)

    seen = clerk.account.seen([ADA, BO], ["1", "3"], apart_from=NEXT_DAY)

    assert seen == ({ADA: shown("1")} if state in SHOWN else {})


def test_a_days_own_mail_does_not_count_as_seen(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, ONE)
    clerk.ended(DeliveryState.SENT, TWO, day=NEXT_DAY)

    assert clerk.account.seen([ADA], ["1", "2"], apart_from=DAY) == {ADA: shown("2")}
    assert clerk.account.seen([ADA], ["1", "2"], apart_from=NEXT_DAY) == {ADA: shown("1")}


def test_only_what_the_readers_asked_about_have_seen_is_told(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, ONE)
    clerk.ended(DeliveryState.SENT, TWO, reader=BO)

    assert clerk.account.seen([BO], ["1", "2"], apart_from=NEXT_DAY) == {BO: shown("2")}


def test_more_papers_can_be_asked_for_than_one_query_holds(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, THREE)

    asked = [str(number) for number in range(2000)]

    assert clerk.account.seen([ADA], asked, apart_from=NEXT_DAY) == {ADA: shown("3")}


def test_a_paper_shown_behind_another_was_seen(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, mail=issue(pick(TWO, similar=(THREE,))))

    assert clerk.account.seen([ADA], ["2", "3"], apart_from=NEXT_DAY) == {ADA: shown("2", "3")}


def test_a_paper_that_takes_its_real_id_was_seen_under_it(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, TITLED)

    PaperStore(clerk.engine).save(
        [paper("9", title="Lamps in Fog")], source="hf", authority=get_kind("huggingface").authority
    )

    assert clerk.shown() == ["9"]
    assert clerk.account.seen([ADA], ["9"], apart_from=NEXT_DAY) == {ADA: shown("9")}


# -- what was in a mail ---------------------------------------------------------------------------


def test_a_mail_holds_its_papers_in_order_with_what_stands_behind_them(clerk: Clerk) -> None:
    similar = Reason(kind="similar", text="stands for 1 similar paper")
    reasons = (*pick(TWO).reasons, similar)
    leader = pick(TWO, score=3.0, similar=(THREE,), reasons=reasons)
    clerk.claim(mail=with_sections(agents=leader, speech=pick(ONE, topic="speech")))

    two, three, one = clerk.account.contents(clerk.entry())

    assert (two.paper_id, two.topic, two.score) == ("2", "agents", 3.0)
    assert two.reasons == ("“agents” in the title", "stands for 1 similar paper")
    assert (three.paper_id, three.topic, three.reasons) == ("3", "agents", ("similar to 2",))
    assert (one.paper_id, one.topic, one.title) == ("1", "speech", "Paper 1")


def test_the_reasons_of_a_reader_s_own_words_are_kept_with_their_mail(clerk: Clerk) -> None:
    own = pick(ONE, topic=OWN, score=0.25, reasons=(Reason(kind="word", text="“lamp”"),))
    made = issue(sections=(Section(slug=OWN, name=OWN_NAME, picks=(own,)),))

    clerk.claim(mail=made)

    (shown,) = clerk.account.contents(clerk.entry())
    assert (shown.topic, shown.score, shown.reasons) == (OWN, 0.25, ("“lamp”",))


def test_why_a_paper_was_shown_does_not_change_with_the_papers(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT, ONE)
    before = clerk.account.contents(clerk.entry())

    clerk.desks.save(clerk.desks.get(1).edition, mail_key="another", now=NOON)
    PaperStore(clerk.engine).save(
        [replace(ONE, abstract="All new.")],
        source="hf",
        authority=get_kind("huggingface").authority,
    )

    assert clerk.account.contents(clerk.entry()) == before


def test_what_was_filed_for_several_mails_is_told_for_each(clerk: Clerk) -> None:
    mails = {ADA: issue(pick(TWO, similar=(THREE,))), BO: issue(pick(ONE), pick(TWO))}
    rows = {reader: clerk.claim(reader=reader, mail=mail) for reader, mail in mails.items()}

    recorded = clerk.account.items([row.delivery_id for row in rows.values()])

    for reader, row in rows.items():
        found = [(it.paper_id, it.position, it.behind) for it in recorded[row.delivery_id]]
        filed = [(it.paper_id, it.position, it.behind) for it in list_items(mails[reader])]
        assert found == filed


# -- rows -----------------------------------------------------------------------------------------


def test_entries_come_newest_day_first_then_by_address(clerk: Clerk) -> None:
    clerk.claim(reader=BO)
    clerk.claim(ONE, TWO)
    clerk.claim(day=NEXT_DAY)

    assert [(it.day, it.address, it.papers) for it in clerk.account.records()] == [
        (NEXT_DAY, "ada@example.org", 1),
        (DAY, "ada@example.org", 2),
        (DAY, "bo@example.org", 1),
    ]
    assert [it.day for it in clerk.account.records(subscriber_id=ADA)] == [NEXT_DAY, DAY]
    assert [it.address for it in clerk.account.records(day=NEXT_DAY)] == ["ada@example.org"]


def test_entries_can_be_asked_for_by_state(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT)
    clerk.ended(DeliveryState.FAILED, reader=BO)

    failed = clerk.account.records(states=[DeliveryState.FAILED, DeliveryState.DEFERRED])

    assert [it.subscriber_id for it in failed] == [BO]


def test_a_reader_without_a_mail_of_a_day_has_no_row(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT)

    assert clerk.account.record(DAY, BO) is None
    assert clerk.account.record(NEXT_DAY, ADA) is None


def test_the_newest_day_is_the_last_that_was_planned(clerk: Clerk) -> None:
    assert clerk.account.newest_day() is None

    clerk.claim(day=NEXT_DAY)
    clerk.claim()

    assert clerk.account.newest_day() == NEXT_DAY


# -- sums -----------------------------------------------------------------------------------------


def test_a_balance_lists_the_states_in_their_order(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.FAILED)
    clerk.ended(DeliveryState.SENT, reader=BO)
    clerk.stands(DeliveryState.PLANNED, reader=clerk.add("cy"))

    states = clerk.account.day_totals(DAY).states

    assert list(states.items()) == [
        (DeliveryState.PLANNED, 1),
        (DeliveryState.SENT, 1),
        (DeliveryState.FAILED, 1),
    ]


def test_a_balance_that_lacks_a_row_is_not_even(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.SENT)
    clerk.execute("DELETE FROM deliveries")

    balance = clerk.account.day_totals(DAY)

    assert (balance.planned, balance.adds_up) == (1, False)


@pytest.mark.parametrize("state", DeliveryState)
def test_what_left_or_may_have_counts_against_the_allowance(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state)

    assert clerk.account.sent_since(NOON) == (state in SHOWN)
    assert clerk.account.sent_since(NOON + timedelta(seconds=1)) == 0


@pytest.mark.parametrize("state", DeliveryState)
def test_days_wait_that_have_something_a_sender_would_take_up(
    clerk: Clerk, state: DeliveryState
) -> None:
    clerk.stands(state)
    later = NOON + timedelta(days=1)

    waits = state in (DeliveryState.PLANNED, DeliveryState.DEFERRED)

    assert clerk.account.days_waiting(now=NOON) == [DAY] * (state is DeliveryState.PLANNED)
    assert clerk.account.days_waiting(now=later) == [DAY] * waits


def test_the_oldest_day_that_waits_comes_first(clerk: Clerk) -> None:
    clerk.stands(DeliveryState.PLANNED, day=NEXT_DAY)
    clerk.stands(DeliveryState.PLANNED)

    assert clerk.account.days_waiting(now=NOON) == [DAY, NEXT_DAY]
