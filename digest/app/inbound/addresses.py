"""The addresses at which mail for this installation comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.inbound.doors.addresses import OwnAddresses

if TYPE_CHECKING:
    from digest.app.config import Config


def own_addresses(config: Config) -> OwnAddresses:
    """Return the addresses of commands and bounces, and those that our mails come from.

    People answer those, and feedback loops report to postmaster and abuse at the same domains.
    """
    mail = config.mail
    return OwnAddresses(
        (
            config.inbound.address,
            mail.bounce_address,
            mail.from_address,
            mail.letters_from,
            mail.reply_to,
        )
    )
