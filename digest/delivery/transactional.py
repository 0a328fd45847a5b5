"""The post: takes letters from the queue, writes them out and hands them to the transport."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from digest.delivery.transports import send_one
from digest.errors import DigestError, MailServerError, RenderError
from digest.mail.transactional import TransactionalSettings, render
from digest.models.delivery import DeliveryState, MailKind
from subscribers.errors import AddressError
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.delivery.transports import Transport
    from digest.models.delivery import TransactionalMail
    from digest.storage.transactional import TransactionalQueue
    from subscribers.book import Book

log = logging.getLogger(__name__)


def send_due(
    letters: TransactionalQueue,
    book: Book,
    *,
    stationery: TransactionalSettings,
    transport: Transport,
    clock: Callable[[], datetime],
    going: Callable[[], bool] = lambda: True,
) -> int:
    """Send every letter that is due, return how many left; a failing server keeps the rest.

    `going` is asked before each letter, to end in between.
    """
    left = 0
    while going() and (letter := letters.claim(now=clock())):
        reader = book.get(letter.subscriber_id)
        if reader is None or reader.status is Status.SUPPRESSED:
            letters.mark_failed(letter, "the reader must not be written to")
            continue
        if letter.kind is MailKind.CONFIRM and reader.status is not Status.PENDING:
            letters.mark_failed(
                letter, f"there is nothing to confirm: the reader is {reader.status}"
            )
            continue
        try:
            parcel = render(letter, reader, settings=stationery, now=clock())
            answer = send_one(transport, parcel)
        except (RenderError, AddressError) as error:
            _settle(letters, letter, DeliveryState.FAILED, str(error), now=clock())
        except MailServerError as error:
            _settle(letters, letter, DeliveryState.DEFERRED, str(error), now=clock())
            break
        else:
            _settle(letters, letter, answer.state, answer.reason or "", now=clock())
            left += answer.state is DeliveryState.SENT
    return left


def _settle(
    letters: TransactionalQueue,
    letter: TransactionalMail,
    state: DeliveryState,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Write down how a letter ended. One that may not have arrived is sent again."""
    if state is DeliveryState.SENT:
        letters.mark_sent(letter)
        log.info("letter sent", extra=_fields(letter))
    elif state is DeliveryState.FAILED:
        letters.mark_failed(letter, reason)
        log.warning("letter failed", extra={**_fields(letter), "reason": reason})
    else:
        letters.mark_deferred(letter, reason, now=now)
        log.warning("letter deferred", extra={**_fields(letter), "reason": reason})


def _fields(letter: TransactionalMail) -> dict[str, object]:
    return {"letter": letter.id, "kind": str(letter.kind), "subscriber": letter.subscriber_id}


class BackgroundSender:
    """Sends letters in the background: at once when poked, else every `pause` seconds."""

    def __init__(self, deliver: Callable[[], int], *, pause: float = 60.0) -> None:
        """Call `deliver` from a thread of its own; its errors are logged and it goes on."""
        self._deliver = deliver
        self._pause = pause
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def should_continue(self) -> bool:
        """Whether it has not been told to stop."""
        return not self._stopped.is_set()

    def wake(self) -> None:
        """Say that a letter is waiting."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the letter in hand and end."""
        self._stopped.set()
        self._woken.set()
        self._thread.join()

    def _run(self) -> None:
        while self.should_continue():
            self._woken.clear()
            try:
                self._deliver()
            except DigestError as error:
                log.error("letters not sent", extra={"error": str(error)})  # noqa: TRY400
            self._woken.wait(self._pause)
