"""SMTP clients for the tests of the wire."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings

if TYPE_CHECKING:
    from support.smtp_server import SMTPServer


def client(server: SMTPServer, *, timeout: float = 10, **settings: Any) -> SMTPTransport:
    defaults: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "timeout": timeout,
        "dot_timeout": timeout,
        "pause": 0,
    }
    return SMTPTransport(ServerSettings(**(defaults | settings)))


def hold_until_the_second_says(stage: str, server: SMTPServer) -> None:
    """Have the first connection answer its fourth mail only when the second is as far as this."""
    fourth, second = threading.Event(), threading.Event()
    server.when(".", on=1, nth=4, do=fourth.set)
    server.when(".", on=1, nth=4, do=lambda: second.wait(10) and server.wait(0.05))
    server.when("CONNECT", on=2, do=lambda: fourth.wait(10))
    server.when(stage, on=2, do=second.set)
