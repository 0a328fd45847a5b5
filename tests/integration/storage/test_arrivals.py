"""Messages that came in: stored once for each recipient, settled once, kept if not understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON

from digest.models.inbound import Incoming
from digest.storage.arrivals import (
    DROPPED,
    LONGEST,
    Arrivals,
    ArrivalState,
    Settlement,
    key_of,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

MESSAGE = b"Message-ID: <1@example.net>\r\nDate: today\r\nSubject: hello\r\n\r\nOne\r\ntwo\r\n"
HANDLED = Settlement(
    state=ArrivalState.HANDLED, kind="bounce", why="a report", result="recorded", subscriber_id=7
)
KEPT = Settlement(state=ArrivalState.KEPT, kind="not-understood", why="odd", result="kept")


@pytest.fixture
def arrivals(engine: sa.Engine) -> Arrivals:
    return Arrivals(engine)


def store(arrivals: Arrivals, content: bytes = MESSAGE, *recipients: str) -> int:
    return arrivals.store(
        content,
        sender="bo@example.org",
        recipients=recipients or ["bounces@example.org"],
        channel="lmtp",
        now=NOON,
    )


def settle(arrivals: Arrivals, engine: sa.Engine, settlement: Settlement) -> list[int]:
    with engine.execution_options(writes=True).begin() as db:
        waiting = arrivals.lock(db, [one.id for one in arrivals.waiting(100)])
        arrivals.settle(db, dict.fromkeys(waiting, settlement), now=NOON)
    return sorted(waiting)


def test_messages_are_stored_together_each_once_for_each_recipient(arrivals: Arrivals) -> None:
    store(arrivals, MESSAGE, "a@example.org")
    many = tuple(f"{number}@example.org" for number in range(1500))
    messages = [
        Incoming(
            content=content, sender="", recipients=recipients, channel="imap", received_at=NOON
        )
        for content, recipients in [
            (MESSAGE, ("a@example.org", "b@example.org")),
            (MESSAGE, ("b@example.org",)),
            (b"another", many),
        ]
    ]

    assert arrivals.store_all(messages) == [1, 0, 1500]
    assert arrivals.store_all(messages) == [0, 0, 0]
    assert [one.envelope.recipient for one in arrivals.waiting(3)] == [
        "a@example.org", "b@example.org", "0@example.org",
    ]  # fmt: skip


@pytest.mark.parametrize(("keeps_sender", "sender"), [(False, ""), (True, "bo@example.org")])
def test_a_handled_message_has_its_sender_only_where_it_is_to_stay(
    arrivals: Arrivals, engine: sa.Engine, *, keeps_sender: bool, sender: str
) -> None:
    store(arrivals)

    settle(arrivals, engine, replace(HANDLED, keeps_sender=keeps_sender))

    [found] = arrivals.newest(most=9)
    assert found.arrival.envelope.sender == sender


def test_nothing_to_store_is_no_error(arrivals: Arrivals) -> None:
    assert arrivals.store_all([]) == []


def test_a_message_waits_for_each_recipient(arrivals: Arrivals) -> None:
    assert store(arrivals, MESSAGE, "a@example.org", "b@example.org") == 2

    first, second = arrivals.waiting(10)

    assert (first.envelope.recipient, second.envelope.recipient) == (
        "a@example.org", "b@example.org",
    )  # fmt: skip
    assert (first.content, first.envelope.sender, first.channel, first.received_at) == (
        MESSAGE, "bo@example.org", "lmtp", NOON,
    )  # fmt: skip


def test_a_message_that_is_handed_over_again_is_stored_for_those_who_lack_it(
    arrivals: Arrivals,
) -> None:
    store(arrivals, MESSAGE, "a@example.org")

    assert store(arrivals, MESSAGE, "A@Example.org", "b@example.org", "b@example.org") == 1
    assert [one.envelope.recipient for one in arrivals.waiting(10)] == [
        "a@example.org",
        "b@example.org",
    ]


def test_a_message_that_was_handled_is_not_stored_again(
    arrivals: Arrivals, engine: sa.Engine
) -> None:
    store(arrivals)
    settle(arrivals, engine, HANDLED)

    assert store(arrivals) == 0
    assert arrivals.waiting(10) == []


def test_only_the_beginning_of_a_long_message_is_kept(arrivals: Arrivals) -> None:
    store(arrivals, MESSAGE + b"x" * LONGEST)

    [found] = arrivals.waiting(10)

    assert len(found.content) == LONGEST


def test_a_message_is_settled_by_one_process(arrivals: Arrivals, engine: sa.Engine) -> None:
    store(arrivals)

    assert settle(arrivals, engine, HANDLED) == [1]
    with engine.begin() as db:
        assert arrivals.lock(db, [1]) == set()


def test_of_a_handled_message_the_bytes_are_gone_and_the_words_stay(
    arrivals: Arrivals, engine: sa.Engine
) -> None:
    store(arrivals)
    settle(arrivals, engine, HANDLED)

    found = arrivals.get(1)

    assert found is not None
    assert (found.arrival.content, found.arrival.envelope.sender) == (b"", "")
    assert (found.state, found.kind, found.why, found.result) == (
        ArrivalState.HANDLED, "bounce", "a report", "recorded",
    )  # fmt: skip


def test_a_kept_message_can_be_handled_again(arrivals: Arrivals, engine: sa.Engine) -> None:
    store(arrivals)
    settle(arrivals, engine, KEPT)
    kept = arrivals.get(1)

    assert kept is not None
    assert kept.arrival.content == MESSAGE
    assert arrivals.retry([2]) == 0
    assert arrivals.retry([1]) == 1
    assert [one.id for one in arrivals.waiting(10)] == [1]


def test_all_kept_messages_can_be_handled_again(arrivals: Arrivals, engine: sa.Engine) -> None:
    store(arrivals, MESSAGE, "a@example.org", "b@example.org")
    settle(arrivals, engine, KEPT)

    assert arrivals.retry() == 2


def test_of_too_many_kept_messages_the_bytes_of_the_oldest_are_gone(
    arrivals: Arrivals, engine: sa.Engine
) -> None:
    for number in range(5):
        store(arrivals, b"\n\n" + b"%d" % number * 98)
        settle(arrivals, engine, KEPT)
    store(arrivals, b"\n\n" + b"w" * 998)

    assert arrivals.drop_oldest(most=300) == 2
    assert arrivals.drop_oldest(most=300) == 0

    found = [arrivals.get(number) for number in range(1, 7)]
    assert [len(one.arrival.content) for one in found if one] == [0, 0, 100, 100, 100, 1000]
    assert [one.result == DROPPED for one in found if one] == [True] * 2 + [False] * 4
    assert {one.why for one in found[:5] if one} == {"odd"}


def test_what_has_no_bytes_any_more_is_not_handled_again(
    arrivals: Arrivals, engine: sa.Engine
) -> None:
    store(arrivals)
    settle(arrivals, engine, KEPT)
    arrivals.drop_oldest(most=0)

    assert arrivals.retry() == 0
    assert arrivals.waiting(9) == []


def test_an_unknown_message_is_none(arrivals: Arrivals) -> None:
    assert arrivals.get(1) is None


def test_the_newest_are_listed_first_by_state_and_reader(
    arrivals: Arrivals, engine: sa.Engine
) -> None:
    store(arrivals, MESSAGE, "a@example.org")
    settle(arrivals, engine, HANDLED)
    store(arrivals, MESSAGE, "b@example.org")

    assert [one.arrival.id for one in arrivals.newest(most=10)] == [2, 1]
    assert [one.arrival.id for one in arrivals.newest(most=1)] == [2]
    assert [one.arrival.id for one in arrivals.newest(most=9, state=ArrivalState.WAITING)] == [2]
    assert [one.arrival.id for one in arrivals.newest(most=9, subscriber_id=7)] == [1]
    assert arrivals.counts() == {ArrivalState.HANDLED: 1, ArrivalState.WAITING: 1}
    assert arrivals.kinds_since(NOON) == {"bounce": 1}
    assert arrivals.kinds_since(NOON + timedelta(seconds=1)) == {}


def test_what_waits_is_not_pruned(arrivals: Arrivals, engine: sa.Engine) -> None:
    store(arrivals, MESSAGE, "a@example.org")
    settle(arrivals, engine, HANDLED)
    store(arrivals, MESSAGE, "b@example.org")

    assert arrivals.prune(before=NOON, limit=9) == 0
    assert arrivals.prune(before=NOON + timedelta(days=1), limit=9) == 1
    assert [one.id for one in arrivals.waiting(10)] == [2]


def test_a_message_is_found_by_its_content_and_recipient_also_when_it_was_handled(
    arrivals: Arrivals, engine: sa.Engine
) -> None:
    store(arrivals, MESSAGE, "a@example.org")
    settle(arrivals, engine, HANDLED)

    found = arrivals.find([key_of(MESSAGE, one) for one in ("b@example.org", "a@example.org")])

    assert found is not None
    assert found.envelope.recipient == "a@example.org"
    assert arrivals.find([key_of(MESSAGE, "b@example.org")]) is None


def test_what_programs_on_the_way_add_does_not_make_another_message() -> None:
    on_the_way = b"Received: by one\n\tand two\nX-TUID: abc\n" + MESSAGE.replace(b"\r\n", b"\n")

    assert key_of(on_the_way + b"\n", "A@example.org") == key_of(MESSAGE, "a@example.org")


@pytest.mark.parametrize(
    "other",
    [
        MESSAGE.replace(b"<1@", b"<2@"),
        MESSAGE.replace(b"today", b"tomorrow"),
        MESSAGE.replace(b"hello", b"hallo"),
        MESSAGE.replace(b"two", b"three"),
        MESSAGE.partition(b"\r\n\r\n")[0],
    ],
)
def test_another_message_has_another_key(other: bytes) -> None:
    assert key_of(other, "a@example.org") != key_of(MESSAGE, "a@example.org")


def test_messages_without_an_empty_line_are_told_apart() -> None:
    assert key_of(b"From: a@b.org\r\n", "a@example.org") != key_of(b"", "a@example.org")


@given(st.binary(max_size=300), st.text(max_size=30))
def test_every_message_has_a_key(content: bytes, recipient: str) -> None:
    recipient = recipient.encode("utf-8", "replace").decode()

    assert len(key_of(content, recipient)) == 32
