"""Transactional mail: send what is due in the queue, from a command or a background thread."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from digest.delivery.smtp.refusals import Cause, read_refusal
from digest.delivery.transports import send_one
from digest.errors import DigestError, MailServerError, RenderError
from digest.mail.transactional import TransactionalSettings, render
from digest.models.delivery import DeliveryState, MailKind, TransactionalMail
from subscribers.errors import AddressError
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.delivery.transports import Transport
    from digest.models.delivery import Outcome, OutgoingMessage
    from digest.storage.transactional import TransactionalQueue
    from subscribers.book import Book
    from subscribers.models import Subscriber

log = logging.getLogger(__name__)


def send_due(
    queue: TransactionalQueue,
    book: Book,
    *,
    settings: TransactionalSettings,
    transport: Transport,
    clock: Callable[[], datetime],
    should_continue: Callable[[], bool] = lambda: True,
) -> int:
    """Send every mail that is due and return how many were sent.

    `should_continue` is called before each mail. When the mail server cannot be used, the rest
    stays in the queue. A refusal for good counts once the server has accepted another mail: the
    server of a wrong host refuses everybody.
    """
    sent, doubtful = 0, list[tuple[TransactionalMail, str]]()
    while should_continue() and (mail := queue.claim(now=clock())):
        subscriber = None if mail.subscriber_id is None else book.get(mail.subscriber_id)
        if why_not := _why_not(mail, subscriber):
            queue.mark_failed(mail, why_not)
            continue
        try:
            message = render(mail, subscriber, settings=settings, now=clock())
            outcome = send_one(transport, message)
        except (RenderError, AddressError) as error:
            _record(queue, mail, DeliveryState.FAILED, str(error), now=clock())
        except MailServerError as error:
            _record(queue, mail, DeliveryState.DEFERRED, str(error), now=clock())
            break
        else:
            state, reason = outcome.state, outcome.reason or ""
            if state is DeliveryState.FAILED and not (sent or queue.has_sent_since(mail.made_at)):
                state = DeliveryState.DEFERRED
                doubtful.append((mail, reason))
            _record(queue, mail, state, reason, now=clock())
            sent += outcome.state is DeliveryState.SENT
            if _blames_sender(outcome, message):
                break  # the others would be refused as well
    for mail, reason in doubtful if sent else ():
        _record(queue, mail, DeliveryState.FAILED, reason, now=clock())
    return sent


def _why_not(mail: TransactionalMail, subscriber: Subscriber | None) -> str | None:
    """Return why a mail is not sent any more; whether strangers get an answer is known before."""
    if mail.subscriber_id is None:
        return None
    if subscriber is None or subscriber.status is Status.SUPPRESSED:
        return "the reader must not be written to"
    if mail.kind is MailKind.CONFIRM and subscriber.status is not Status.PENDING:
        return f"there is nothing to confirm: the reader is {subscriber.status}"
    if mail.kind is MailKind.KNOWN and subscriber.status is Status.LEFT:
        return "the reader has left"
    return None


def _blames_sender(outcome: Outcome, message: OutgoingMessage) -> bool:
    if outcome.state is not DeliveryState.DEFERRED or not outcome.stage:
        return False
    refusal = read_refusal(outcome, recipient=message.recipient, senders=(message.sender,))
    return refusal.cause is Cause.SENDER


def _record(
    queue: TransactionalQueue,
    mail: TransactionalMail,
    state: DeliveryState,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Record the outcome of a mail; one that may not have arrived is sent again."""
    extra = {"letter": mail.id, "kind": str(mail.kind), "subscriber": mail.subscriber_id}
    if state is DeliveryState.SENT:
        queue.mark_sent(mail)
        log.info("letter sent", extra=extra)
    elif state is DeliveryState.FAILED:
        queue.mark_failed(mail, reason)
        log.warning("letter failed", extra={**extra, "reason": reason})
    else:
        queue.mark_deferred(mail, reason, now=now)
        log.warning("letter deferred", extra={**extra, "reason": reason})


class BackgroundSender:
    """A thread that sends transactional mail: at once after `wake`, else every `pause` seconds."""

    def __init__(self, deliver: Callable[[], int], *, pause: float = 60.0) -> None:
        """Call `deliver` from the thread; a `DigestError` is logged and does not end the thread."""
        self._deliver = deliver
        self._pause = pause
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="transactional mail", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def should_continue(self) -> bool:
        """Whether `stop` has not been called yet."""
        return not self._stopped.is_set()

    def wake(self) -> None:
        """Have the queue read at once, because a mail was added."""
        self._woken.set()

    def stop(self, *, timeout: float | None = None) -> None:
        """Finish the current mail and end the thread.

        After `timeout` seconds the mail is waited for no longer. It stays in the queue, and is sent
        again if it had not left.
        """
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while self.should_continue():
            self._woken.clear()
            try:
                self._deliver()
            except DigestError as error:
                log.error("letters not sent", extra={"error": str(error)})  # noqa: TRY400
            self._woken.wait(self._pause)
