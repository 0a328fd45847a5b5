"""The verdicts on refusals depend on what others were told, and not on the order of the replies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.smtp.refusals import Cause, Refusal
from digest.delivery.verdicts import MAX_SAME, MAX_SAME_LATER, MAX_SENDER, Verdicts
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

FAILED, PLANNED, DEFERRED = DeliveryState.FAILED, DeliveryState.PLANNED, DeliveryState.DEFERRED
ACCEPTED = 4


def refused(cause: Cause, words: str = "no", *, passed: int = 1, code: int = 554) -> Refusal:
    return Refusal(passed=passed, code=code, cause=cause, words=words, advice="check it")


def run(replies: Sequence[Refusal | int], *, stops: bool = True) -> tuple[dict[int, str], bool]:
    """Send to one reader after the other; return the states, and whether the run stopped.

    A number is how many stages the reader passed.
    """
    verdicts, states = Verdicts(), {}
    for number, reply in enumerate(replies):
        if isinstance(reply, int):
            states |= verdicts.pass_stages(reply, number=number)
        else:
            states[number] = DEFERRED
            states |= verdicts.refuse(number, reply, number=number, taken=number)
        if stops and verdicts.why_stop() is not None:
            break
    last, stopped = verdicts.close()
    states |= last
    assert stopped is None or stopped in states
    return {number: str(state) for number, state in states.items()}, stopped is not None


@pytest.mark.parametrize(
    ("cause", "limit"),
    [
        (Cause.SENDER, MAX_SENDER),
        (Cause.POLICY, MAX_SAME),
        (Cause.UNCLEAR, MAX_SAME),
        (Cause.MESSAGE, MAX_SAME),
    ],
)
def test_what_all_are_told_stops_the_run_after_a_few_and_all_are_planned_again(
    cause: Cause, limit: int
) -> None:
    states, stopped = run([refused(cause)] * 30)

    assert stopped
    assert states == dict.fromkeys(range(limit), "planned")


@pytest.mark.parametrize("cause", [Cause.RECIPIENT, Cause.UNCLEAR, Cause.MESSAGE])
def test_what_others_are_not_told_is_failed(cause: Cause) -> None:
    assert run([refused(cause), ACCEPTED]) == ({0: "failed"}, False)
    assert run([ACCEPTED, refused(cause)]) == ({1: "failed"}, False)


@pytest.mark.parametrize("cause", [Cause.SENDER, Cause.POLICY])
def test_a_policy_for_some_is_deferred(cause: Cause) -> None:
    assert run([refused(cause), ACCEPTED, refused(cause)]) == (
        {0: "deferred", 2: "deferred"},
        False,
    )


def test_different_unclear_words_stop_nobody() -> None:
    refusals = [refused(Cause.UNCLEAR, f"no {number * 'x'}") for number in range(20)]

    states, stopped = run([*refusals, ACCEPTED])

    assert (set(states.values()), stopped) == ({"failed"}, False)


def test_a_refusal_at_a_later_stage_shows_that_the_earlier_ones_were_passed() -> None:
    at_rcpt, at_the_end = refused(Cause.UNCLEAR), refused(Cause.POLICY, passed=3)

    assert run([at_rcpt, 3, at_the_end])[0] == {0: "failed", 2: "deferred"}
    assert run([at_rcpt, 1])[0] == {0: "deferred"}


def test_a_message_that_was_under_way_when_another_was_refused_shows_nothing() -> None:
    verdicts = Verdicts()
    verdicts.refuse(1, refused(Cause.UNCLEAR), number=1, taken=3)

    assert verdicts.pass_stages(ACCEPTED, number=3) == {}
    assert verdicts.pass_stages(ACCEPTED, number=4) == {1: FAILED}
    assert not verdicts.is_in_doubt


def test_until_somebody_was_accepted_no_more_mails_leave_than_stop_a_run() -> None:
    verdicts = Verdicts()
    assert not verdicts.must_wait(under_way=9)
    verdicts.refuse(1, refused(Cause.UNCLEAR), number=1, taken=2)

    assert not verdicts.must_wait(under_way=MAX_SAME - 2)
    assert verdicts.must_wait(under_way=MAX_SAME - 1)

    verdicts.pass_stages(ACCEPTED, number=2)
    assert verdicts.is_in_doubt
    assert not verdicts.must_wait(under_way=MAX_SAME - 1)


def test_after_the_data_an_unclear_refusal_of_one_is_failed_only_with_a_mailbox_s_code() -> None:
    trouble, mailbox = (refused(Cause.UNCLEAR, passed=3, code=code) for code in (554, 550))

    assert run([trouble, ACCEPTED])[0] == {0: "deferred"}
    assert run([mailbox, ACCEPTED])[0] == {0: "failed"}


def test_once_somebody_was_accepted_more_may_be_told_the_same() -> None:
    many = [refused(Cause.UNCLEAR)] * (MAX_SAME_LATER - 1)

    assert run([ACCEPTED, *many, ACCEPTED])[1] is False
    assert run([ACCEPTED, *many, *many]) == (dict.fromkeys(range(1, 21), "planned"), True)


def test_at_the_end_of_a_run_unclear_words_are_failed_if_they_are_few_or_known() -> None:
    unclear = refused(Cause.UNCLEAR)
    others = [refused(Cause.UNCLEAR, f"no {number * 'x'}") for number in range(6)]

    assert run([ACCEPTED, *[unclear] * 2])[0] == dict.fromkeys((1, 2), "failed")
    assert run([ACCEPTED, *[unclear] * 3])[0] == dict.fromkeys((1, 2, 3), "deferred")
    assert run([ACCEPTED, *others])[0] == dict.fromkeys(range(1, 7), "deferred")
    assert run([unclear, ACCEPTED, *[unclear] * 3])[0] == dict.fromkeys((0, 2, 3, 4), "failed")


@pytest.mark.parametrize(
    ("replies", "states", "stops"),
    [
        ([refused(Cause.RECIPIENT)], {0: "deferred"}, False),
        ([refused(Cause.RECIPIENT)] * 2, {0: "planned", 1: "planned"}, True),
        (
            [refused(Cause.RECIPIENT), refused(Cause.RECIPIENT, "x")],
            {0: "deferred", 1: "deferred"},
            True,
        ),
        ([refused(Cause.SENDER)], {0: "planned"}, True),
        ([refused(Cause.UNCLEAR)], {0: "deferred"}, False),
        ([refused(Cause.POLICY)], {0: "deferred"}, False),
        ([refused(Cause.UNCLEAR)] * 2, {0: "planned", 1: "planned"}, True),
        (
            [refused(Cause.UNCLEAR), refused(Cause.UNCLEAR, "x")],
            {0: "deferred", 1: "deferred"},
            False,
        ),
        ([], {}, False),
        ([ACCEPTED], {}, False),
    ],
)
def test_a_list_of_one_or_two_is_judged_by_the_words(
    replies: list[Refusal | int], states: dict[int, str], *, stops: bool
) -> None:
    assert run(replies) == (states, stops)


def test_many_unknown_mailboxes_and_none_known_are_not_failed() -> None:
    unknown, unavailable = refused(Cause.RECIPIENT), refused(Cause.RECIPIENT, "unavailable")

    assert run([unknown] * MAX_SAME) == (dict.fromkeys(range(MAX_SAME), "planned"), True)
    assert run([unknown, unavailable] * 3) == (dict.fromkeys(range(6), "deferred"), True)
    assert run([*[unknown] * 20, ACCEPTED]) == (dict.fromkeys(range(20), "failed"), False)


# -- any run ----------------------------------------------------------------------------------

REPLIES = st.one_of(
    st.just(ACCEPTED),
    st.builds(
        refused,
        st.sampled_from(Cause),
        st.sampled_from(["no", "never"]),
        passed=st.integers(0, 3),
        code=st.sampled_from([550, 554]),
    ),
)


@given(st.lists(st.builds(refused, st.sampled_from(Cause), st.sampled_from(["no", "never"]))))
def test_if_nobody_is_accepted_nobody_is_failed(replies: list[Refusal]) -> None:
    states, _ = run(replies)

    assert "failed" not in states.values()


@given(
    st.lists(st.integers(0, 99), unique=True, min_size=1),
    st.sampled_from([Cause.SENDER, Cause.POLICY]),
    st.randoms(use_true_random=False),
)
def test_a_rule_that_a_later_mail_passes_stops_nobody_in_any_order_of_replies(
    numbers: list[int], cause: Cause, random: random.Random
) -> None:
    verdicts, states = Verdicts(), {}
    random.shuffle(numbers)
    for number in sorted([*numbers, 100], key=lambda _: random.random()):
        if number < 100:
            states |= verdicts.refuse(number, refused(cause), number=number, taken=101)
        else:
            states |= verdicts.pass_stages(ACCEPTED, number=number)

    assert verdicts.why_stop() is None
    assert states == dict.fromkeys(numbers, DEFERRED)
    assert verdicts.close() == ({}, None)


def test_those_under_way_together_stop_no_run_before_another_was_tried() -> None:
    verdicts = Verdicts()
    for number in range(1, 5):
        verdicts.refuse(number, refused(Cause.SENDER), number=number, taken=5)
    assert verdicts.why_stop() is None

    verdicts.refuse(6, refused(Cause.SENDER), number=6, taken=6)

    assert verdicts.why_stop() == 6


def test_a_limit_holds_from_some_mail_on_and_other_rules_from_the_first() -> None:
    limit = replace(refused(Cause.SENDER), is_limit=True)

    assert run([ACCEPTED, *[limit] * 3])[0] == dict.fromkeys((1, 2, 3), "planned")
    assert run([ACCEPTED, *[refused(Cause.SENDER)] * 4])[0] == dict.fromkeys(
        range(1, 5), "deferred"
    )
    assert run([ACCEPTED, *[refused(Cause.SENDER)] * 5])[1]


@given(st.lists(REPLIES, max_size=30))
def test_what_names_us_is_never_failed(replies: list[Refusal | int]) -> None:
    states, _ = run(replies)

    about_us = [
        state
        for number, state in states.items()
        if isinstance(it := replies[number], Refusal) and it.cause in (Cause.SENDER, Cause.POLICY)
    ]
    assert "failed" not in about_us


@given(st.lists(REPLIES, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_replies_changes_no_verdict_while_others_are_accepted(
    replies: list[Refusal | int], random: random.Random
) -> None:
    shuffled = [(number, reply) for number, reply in enumerate(replies)]
    random.shuffle(shuffled)
    # The last reader is accepted, so that each refusal has an acceptance after it.
    first, stopped = run([*replies, ACCEPTED], stops=False)
    second, _ = run([*(reply for _, reply in shuffled), ACCEPTED], stops=False)

    assert not stopped
    assert first == {
        number: second[place] for place, (number, _) in enumerate(shuffled) if place in second
    }
