"""Where the mail server hands mail over by LMTP, for one installation."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app import listener
from digest.app.clock import now
from digest.app.inbound.addresses import own_addresses
from digest.errors import ConfigError
from digest.inbound.doors.lmtp import Limits, LMTPServer
from digest.storage.arrivals import LONGEST

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from digest.app.services import App

_SETTING = "[inbound] lmtp"


@dataclass(frozen=True, kw_only=True)
class LMTPDoor:
    """Sockets that are open, and the server that takes mail from them once it is started."""

    where: str
    _server: LMTPServer
    _sockets: list[socket.socket]
    _unix: listener.UnixListener | None

    async def start(self) -> None:
        """Take mail from now on, in the event loop that runs."""
        await self._server.start(self._sockets)

    async def stop(self, *, grace: float) -> None:
        """Take no more mail; what is being handed over may take `grace` seconds."""
        if self._unix:
            self._unix.remove()
        await self._server.stop(grace=grace)


def open_lmtp(app: App, *, on_stored: Callable[[], None]) -> LMTPDoor:
    """Listen where `[inbound] lmtp` says; `on_stored` is called after each message.

    Raises:
        ConfigError: it says nothing, cannot be listened at, or can be reached by other machines.

    """
    inbound, mail = app.config.inbound, app.config.mail
    if not inbound.lmtp:
        raise ConfigError(
            f"{_SETTING} is empty; set it to the path of a socket, or to 127.0.0.1 and a port"
        )
    unix = None
    if address := address_of(inbound.lmtp):
        host, port = address
        if not _is_here(host):
            raise ConfigError(
                f"{_SETTING}: {host} is no address of this machine alone, and whoever connects is"
                " believed; use 127.0.0.1"
            )
        sockets = listener.listen(host, port, setting=_SETTING)
    else:
        path = app.config.path(inbound.lmtp)
        unix = listener.listen_unix(path, int(inbound.socket_mode, 8), setting=_SETTING)
        sockets = [unix.socket]
    server = LMTPServer(
        app.arrivals,
        is_ours=own_addresses(app.config),
        clock=now,
        on_stored=on_stored,
        limits=Limits(largest=inbound.largest, kept=LONGEST),
        hostname=mail.ehlo_name or mail.from_address.rpartition("@")[2],
    )
    return LMTPDoor(where=inbound.lmtp, _server=server, _sockets=sockets, _unix=unix)


def address_of(place: str) -> tuple[str, int] | None:
    """Return the host and the port that a place names, or None for the path of a socket."""
    host, _, port = place.rpartition(":")
    if "/" in place or not (port.isascii() and port.isdigit()):
        return None
    if not 0 < int(port) < 1 << 16:
        raise ConfigError(f"{_SETTING}: {port} is no port")
    return host.strip("[]"), int(port)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
