"""When a run stops by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.circuit_breaker import (
    MAX_DEFERRALS_OF_A_DOMAIN,
    MAX_FAILURES,
    MAX_REFUSED_SHARE,
    MIN_OUTCOMES,
    CircuitBreaker,
)
from digest.models.delivery import DeliveryState, Outcome

SENT = Outcome(state=DeliveryState.SENT)
REFUSED = Outcome(state=DeliveryState.FAILED, reason="550 no such user")
PLANNED = Outcome(state=DeliveryState.PLANNED, reason="given back")
TROUBLED = [
    Outcome(state=DeliveryState.DEFERRED, reason="450 later"),
    Outcome(state=DeliveryState.UNKNOWN, reason="no answer"),
]


def watched(*answers: Outcome) -> CircuitBreaker:
    breaker = CircuitBreaker()
    for answer in answers:
        breaker.record(answer)
    return breaker


@pytest.mark.parametrize("trouble", TROUBLED)
def test_so_many_troubles_in_a_row_stop_the_run_with_the_last_one_s_reason(
    trouble: Outcome,
) -> None:
    assert watched(*[trouble] * (MAX_FAILURES - 1)).stopped is None
    assert watched(*[trouble] * MAX_FAILURES).stopped == trouble.reason


@pytest.mark.parametrize("answer", [SENT, REFUSED])
def test_any_other_answer_between_them_begins_the_count_anew(answer: Outcome) -> None:
    before = [TROUBLED[0]] * (MAX_FAILURES - 1)

    assert watched(*before, answer, *before).stopped is None


def test_both_kinds_of_trouble_count_together() -> None:
    assert watched(*(TROUBLED * MAX_FAILURES)[:MAX_FAILURES]).stopped is not None


@pytest.mark.parametrize("trouble", TROUBLED)
def test_what_never_left_is_no_answer(trouble: Outcome) -> None:
    between = [it for _ in range(MAX_FAILURES - 1) for it in (trouble, PLANNED)]

    assert watched(*between).stopped is None
    assert watched(*between, trouble).stopped == trouble.reason


def test_too_large_a_share_of_refusals_stops_the_run() -> None:
    refused = int(MIN_OUTCOMES * MAX_REFUSED_SHARE)
    sent = [SENT] * (MIN_OUTCOMES - refused)

    just_so = watched(*sent, *[REFUSED] * refused)
    one_more = watched(*sent, *[REFUSED] * (refused + 1))

    assert just_so.stopped is None
    assert one_more.stopped == (
        f"{refused + 1} of {MIN_OUTCOMES + 1} addresses were refused,"
        " the last one with: 550 no such user"
    )


def test_the_first_refusals_of_a_run_say_nothing_yet() -> None:
    assert watched(*[REFUSED] * (MIN_OUTCOMES - 1)).stopped is None
    assert watched(*[REFUSED] * MIN_OUTCOMES).stopped is not None


@given(st.lists(st.sampled_from([SENT, REFUSED, PLANNED, *TROUBLED]), max_size=120))
def test_a_run_that_has_stopped_stays_so(answers: list[Outcome]) -> None:
    breaker, stopped = CircuitBreaker(), False
    for answer in answers:
        breaker.record(answer)
        assert not (stopped and breaker.stopped is None)
        stopped = breaker.stopped is not None


PUT_OFF_ANSWER = Outcome(state=DeliveryState.DEFERRED, reason="451 4.7.1 greylisted", code=451)


def test_a_provider_that_puts_all_its_readers_off_stops_nobody_else() -> None:
    breaker = CircuitBreaker()

    for _ in range(MAX_DEFERRALS_OF_A_DOMAIN - 1):
        breaker.record(PUT_OFF_ANSWER, domain="gmail.com")

    assert breaker.stopped is None


@pytest.mark.parametrize(
    "domains", [["gmail.com"] * MAX_DEFERRALS_OF_A_DOMAIN, ["a.org", "b.org"] * MAX_FAILURES]
)
def test_a_server_that_puts_everybody_off_stops_the_run(domains: list[str]) -> None:
    breaker = CircuitBreaker()

    for domain in domains:
        breaker.record(PUT_OFF_ANSWER, domain=domain)

    assert breaker.stopped == PUT_OFF_ANSWER.reason


@pytest.mark.parametrize("answer", TROUBLED)
def test_what_is_worse_than_a_delay_is_counted_whatever_the_domain(answer: Outcome) -> None:
    breaker = CircuitBreaker()

    for _ in range(MAX_FAILURES):
        breaker.record(answer, domain="gmail.com")

    assert breaker.stopped == answer.reason
