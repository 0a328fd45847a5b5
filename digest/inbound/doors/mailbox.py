"""What a mailbox is to those who poll it: messages that may be new, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.storage.mailboxes import Position

#: What becomes of a message once it is stored.
After = Literal["keep", "delete"]


class InMailbox(NamedTuple):
    """A message in a mailbox."""

    #: names it in its mailbox
    key: str
    content: bytes


class Mailbox(Protocol):
    """A mailbox that is open.

    A message may come again although it was stored; storing it once more does no harm.
    """

    @property
    def channel(self) -> str:
        """Whether it is a maildir or imap."""
        ...

    def batches(self) -> Iterator[Sequence[InMailbox]]:
        """Read the messages that may be new, some at a time, the oldest first.

        Raises:
            MailboxError: it cannot be read any further now.

        """
        ...

    def done(self, batch: Sequence[InMailbox]) -> None:
        """Delete messages that are stored, or remember how far the mailbox was read.

        Raises:
            MailboxError: that cannot be done now.

        """
        ...


class MailboxState(Protocol):
    """Remembers how far mailboxes were read; `digest.storage.mailboxes.Mailboxes` does."""

    def get(self, name: str) -> Position | None:
        """Return how far a mailbox was read; None if it never was."""
        ...

    def set(self, name: str, position: Position) -> None:
        """Remember how far a mailbox was read."""
        ...
