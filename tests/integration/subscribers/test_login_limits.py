"""How often somebody may try to log in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import NOON

from subscribers.login_limits import LoginLimiter
from subscribers.tables import login_attempts

if TYPE_CHECKING:
    from datetime import datetime

MINE, OTHER = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def limiter(engine: sa.Engine) -> LoginLimiter:
    return LoginLimiter(engine, key="a key for the tests")


def fail(limiter: LoginLimiter, times: int, *, ip: str = MINE, at: datetime = NOON) -> int:
    """Try so often with a wrong password; return how many attempts were let through."""
    return sum(limiter.begin(ip=ip, now=at) is not None for _ in range(times))


def test_a_network_has_five_attempts_in_a_quarter_of_an_hour(limiter: LoginLimiter) -> None:
    assert fail(limiter, 9) == 5
    assert fail(limiter, 9, at=NOON + timedelta(minutes=14)) == 0
    assert fail(limiter, 9, at=NOON + timedelta(minutes=15)) == 5


def test_a_network_has_twenty_attempts_in_a_day(limiter: LoginLimiter) -> None:
    let_through = sum(
        fail(limiter, 5, at=NOON + timedelta(minutes=15 * quarter)) for quarter in range(40)
    )

    assert let_through == 20


def test_an_attempt_that_succeeds_does_not_count(limiter: LoginLimiter) -> None:
    for _ in range(30):
        attempt = limiter.begin(ip=MINE, now=NOON)
        assert attempt is not None
        limiter.succeed(attempt)


def test_all_addresses_of_an_ipv6_network_share_its_attempts(limiter: LoginLimiter) -> None:
    assert fail(limiter, 3, ip="2001:db8::1") == 3
    assert fail(limiter, 3, ip="2001:db8::2") == 2


def crowd(limiter: LoginLimiter) -> int:
    """Let hundreds of networks guess together; return how many attempts were let through."""
    return sum(fail(limiter, 2, ip=f"203.0.{number}.1") for number in range(200))


def test_many_networks_share_a_total(limiter: LoginLimiter) -> None:
    assert crowd(limiter) == 60
    assert fail(limiter, 1, ip=OTHER) == 0


def test_a_crowd_does_not_lock_out_a_network_that_has_logged_in(limiter: LoginLimiter) -> None:
    attempt = limiter.begin(ip=MINE, now=NOON - timedelta(days=29))
    assert attempt is not None
    limiter.succeed(attempt)
    crowd(limiter)

    assert fail(limiter, 9, ip=MINE) == 5


def test_a_row_names_no_address_and_goes_after_a_month(
    limiter: LoginLimiter, engine: sa.Engine
) -> None:
    fail(limiter, 2)
    with engine.connect() as db:
        assert MINE not in str(db.execute(sa.select(login_attempts)).all())

    fail(limiter, 1, at=NOON + timedelta(days=30))

    with engine.connect() as db:
        assert len(db.execute(sa.select(login_attempts)).all()) == 1
