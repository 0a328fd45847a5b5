"""Rates hold in every period, and a message that has to wait delays no message to others."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import outgoing

from digest.delivery.smtp.rate_limit import MAX_WAITING, Rate, RateLimiter, provider

if TYPE_CHECKING:
    from collections.abc import Iterable

SECONDS = {"second": 1, "minute": 60, "hour": 3600}


def leave(limiter: RateLimiter, now: float) -> list[str]:
    """Return the recipients of all messages that may leave now, in order."""
    left = []
    while (found := limiter.take_next(now)) is not None:
        left.append(found.recipient)
    return left


def departures(rate: Rate, moments: Iterable[float]) -> list[float]:
    """Return those of the moments at which a message left, if one always waits."""
    left = []
    for now in moments:
        if rate.delay(now) <= 0:
            rate.record(now)
            left.append(now)
    return left


def waiting(*recipients: str, **rates: str) -> RateLimiter:
    limiter = RateLimiter(rates)
    for recipient in recipients:
        limiter.add(outgoing(recipient))
    return limiter


# -- rates --------------------------------------------------------------------------------------


@given(
    st.integers(1, 200),
    st.sampled_from(sorted(SECONDS)),
    st.lists(st.floats(0, 3), min_size=1, max_size=300),
)
@example(50, "second", [0.0] * 120)
@example(50, "second", [0.0205] * 120)
def test_in_no_period_more_messages_leave_than_the_rate_allows(
    number: int, unit: str, pauses: list[float]
) -> None:
    rate, period = Rate(f"{number}/{unit}"), SECONDS[unit]

    left = departures(rate, accumulate(pause * period / number for pause in pauses))

    for first, beyond in zip(left, left[number:], strict=False):
        assert beyond - first >= period * (1 - 1e-9)


@given(st.integers(1, 1000), st.sampled_from(sorted(SECONDS)))
def test_after_the_delay_a_message_may_leave(number: int, unit: str) -> None:
    rate, now = Rate(f"{number}/{unit}"), 1000.0

    for _ in range(20):
        now += max(rate.delay(now), 0)
        assert rate.delay(now) <= 1e-6
        rate.record(now)


@pytest.mark.parametrize("number", [10, 100, 1000])
def test_a_rate_is_used_to_within_a_fiftieth(number: int) -> None:
    rate = Rate(f"{number}/second")

    # A selector sleeps in steps of a millisecond, so at most one message leaves in each.
    left = departures(rate, (now / 1000 for now in range(10_000)))

    assert 0.97 * 10 * number <= len(left) <= 10 * number


def test_of_two_rates_both_hold() -> None:
    rate = Rate("1/second; 3/minute")

    left = departures(rate, (now / 2 for now in range(250)))

    assert left == [0, 20, 40, 60, 80.5, 100.5, 120.5]


def test_without_a_rate_there_is_no_limit() -> None:
    rate = Rate("")
    rate.record(5.0)

    assert rate.delay(5.0) <= 0


# -- providers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("a@gmail.com", "gmail"),
        ("a@GoogleMail.com", "gmail"),
        ("a@outlook.com", "outlook"),
        ("a@hotmail.co.uk", "outlook"),
        ("a@live.fr", "outlook"),
        ("a@msn.com", "outlook"),
        ("a@yahoo.co.jp", "yahoo"),
        ("a@aol.com", "yahoo"),
        ("a@ymail.com", "yahoo"),
        ("a@rocketmail.com", "yahoo"),
        ("a@me.com", "icloud"),
        ("a@mac.com", "icloud"),
        ("a@icloud.com", "icloud"),
        ("a@example.org", "example.org"),
        ("a@notgmail.com", "notgmail.com"),
        ("a@gmail.com.example.org", "gmail.com.example.org"),
        ("a@msn.com.example.org", "msn.com.example.org"),
    ],
)
def test_an_address_belongs_to_its_provider_or_to_its_domain(address: str, name: str) -> None:
    assert provider(address) == name


# -- the queue ----------------------------------------------------------------------------------


def test_without_rates_mails_leave_in_the_order_they_came() -> None:
    names = ["a@gmail.com", "b@example.org", "c@gmail.com"]

    assert leave(waiting(*names), 0.0) == names


def test_a_message_that_has_to_wait_delays_no_message_to_others() -> None:
    limiter = waiting("a@gmail.com", "b@gmail.com", "c@example.org", gmail="1/minute")

    assert leave(limiter, 0.0) == ["a@gmail.com", "c@example.org"]
    assert limiter.delay(0.0) == pytest.approx(60, abs=0.1)
    assert leave(limiter, 60.1) == ["b@gmail.com"]


def test_the_rate_for_other_domains_holds_for_each_by_itself() -> None:
    names = ["a@x.org", "b@x.org", "c@y.org", "d@gmail.com", "e@gmail.com"]
    limiter = waiting(*names, other="1/minute")

    assert leave(limiter, 0.0) == ["a@x.org", "c@y.org", "d@gmail.com", "e@gmail.com"]


def test_the_total_rate_holds_for_all_recipients() -> None:
    limiter = waiting("a@x.org", "b@gmail.com", total="1/minute", gmail="100/second")

    assert leave(limiter, 0.0) == ["a@x.org"]
    assert leave(limiter, 59.0) == []
    assert leave(limiter, 60.1) == ["b@gmail.com"]


def test_while_all_have_to_wait_more_messages_are_wanted_up_to_a_limit() -> None:
    limiter = waiting(*["a@gmail.com"] * 2, gmail="1/hour")
    leave(limiter, 0.0)

    wanted = 0
    while limiter.wants_more(0.0, ahead=1):
        limiter.add(outgoing("b@gmail.com"))
        wanted += 1

    assert limiter.waiting == MAX_WAITING
    assert wanted == MAX_WAITING - 1


def test_while_one_may_leave_no_more_messages_are_wanted_than_ahead() -> None:
    limiter = waiting("a@x.org", "b@x.org")

    assert limiter.wants_more(0.0, ahead=3)
    assert not limiter.wants_more(0.0, ahead=2)


def test_while_the_total_rate_is_used_up_no_more_messages_are_wanted() -> None:
    limiter = waiting("a@x.org", "b@x.org", total="1/minute")
    leave(limiter, 0.0)

    assert not limiter.wants_more(0.0, ahead=1)


def test_the_delay_is_infinite_if_no_message_waits() -> None:
    assert waiting().delay(0.0) == float("inf")
    assert waiting("a@x.org").delay(0.0) == 0


def test_waiting_messages_can_be_removed() -> None:
    limiter = waiting("a@gmail.com", "b@gmail.com", "c@x.org", gmail="1/hour")
    leave(limiter, 0.0)

    assert [mail.recipient for mail in limiter.clear()] == ["b@gmail.com"]
    assert limiter.waiting == 0


def test_rates_of_domains_that_are_not_used_any_more_are_forgotten() -> None:
    limiter = waiting(other="1/second")
    for number in range(3000):
        limiter.add(outgoing(f"a@d{number}.org"))
        leave(limiter, number * 2.0)

    assert len(limiter._rates) < 1100


@given(
    st.lists(st.sampled_from(["a@gmail.com", "a@x.org", "a@y.org", "a@live.com"]), max_size=40),
    st.dictionaries(st.sampled_from(["total", "gmail", "other"]), st.just("30/minute")),
)
def test_every_message_leaves_once_in_the_order_of_its_provider(
    recipients: list[str], rates: dict[str, str]
) -> None:
    limiter, now, left = RateLimiter(rates), 0.0, list[str]()
    for number, recipient in enumerate(recipients):
        limiter.add(outgoing(f"{number}.{recipient}"))

    while limiter.waiting:
        now += limiter.delay(now) + 1e-6
        left += leave(limiter, now)

    numbers = {name: [] for name in ("gmail.com", "x.org", "y.org", "live.com")}
    for name in left:
        numbers[name.rpartition("@")[2]].append(int(name.partition(".")[0]))
    assert len(left) == len(recipients)
    assert all(found == sorted(found) for found in numbers.values())
