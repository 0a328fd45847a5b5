"""Stores messages of several connections together: whoever comes while the disk works is next.

A transaction waits for the disk, some milliseconds, however much it holds. So many mails at once
take hardly longer than one.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.models.inbound import Incoming

#: The most recipients of a transaction, unless a single message has more.
_MOST = 500


class _Waiting(NamedTuple):
    """A message, and where its sender awaits for how many recipients it is new."""

    message: Incoming
    done: asyncio.Future[int]


class BatchWriter:
    """Writes from one thread, in the event loop that it is started in."""

    def __init__(self, store_all: Callable[[Sequence[Incoming]], list[int]]) -> None:
        """Store by a function that takes all of some messages or none."""
        self._store_all = store_all
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batch writer")
        self._waiting: list[_Waiting] = []
        self._has_more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Write from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Write no more; what is being written is not waited for."""
        if self._task is not None:
            self._task.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def write(self, message: Incoming) -> int:
        """Store a message, with others perhaps; return for how many recipients it is new.

        Raises:
            Exception: what the function raises that stores it.

        """
        waiting = _Waiting(message, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._has_more.set()
        return await waiting.done

    async def _run(self) -> None:
        while True:
            await self._has_more.wait()
            self._has_more.clear()
            while batch := self._next():
                await self._write(batch)

    def _next(self) -> list[_Waiting]:
        """Take the messages of the next transaction, without those that nobody waits for now."""
        self._waiting = [one for one in self._waiting if not one.done.done()]
        count = size = 0
        for one in self._waiting:
            size += len(one.message.recipients)
            if count and size > _MOST:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        messages = [one.message for one in batch]
        storing = asyncio.get_running_loop().run_in_executor(
            self._thread, self._store_all, messages
        )
        await asyncio.wait([storing])
        error = storing.exception()
        if error and len(batch) > 1:  # one may be at fault, which must not hold up the others
            for one in batch:
                await self._write([one])
        elif error:
            _settle(batch[0].done, error=error)
        else:
            for one, new in zip(batch, storing.result(), strict=True):
                _settle(one.done, new)


def _settle(done: asyncio.Future[int], new: int = 0, *, error: BaseException | None = None) -> None:
    if done.done():
        return  # nobody waits for it any more
    if error:
        done.set_exception(error)
    else:
        done.set_result(new)
