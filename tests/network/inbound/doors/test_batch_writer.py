"""Messages of several connections that are stored together."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON

from digest.errors import StoreError
from digest.inbound.doors.batch_writer import BatchWriter
from digest.models.inbound import Incoming

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


def message(number: int, recipients: int = 1) -> Incoming:
    return Incoming(
        content=b"%d" % number,
        sender="",
        recipients=("a@example.org",) * recipients,
        channel="lmtp",
        received_at=NOON,
    )


class Store:
    """Holds the first transaction until all others wait, and fails for what a test names."""

    def __init__(self, *, fails_for: bytes | None = None) -> None:
        self.transactions: list[list[bytes]] = []
        self.go_on = threading.Event()
        self.fails_for = fails_for

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        assert self.go_on.wait(30)
        contents = [one.content for one in messages]
        if self.fails_for in contents:
            raise StoreError("broken")
        self.transactions.append(contents)
        return [len(one.recipients) for one in messages]


def in_loop(store: Store, work: Callable[[BatchWriter], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        writer = BatchWriter(store.store_all)
        writer.start()
        try:
            return await work(writer)
        finally:
            writer.stop()

    return asyncio.run(run())


async def all_written(writer: BatchWriter, store: Store, *messages: Incoming) -> list[Any]:
    """Write a first message, and the others while it is being stored."""
    writes = [asyncio.ensure_future(writer.write(one)) for one in messages[:1]]
    await asyncio.sleep(0)  # the writer takes it
    await asyncio.sleep(0)
    writes += [asyncio.ensure_future(writer.write(one)) for one in messages[1:]]
    asyncio.get_running_loop().call_soon(store.go_on.set)
    return await asyncio.gather(*writes, return_exceptions=True)


def test_what_comes_while_the_disk_works_is_stored_in_one_transaction() -> None:
    store = Store()
    messages = [message(number, number) for number in range(1, 5)]

    new = in_loop(store, lambda writer: all_written(writer, store, *messages))

    assert new == [1, 2, 3, 4]
    assert store.transactions == [[b"1"], [b"2", b"3", b"4"]]


def test_a_transaction_has_a_bound() -> None:
    store = Store()
    messages = [message(1), message(2, 300), message(3, 300), message(4, 900), message(5)]

    in_loop(store, lambda writer: all_written(writer, store, *messages))

    assert store.transactions == [[b"1"], [b"2"], [b"3"], [b"4"], [b"5"]]


def test_one_that_cannot_be_stored_costs_no_other() -> None:
    store = Store(fails_for=b"3")
    messages = [message(number) for number in range(1, 5)]

    new = in_loop(store, lambda writer: all_written(writer, store, *messages))

    assert [type(one) for one in new] == [int, int, StoreError, int]
    assert store.transactions == [[b"1"], [b"2"], [b"4"]]


def test_one_that_nobody_waits_for_any_more_is_left_out() -> None:
    store = Store()

    async def give_up(writer: BatchWriter) -> None:
        first = asyncio.ensure_future(writer.write(message(1)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.write(message(2)), 0.01)
        store.go_on.set()
        await first
        await writer.write(message(3))

    in_loop(store, give_up)

    assert store.transactions == [[b"1"], [b"3"]]
