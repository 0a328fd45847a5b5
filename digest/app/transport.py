"""The configured transport of messages: a folder, standard output, or a mail server."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.smtp.rate_limit import RateLimiter
from digest.delivery.transports import Directory, Stream, Transport
from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.app.config import Config

log = logging.getLogger(__name__)

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def open_transport(config: Config) -> Transport:
    """Return a transport; a mail server is connected when the first message leaves.

    Raises:
        ConfigError: mail to a real server would carry the example's names.

    """
    mail = config.mail
    match mail.transport:
        case "directory":
            return Directory(config.path(mail.directory))
        case "stdout":
            return Stream(sys.stdout.buffer)
        case "smtp":
            _refuse_example_names(config)
            return SMTPTransport(
                ServerSettings(
                    host=mail.host,
                    port=mail.port,
                    security=mail.security,
                    username=mail.username,
                    password=mail.password.get_secret_value(),
                    timeout=mail.timeout,
                    connections=mail.connections,
                    rotate_after=mail.rotate_after,
                ),
                rate_limiter=RateLimiter(config.pace.model_dump()),
            )


def _refuse_example_names(config: Config) -> None:
    """Refuse to send links and addresses that lead nowhere.

    Raises:
        ConfigError: a name is the example's, and the mail server is not on this computer.

    """
    mail, web = config.mail, config.web
    for key, host in (
        ("[mail] from_address", mail.from_address.rpartition("@")[2]),
        ("[web] url", urlsplit(web.url).hostname or ""),
    ):
        if not is_example(host):
            continue
        if mail.host not in _LOOPBACK:
            raise ConfigError(f"{key} is still the example's ({host}); set it to your own")
        # On this computer it is probably a test server, but it may be a relay.
        log.warning("a setting is still the example's", extra={"key": key, "value": host})


def is_example(host: str) -> bool:
    """Whether a host is the one of the example configuration."""
    return host == "example.org" or host.endswith(".example.org")
