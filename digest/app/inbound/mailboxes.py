"""The mailboxes that an installation reads."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from digest.app import certificates
from digest.app.environment import network_variables
from digest.errors import ConfigError
from digest.inbound.doors.imap import Account, ImapMailbox
from digest.inbound.doors.maildir import Maildir
from digest.storage.arrivals import LONGEST

if TYPE_CHECKING:
    from digest.app.services import App
    from digest.inbound.doors.mailbox import Mailbox


def mailboxes(app: App) -> dict[str, AbstractContextManager[Mailbox]]:
    """Return the mailboxes of the configuration by their names; each is opened by its `with`.

    Raises:
        ConfigError: a server has no user.

    """
    inbound = app.config.inbound
    found: dict[str, AbstractContextManager[Mailbox]] = {}
    if inbound.maildir:
        folder = app.config.path(inbound.maildir)
        maildir = Maildir(folder, after=inbound.after, state=app.mailboxes, kept=LONGEST)
        found[str(folder)] = nullcontext(maildir)
    if inbound.imap_host:
        if not inbound.imap_username:
            raise ConfigError(
                f"[inbound] imap_username is empty; whose mailbox at {inbound.imap_host}?"
            )
        account = Account(
            host=inbound.imap_host,
            port=inbound.imap_port,
            security=inbound.imap_security,
            username=inbound.imap_username,
            password=inbound.imap_password.get_secret_value(),
            folder=inbound.imap_folder,
            tls=partial(certificates.for_mail, network_variables()),
        )
        found[f"{account.folder} at {account.host}"] = ImapMailbox(
            account, after=inbound.after, state=app.mailboxes, kept=LONGEST
        )
    return found
