"""The way mails leave, as it is configured: to a folder, standard output, or a mail server."""

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
    """Return the way mails leave.

    Raises:
        ConfigError: real mail would go out under the example's names.

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
                pace=RateLimiter(config.pace.model_dump()),
            )


def _refuse_example_names(config: Config) -> None:
    """Keep real readers from getting links and addresses that lead nowhere."""
    mail, web = config.mail, config.web
    for key, host in (
        ("[mail] from_address", mail.from_address.rpartition("@")[2]),
        ("[web] url", urlsplit(web.url).hostname or ""),
    ):
        if not is_example(host):
            continue
        if mail.host not in _LOOPBACK:
            raise ConfigError(f"{key} is still the example's ({host}); set it to your own")
        # A test server is likely here, but a relay to the world is possible.
        log.warning("a setting is still the example's", extra={"key": key, "value": host})


def is_example(host: str) -> bool:
    """Whether a host is still that of the example configuration."""
    return host == "example.org" or host.endswith(".example.org")
