"""What came back of mails: one row for a mail and a class, the last report counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, enrolled

from digest.storage.bounces import COMPLAINT, Bounce, Bounces

if TYPE_CHECKING:
    import sqlalchemy as sa

    from subscribers.book import Book


@pytest.fixture
def bounces(engine: sa.Engine) -> Bounces:
    return Bounces(engine)


@pytest.fixture
def ada(book: Book) -> int:
    return enrolled(book).id


def record(bounces: Bounces, engine: sa.Engine, *found: Bounce) -> None:
    with engine.begin() as db:
        bounces.record(db, found)


def test_of_each_class_the_last_report_of_a_mail_is_kept(
    bounces: Bounces, engine: sa.Engine, ada: int
) -> None:
    first = Bounce(subscriber_id=ada, day=DAY, bounce_class="delayed", at=NOON)
    later = Bounce(
        subscriber_id=ada, day=DAY, bounce_class="delayed", at=NOON + timedelta(hours=4),
        status="4.4.1", diagnostic="no answer",
    )  # fmt: skip
    soft = Bounce(subscriber_id=ada, day=DAY, bounce_class="soft", at=NOON + timedelta(days=5))

    record(bounces, engine, first, later, soft)

    assert bounces.for_subscriber(ada) == [later, soft]
    assert bounces.for_subscriber(ada + 1) == []


def test_soft_bounces_are_read_with_their_times(
    bounces: Bounces, engine: sa.Engine, ada: int
) -> None:
    soft = Bounce(subscriber_id=ada, day=DAY, bounce_class="soft", at=NOON)
    policy = Bounce(subscriber_id=ada, day=DAY, bounce_class="policy", at=NOON)
    record(bounces, engine, soft, policy)

    with engine.connect() as db:
        assert bounces.soft_of(db, [ada, ada + 1]) == {ada: {DAY: NOON}}


def test_they_are_counted_by_the_day_of_the_mail_and_by_the_time_of_the_report(
    bounces: Bounces, engine: sa.Engine, ada: int
) -> None:
    hard = Bounce(subscriber_id=ada, day=DAY, bounce_class="hard", at=NOON)
    complaint = Bounce(
        subscriber_id=ada, day=DAY, bounce_class=COMPLAINT, at=NOON + timedelta(days=1)
    )
    record(bounces, engine, hard, complaint)

    assert bounces.of_day(DAY) == {"hard": 1, "complaint": 1}
    assert bounces.of_readers(DAY, [ada]) == {ada: [hard, complaint]}
    assert bounces.of_day(DAY + timedelta(days=1)) == {}
    later = NOON + timedelta(hours=1)
    assert bounces.number_since(NOON, "hard") == 1
    assert bounces.number_since(later, "hard") == 0
    assert bounces.number_since(later, COMPLAINT) == 1


def test_old_ones_are_pruned(bounces: Bounces, engine: sa.Engine, ada: int) -> None:
    record(bounces, engine, Bounce(subscriber_id=ada, day=DAY, bounce_class="soft", at=NOON))

    assert bounces.prune(before=NOON, limit=9) == 0
    assert bounces.prune(before=NOON + timedelta(seconds=1), limit=9) == 1
