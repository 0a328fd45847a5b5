"""What a bounce changes: hard at once, soft after days, policy and delays nothing."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON

from digest.inbound.transitions import (
    MOST_SOFT,
    SOFT_LIFETIME,
    SOFT_SPAN,
    event_of,
    is_lasting,
    verdict_for,
)
from digest.models.inbound import BounceClass, BouncedRecipient
from subscribers.models import Event, Status

if TYPE_CHECKING:
    from datetime import date, datetime

ADA = "ada@example.org"


def bounced(address: str, bounce_class: BounceClass) -> BouncedRecipient:
    return BouncedRecipient(address=address, bounce_class=bounce_class)


def soft(*days: int) -> list[tuple[date, datetime]]:
    """Issues of so many days ago, each heard on its day."""
    return [(DAY - timedelta(days=ago), NOON - timedelta(days=ago)) for ago in days]


def event(
    bounce_class: BounceClass,
    status: Status = Status.CONFIRMED,
    *,
    is_refusal: bool = False,
    of: list[tuple[date, datetime]] | None = None,
) -> Event | None:
    return event_of(bounce_class, is_refusal=is_refusal, status=status, soft=of or [], now=NOON)


@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED, Status.PAUSED, Status.LEFT])
def test_a_hard_bounce_suppresses_at_once(status: Status) -> None:
    assert event(BounceClass.HARD, status) is Event.BOUNCE


def test_a_readers_own_refusal_makes_them_leave_once() -> None:
    assert event(BounceClass.HARD, is_refusal=True) is Event.LEAVE
    assert event(BounceClass.HARD, Status.LEFT, is_refusal=True) is None


@pytest.mark.parametrize("bounce_class", [BounceClass.POLICY, BounceClass.DELAYED])
def test_what_speaks_of_us_or_is_still_tried_changes_nobody(bounce_class: BounceClass) -> None:
    many = soft(*range(10))

    assert event(bounce_class, of=many) is None


@pytest.mark.parametrize("bounce_class", list(BounceClass))
def test_nothing_changes_who_is_suppressed(bounce_class: BounceClass) -> None:
    assert event(bounce_class, Status.SUPPRESSED, of=soft(*range(10))) is None


def test_soft_bounces_pause_after_enough_issues_and_a_week() -> None:
    assert event(BounceClass.SOFT, of=soft(0, 1, 2, 3, 8)) is Event.PAUSE
    assert event(BounceClass.SOFT, of=soft(0, 1, 2, 8)) is None
    assert event(BounceClass.SOFT, of=soft(0, 1, 2, 3, 4)) is None


def test_soft_bounces_of_the_past_do_not_count() -> None:
    assert event(BounceClass.SOFT, of=soft(0, 1, 2, 3, 31)) is None


@pytest.mark.parametrize("status", [Status.PENDING, Status.PAUSED, Status.LEFT])
def test_soft_bounces_pause_only_who_gets_mail(status: Status) -> None:
    assert event(BounceClass.SOFT, status, of=soft(*range(10))) is None


def test_many_reports_of_one_day_are_one_trouble() -> None:
    at_once = [(DAY - timedelta(days=ago), NOON) for ago in range(20)]
    of_one_issue = [(DAY, NOON - timedelta(days=ago)) for ago in range(20)]

    assert event(BounceClass.SOFT, of=at_once) is None
    assert event(BounceClass.SOFT, of=of_one_issue) is None


ISSUES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20)


@given(ISSUES)
def test_who_is_paused_had_lasting_trouble(pairs: list[tuple[int, int]]) -> None:
    of = [(DAY - timedelta(days=day), NOON - timedelta(days=at)) for day, at in pairs]

    lately = sorted({at for _, at in of if NOON - at <= SOFT_LIFETIME})
    if is_lasting(of, NOON):
        assert len(lately) >= MOST_SOFT
        assert sum((later - at for at, later in pairwise(lately)), timedelta()) >= SOFT_SPAN


def test_a_report_speaks_for_the_reader_it_names() -> None:
    said = [bounced("bob@example.org", BounceClass.HARD), bounced(ADA, BounceClass.SOFT)]

    assert verdict_for(ADA, said) == said[1]
    assert verdict_for('"Ada"@Example.ORG', said) == said[1]


def test_of_forwarded_mail_the_mildest_verdict_counts() -> None:
    said = [
        bounced("one@example.net", BounceClass.HARD),
        bounced("two@example.net", BounceClass.POLICY),
    ]

    assert verdict_for(ADA, said) == said[1]
    assert verdict_for(ADA, said[:1]) == said[0]
    assert verdict_for(ADA, []) is None
