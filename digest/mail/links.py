"""Signposts: where the links in mails lead. Whoever holds a link may go through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.mail.context import SubscriberLinks
from digest.models.delivery import MailKind
from subscribers import links

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: The links that a letter has, by what they are for.
_OF_LETTERS = {
    MailKind.CONFIRM: (links.Purpose.CONFIRM, links.Purpose.MANAGE, links.Purpose.REFUSE),
    MailKind.KNOWN: (links.Purpose.MANAGE, links.Purpose.LEAVE),
    MailKind.PRIVACY: (links.Purpose.PRIVACY,),
}


@dataclass(frozen=True, kw_only=True)
class LinkBuilder:
    """The links of an installation."""

    #: the keys that sign them, the one in use first
    secrets: Sequence[str]
    #: the address of the web door, without a slash at its end; empty while there is none
    web_url: str
    #: where mail to people goes
    reply_to: str

    def transactional_links(self, kind: MailKind, subscriber: int, at: datetime) -> dict[str, str]:
        """Return the links of a letter, by their names in its template."""
        return {f"{p}_url": self._link(p, subscriber, at) for p in _OF_LETTERS[kind]}

    def subscriber_links(self, subscriber: int, at: datetime) -> SubscriberLinks:
        """Return where a reader goes to change or stop the mail; by mail while there is no site."""
        leave = links.sign(links.Purpose.LEAVE, subscriber, secrets=self.secrets, at=at)
        leave_mailto = f"{self._write_to('leave')}%20{leave}"
        if not self.web_url:
            return SubscriberLinks(
                manage_url=self._write_to("topics"),
                leave_url=leave_mailto,
                leave_mailto=leave_mailto,
            )
        return SubscriberLinks(
            manage_url=self._link(links.Purpose.MANAGE, subscriber, at),
            leave_url=self._web(links.Purpose.LEAVE, leave),
            leave_mailto=leave_mailto,
        )

    def _link(self, purpose: links.Purpose, subscriber: int, at: datetime) -> str:
        return self._web(purpose, links.sign(purpose, subscriber, secrets=self.secrets, at=at))

    def _web(self, purpose: links.Purpose, token: str) -> str:
        return f"{self.web_url}/{purpose}/{token}"

    def _write_to(self, subject: str) -> str:
        return f"mailto:{self.reply_to}?subject={quote(subject)}"
