"""The links in mails, and the addresses to answer. They are signed; whoever has one may use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from digest.mail.command_address import NO_COMMANDS, CommandAddresses, CommandWord
from digest.mail.context import SubscriberLinks
from digest.models.delivery import MailKind
from subscribers import links, mail_tokens
from subscribers.mail_tokens import MailPurpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

#: The links of each kind of transactional mail.
_PURPOSES = {
    MailKind.CONFIRM: (links.Purpose.CONFIRM, links.Purpose.MANAGE, links.Purpose.REFUSE),
    MailKind.KNOWN: (links.Purpose.MANAGE, links.Purpose.LEAVE),
    MailKind.PRIVACY: (links.Purpose.PRIVACY,),
    MailKind.HELP: (links.Purpose.MANAGE, links.Purpose.LEAVE),
    MailKind.TOPICS: (links.Purpose.MANAGE,),
    MailKind.ASK: (),
    MailKind.DONE: (links.Purpose.MANAGE,),
}
#: What a letter does that goes to an address of commands, where there is no web server.
_BY_MAIL = {
    links.Purpose.CONFIRM: MailPurpose.CONFIRM,
    links.Purpose.LEAVE: MailPurpose.LEAVE,
    links.Purpose.MANAGE: MailPurpose.COMMANDS,
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
    #: the addresses that the program answers
    commands: CommandAddresses = NO_COMMANDS

    def command_address(self, purpose: MailPurpose, subscriber_id: int, at: datetime) -> str:
        """Return the address by which a subscriber does something; empty without such addresses."""
        if not self.commands:
            return ""
        token = mail_tokens.sign(purpose, subscriber_id, secrets=self.secrets, at=at)
        return self.commands.of(CommandWord(purpose), token)

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
            leave_address=self.command_address(MailPurpose.LEAVE, subscriber_id, at),
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
        """Return the address of a page; without a web server, of a letter.

        The letter is to an address of commands, if there is one for it, else to people. Only the
        letter to people for another choice has no token: whoever answers it must read it.
        """
        if not self.web_url:
            return self._letter(purpose, subscriber_id, at)
        token = links.sign(purpose, subscriber_id, secrets=self.secrets, at=at)
        return f"{self.web_url}/{purpose}/{token}"

    def _letter(self, purpose: links.Purpose, subscriber_id: int, at: datetime) -> str:
        word = "topics" if purpose is links.Purpose.MANAGE else str(purpose)
        if self.commands and purpose in _BY_MAIL:
            return mailto(self.command_address(_BY_MAIL[purpose], subscriber_id, at), word)
        if purpose is links.Purpose.MANAGE:
            return mailto(self.reply_to, word)
        token = links.sign(purpose, subscriber_id, secrets=self.secrets, at=at)
        return mailto(self.reply_to, f"{word} {token}")


def mailto(address: str, subject: str = "") -> str:
    """Return the link of a letter (RFC 6068); its address keeps a `+`, as all programs read it."""
    return f"mailto:{quote(address, safe='@+')}" + (f"?subject={quote(subject)}" if subject else "")
