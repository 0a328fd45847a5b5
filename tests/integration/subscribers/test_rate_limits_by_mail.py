"""The limits of sign-ups by mail: a flood of forged senders stops, and leaves the web open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON

from subscribers.rate_limits import Rates, SignupLimiter

if TYPE_CHECKING:
    import sqlalchemy as sa

BUSY = "gmail.com"


class Limiter:
    """The limiter at noon, each sign-up by mail in a transaction of its own."""

    def __init__(self, engine: sa.Engine, rates: Rates) -> None:
        self.web = SignupLimiter(engine, rates, key="a key")
        self._writer = engine.execution_options(writes=True)

    def allow(self, mailbox: str, **later: float) -> bool:
        with self._writer.begin() as db:
            return self.web.allow_by_mail(db, mailbox=mailbox, now=NOON + timedelta(**later))


@pytest.fixture
def limiter(engine: sa.Engine) -> Limiter:
    return Limiter(engine, Rates())


def test_a_mailbox_has_the_limits_of_the_web(limiter: Limiter) -> None:
    assert [limiter.allow("ada@example.org") for _ in range(6)] == [True] * 5 + [False]
    assert limiter.allow("ada@example.org", hours=1)
    assert limiter.allow("bo@example.org")


def test_sign_ups_on_the_web_count_for_a_mailbox(limiter: Limiter) -> None:
    for number in range(5):
        limiter.web.allow(ip=f"198.51.{number}.7", mailbox="ada@example.org", now=NOON)

    assert not limiter.allow("ada@example.org")


def test_a_busy_provider_has_the_limit_of_a_domain_and_not_that_of_one_network(
    limiter: Limiter,
) -> None:
    accepted = [limiter.allow(f"reader{number}@{BUSY}") for number in range(80)]

    assert sum(accepted) == 60
    assert limiter.allow("ada@example.org")


def test_forged_senders_of_a_provider_leave_its_readers_the_web(limiter: Limiter) -> None:
    for number in range(80):
        limiter.allow(f"reader{number}@{BUSY}")

    web = [
        limiter.web.allow(ip="203.0.113.9", mailbox=f"{name}@{BUSY}", now=NOON)
        for name in ("ada", "bo", "cy")
    ]

    assert web == [True] * 3


def test_forged_senders_of_many_domains_leave_a_quarter_of_the_total(engine: sa.Engine) -> None:
    limiter = Limiter(engine, Rates(total="40/hour"))

    accepted = [limiter.allow(f"ada@domain{number}.example") for number in range(50)]

    assert sum(accepted) == 30
    assert limiter.web.allow(ip="203.0.113.9", mailbox="bo@example.org", now=NOON)


def test_a_transaction_that_is_rolled_back_counts_nothing(
    engine: sa.Engine, limiter: Limiter
) -> None:
    for _ in range(6):
        with engine.connect() as db:
            assert limiter.web.allow_by_mail(db, mailbox="ada@example.org", now=NOON)
            db.rollback()

    assert limiter.allow("ada@example.org")
