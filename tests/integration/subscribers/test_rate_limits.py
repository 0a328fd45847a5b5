"""The limits of sign-ups: a flood from few networks stops, and shuts nobody else out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import NOON

from digest.storage.engine import open_database
from subscribers.rate_limits import Rates, SignupLimiter, truncated, windows

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

BUSY = "gmail.com"


class Limiter(SignupLimiter):
    """The limiter at noon, unless another time is given."""

    def allow(self, *, ip: str, mailbox: str, now: datetime = NOON) -> bool:
        return super().allow(ip=ip, mailbox=mailbox, now=now)


@pytest.fixture
def limiter(engine: sa.Engine) -> Limiter:
    return Limiter(engine, Rates(), key="a key")


def accepted(limiter: Limiter, ips: list[str], domain: str = BUSY, *, each: int = 30) -> int:
    """Count the sign-ups that are let through, each for another mailbox, one network at a time."""
    return sum(
        limiter.allow(ip=ip, mailbox=f"victim{ip}{number}@{domain}")
        for ip, number in product(ips, range(each))
    )


def test_a_flood_from_ten_networks_leaves_a_provider_open_to_everybody_else(
    limiter: Limiter,
) -> None:
    flood = [f"198.51.{number}.7" for number in range(10)]

    through = accepted(limiter, flood)

    assert through == 10 * 6
    assert all(
        limiter.allow(ip="203.0.113.9", mailbox=f"{name}@{BUSY}") for name in ("ada", "bo", "cy")
    )


def test_even_a_flood_from_sixty_networks_holds_up_no_first_sign_up(limiter: Limiter) -> None:
    accepted(limiter, [f"198.51.{number}.7" for number in range(60)], each=8)

    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")
    assert not limiter.allow(ip="203.0.113.9", mailbox=f"bo@{BUSY}")
    assert limiter.allow(ip="203.0.113.9", mailbox="bo@example.org")


@pytest.mark.parametrize(
    "ips",
    [
        pytest.param([f"2001:db8:1:{number:x}::1" for number in range(200)], id="a /48"),
        pytest.param([f"192.0.2.{number}" for number in range(200)], id="a /24"),
    ],
)
def test_the_networks_of_one_site_are_four_at_most(limiter: Limiter, ips: list[str]) -> None:
    assert accepted(limiter, ips, each=1) == 24
    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")


def test_a_flood_from_many_networks_of_few_sites_leaves_the_total_open(engine: sa.Engine) -> None:
    limiter = Limiter(engine, Rates(total="60/hour"), key="a key")
    sites = [f"2001:db8:{site:x}:{network:x}::1" for site in range(8) for network in range(9)]

    through = accepted(limiter, sites, "example.org", each=6)

    assert through <= 45 + 8
    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")


def test_the_total_is_never_exceeded(engine: sa.Engine) -> None:
    limiter = Limiter(engine, Rates(total="30/hour"), key="a key")

    assert accepted(limiter, [f"198.51.{number}.7" for number in range(99)]) == 30


def test_a_stranger_who_typed_an_address_does_not_lock_its_owner_out(
    limiter: Limiter,
) -> None:
    theirs = [limiter.allow(ip="198.51.100.7", mailbox=f"ada@{BUSY}") for _ in range(9)]

    assert theirs == [True] * 5 + [False] * 4
    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")
    assert not limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")


def test_a_refused_sign_up_counts_for_nothing(limiter: Limiter) -> None:
    accepted(limiter, ["198.51.100.7"], each=200)

    assert limiter.allow(ip="198.51.100.8", mailbox=f"ada@{BUSY}")


# -- several processes, restarts and time ------------------------------------------------------


def test_processes_share_the_counts_and_a_restart_forgives_nothing(engine: sa.Engine) -> None:
    through = [
        Limiter(engine, Rates(), key="a key").allow(ip="192.0.2.7", mailbox=f"{number}@{BUSY}")
        for number in range(9)
    ]

    assert through == [True] * 6 + [False] * 3


def test_sign_ups_at_the_same_time_do_not_pass_a_limit_together(tmp_path: Path) -> None:
    engines = [open_database("sqlite:///digest.db", folder=tmp_path) for _ in range(4)]
    limiters = [Limiter(engine, Rates(), key="a key") for engine in engines]

    with ThreadPoolExecutor(len(limiters)) as threads:
        counts = list(threads.map(lambda one: accepted(one, ["192.0.2.7"]), limiters))

    assert sum(counts) == 6
    for engine in engines:
        engine.dispose()


def test_a_limit_moves_with_time(limiter: Limiter) -> None:
    accepted(limiter, ["192.0.2.7"])
    mailbox = f"ada@{BUSY}"

    later = [
        limiter.allow(ip="192.0.2.7", mailbox=mailbox, now=NOON + timedelta(minutes=minutes))
        for minutes in (59, 60)
    ]

    assert later == [False, True]


def test_what_is_stored_identifies_nobody_and_is_deleted_after_a_day(
    limiter: Limiter, engine: sa.Engine
) -> None:
    def stored() -> list[sa.Row[tuple[object, ...]]]:
        with engine.connect() as db:
            return list(db.execute(sa.text("SELECT * FROM signups")))

    limiter.allow(ip="192.0.2.7", mailbox="ada@example.org")
    first = stored()
    limiter.allow(ip="203.0.113.9", mailbox="bo@example.org", now=NOON + timedelta(days=1))

    assert not any(text in str(first) for text in ("192.0", "ada", "example"))
    assert len(first) == len(stored()) == 1


def test_a_clock_that_was_set_back_locks_nobody_out(limiter: Limiter) -> None:
    ahead = NOON + timedelta(days=365)
    for number in range(6):
        limiter.allow(ip="192.0.2.7", mailbox=f"{number}@{BUSY}", now=ahead)

    assert limiter.allow(ip="192.0.2.7", mailbox=f"ada@{BUSY}")


# -- networks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ip", "site"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", ""),
        ("nowhere", ""),
    ],
)
def test_the_network_that_is_stored_identifies_no_person(ip: str, site: str) -> None:
    assert truncated(ip) == site


def test_a_rate_is_a_most_for_each_of_its_spans() -> None:
    assert windows("5/hour; 20/day") == ((timedelta(hours=1), 5), (timedelta(days=1), 20))
