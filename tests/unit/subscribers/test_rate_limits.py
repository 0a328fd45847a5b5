"""The limits of sign-ups: a flood from few networks stops, and shuts nobody else out."""

from __future__ import annotations

from itertools import product

import pytest

from subscribers.rate_limits import Rates, SignupLimiter, truncated

BUSY = "gmail.com"


@pytest.fixture
def limiter() -> SignupLimiter:
    return SignupLimiter(Rates())


def accepted(limiter: SignupLimiter, ips: list[str], domain: str = BUSY, *, each: int = 100) -> int:
    """Count the sign-ups that are let through, each for another mailbox, one network at a time."""
    return sum(
        limiter.allow(ip=ip, mailbox=f"victim{ip}{number}@{domain}")
        for ip, number in product(ips, range(each))
    )


def test_a_flood_from_ten_networks_leaves_a_provider_open_to_everybody_else(
    limiter: SignupLimiter,
) -> None:
    flood = [f"198.51.{number}.7" for number in range(10)]

    through = accepted(limiter, flood)

    assert through == 10 * 6
    assert all(
        limiter.allow(ip="203.0.113.9", mailbox=f"{name}@{BUSY}") for name in ("ada", "bo", "cy")
    )


def test_even_a_flood_from_sixty_networks_holds_up_no_first_sign_up(limiter: SignupLimiter) -> None:
    accepted(limiter, [f"198.51.{number}.7" for number in range(60)])

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
def test_the_networks_of_one_site_are_four_at_most(limiter: SignupLimiter, ips: list[str]) -> None:
    assert accepted(limiter, ips, each=1) == 24
    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")


def test_a_flood_from_many_networks_of_few_sites_leaves_the_total_open(
    limiter: SignupLimiter,
) -> None:
    sites = [f"2001:db8:{site:x}:{network:x}::1" for site in range(60) for network in range(9)]

    through = accepted(limiter, sites, "example.org", each=6)

    assert through <= 450 + 60
    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")


def test_the_total_is_never_exceeded() -> None:
    limiter = SignupLimiter(Rates(total="30/hour"))

    assert accepted(limiter, [f"198.51.{number}.7" for number in range(99)]) == 30


def test_a_stranger_who_typed_an_address_does_not_lock_its_owner_out(
    limiter: SignupLimiter,
) -> None:
    theirs = [limiter.allow(ip="198.51.100.7", mailbox=f"ada@{BUSY}") for _ in range(9)]

    assert theirs == [True] * 5 + [False] * 4
    assert limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")
    assert not limiter.allow(ip="203.0.113.9", mailbox=f"ada@{BUSY}")


def test_a_refused_sign_up_counts_for_nothing(limiter: SignupLimiter) -> None:
    accepted(limiter, ["198.51.100.7"], each=1000)

    assert limiter.allow(ip="198.51.100.8", mailbox=f"ada@{BUSY}")


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
