"""The addresses that our mails come from, as far as this machine can know them."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from digest.app.transport import is_here

if TYPE_CHECKING:
    from digest.app.doctor.installation import Installation

#: Addresses for documentation (RFC 5737, RFC 3849): a socket that is connected there sends nothing.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Addresses that mails come from."""

    #: whether they are this machine's, whose mail server sends to the readers' servers itself
    is_here: bool
    addresses: tuple[str, ...]


def outgoing(installation: Installation) -> Outgoing:
    """Return the public addresses of this machine, or those of the mail server that relays.

    A relay may send from others than those at which it takes mail.

    Raises:
        DNSError: the relay's address is not known, since the DNS did not answer.

    """
    config = installation.config
    if is_here(config):
        return Outgoing(is_here=True, addresses=own_addresses())
    host = config.mail.host
    found = [host] if _is_address(host) else installation.resolver.addresses(host)
    return Outgoing(is_here=False, addresses=tuple(found))


def own_addresses() -> tuple[str, ...]:
    """Return the public addresses that this machine uses towards others; none behind a router."""
    found = []
    for family, elsewhere in _ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as client:
            client.connect((elsewhere, 9))
            found.append(str(client.getsockname()[0]).partition("%")[0])
    return tuple(one for one in found if ip_address(one).is_global)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
