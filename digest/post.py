"""The post: takes letters from the queue, writes them out and hands them to the transport."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.delivery.transports import post
from digest.errors import DigestError, MailServerError, RenderError
from digest.models.delivery import Kind, Parcel, State
from digest.rendering import message
from digest.rendering.returns import return_address
from subscribers.addresses import for_envelope
from subscribers.errors import AddressError
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from digest.delivery.letters import Letters
    from digest.delivery.transports import Transport
    from digest.models.delivery import Letter
    from digest.rendering.templates import Templates
    from subscribers.book import Book
    from subscribers.models import Subscriber

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Stationery:
    """What it takes to write letters."""

    templates: Mapping[Kind, Templates]
    sender: message.Sender
    postal_address: str
    bounce_address: str
    secret: str
    #: returns the addresses a letter of a kind leads to, by name, signed for this time
    links: Callable[[Kind, int, datetime], Mapping[str, str]]
    #: returns the names of topics
    names: Callable[[tuple[str, ...]], list[str]]
    signer: message.Signs | None = None


def write(letter: Letter, reader: Subscriber, *, stationery: Stationery, now: datetime) -> Parcel:
    """Write a letter out. Nothing a visitor typed is in it but the address it goes to.

    Its links work for as long as it says from `now`, however long the letter had to wait.

    Raises:
        RenderError, AddressError: it cannot be made.

    """
    at = letter.made_at
    rendered = stationery.templates[letter.kind].render(
        {
            "site": stationery.sender.name,
            "postal_address": stationery.postal_address,
            "topics": ", ".join(stationery.names(reader.topics)),
            **stationery.links(letter.kind, reader.id, now),
        }
    )
    recipient = for_envelope(reader.address)
    identifier = message.message_id(
        at.date(),
        reader.id,
        secret=stationery.secret,
        domain=stationery.sender.domain,
        kind=f"{letter.kind}{letter.id}",
    )
    content = message.build_letter(
        rendered,
        sender=stationery.sender,
        to=recipient,
        identifier=identifier,
        at=at,
        signer=stationery.signer,
    )
    return Parcel(
        day=at.date(),
        sender=return_address(
            stationery.bounce_address, at.date(), reader.id, secret=stationery.secret
        ),
        recipient=recipient,
        content=content,
        kind=str(letter.kind),
        envid=message.envelope_id(identifier),
    )


def deliver_letters(
    letters: Letters,
    book: Book,
    *,
    stationery: Stationery,
    transport: Transport,
    clock: Callable[[], datetime],
    going: Callable[[], bool] = lambda: True,
) -> int:
    """Send every letter that is due, return how many left; a failing server keeps the rest.

    `going` is asked before each letter, to end in between.
    """
    left = 0
    while going() and (letter := letters.take(now=clock())):
        reader = book.get(letter.subscriber_id)
        if reader is None or reader.status is Status.SUPPRESSED:
            letters.failed(letter, "the reader must not be written to")
            continue
        if letter.kind is Kind.CONFIRM and reader.status is not Status.PENDING:
            letters.failed(letter, f"there is nothing to confirm: the reader is {reader.status}")
            continue
        try:
            parcel = write(letter, reader, stationery=stationery, now=clock())
            answer = post(transport, parcel)
        except (RenderError, AddressError) as error:
            _settle(letters, letter, State.FAILED, str(error), now=clock())
        except MailServerError as error:
            _settle(letters, letter, State.DEFERRED, str(error), now=clock())
            break
        else:
            _settle(letters, letter, answer.state, answer.reason or "", now=clock())
            left += answer.state is State.SENT
    return left


def _settle(letters: Letters, letter: Letter, state: State, reason: str, *, now: datetime) -> None:
    """Write down how a letter ended. One that may not have arrived is sent again."""
    if state is State.SENT:
        letters.sent(letter)
        log.info("letter sent", extra=_fields(letter))
    elif state is State.FAILED:
        letters.failed(letter, reason)
        log.warning("letter failed", extra={**_fields(letter), "reason": reason})
    else:
        letters.deferred(letter, reason, now=now)
        log.warning("letter deferred", extra={**_fields(letter), "reason": reason})


def _fields(letter: Letter) -> dict[str, object]:
    return {"letter": letter.id, "kind": str(letter.kind), "subscriber": letter.subscriber_id}


class Postman:
    """Sends letters in the background: at once when poked, else every `pause` seconds."""

    def __init__(self, deliver: Callable[[], int], *, pause: float = 60.0) -> None:
        """Call `deliver` from a thread of its own; its errors are logged and it goes on."""
        self._deliver = deliver
        self._pause = pause
        self._poked = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="postman", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def going(self) -> bool:
        """Whether it has not been told to stop."""
        return not self._stopped.is_set()

    def poke(self) -> None:
        """Say that a letter is waiting."""
        self._poked.set()

    def stop(self) -> None:
        """Finish the letter in hand and end."""
        self._stopped.set()
        self._poked.set()
        self._thread.join()

    def _walk(self) -> None:
        while self.going():
            self._poked.clear()
            try:
                self._deliver()
            except DigestError as error:
                log.error("letters not sent", extra={"error": str(error)})  # noqa: TRY400
            self._poked.wait(self._pause)
