"""The links in mails. They are signed, and whoever has a link may use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.mail.context import SubscriberLinks
from digest.models.delivery import MailKind
from subscribers import links

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

#: The links of each kind of transactional mail.
_PURPOSES = {
    MailKind.CONFIRM: (links.Purpose.CONFIRM, links.Purpose.MANAGE, links.Purpose.REFUSE),
    MailKind.KNOWN: (links.Purpose.MANAGE, links.Purpose.LEAVE),
    MailKind.PRIVACY: (links.Purpose.PRIVACY,),
}


@dataclass(frozen=True, kw_only=True)
class LinkBuilder:
    """Makes the links of one installation."""

    #: the keys that sign links, the one in use first
    secrets: Sequence[str]
    #: the web server's URL without a slash at its end; empty if there is none
    web_url: str
    #: the address that people answer
    reply_to: str

    def transactional_links(
        self, kind: MailKind, subscriber_id: int, at: datetime
    ) -> dict[str, str]:
        """Return the links of a transactional mail, by their names in its template."""
        return {
            f"{purpose}_url": self._link(purpose, subscriber_id, at) for purpose in _PURPOSES[kind]
        }

    def subscriber_links(self, subscriber_id: int, day: date, at: datetime) -> SubscriberLinks:
        """Return the links in a subscriber's mail of a day: to change it, stop it, or judge it.

        `at` is when the edition was stored that the mail is made from.
        """
        return SubscriberLinks(
            manage_url=self._link(links.Purpose.MANAGE, subscriber_id, at),
            leave_url=self._link(links.Purpose.LEAVE, subscriber_id, at),
            feedback_url=self._feedback_url(subscriber_id, day, at),
        )

    def _feedback_url(self, subscriber_id: int, day: date, at: datetime) -> str:
        """Return what the links of a mail's papers begin with; nobody reads letters about them."""
        if not self.web_url:
            return ""
        purpose = links.Purpose.FEEDBACK
        token = links.sign(purpose, subscriber_id, secrets=self.secrets, at=at, day=day)
        return f"{self.web_url}/{purpose}/{token}"

    def _link(self, purpose: links.Purpose, subscriber_id: int, at: datetime) -> str:
        """Return the address of a page; without a web server, of a letter to people.

        Only the letter for another choice has no token: whoever answers it must read it.
        """
        if not self.web_url and purpose is links.Purpose.MANAGE:
            return self._mailto("topics")
        token = links.sign(purpose, subscriber_id, secrets=self.secrets, at=at)
        if not self.web_url:
            return self._mailto(f"{purpose} {token}")
        return f"{self.web_url}/{purpose}/{token}"

    def _mailto(self, subject: str) -> str:
        return f"mailto:{self.reply_to}?subject={quote(subject)}"
