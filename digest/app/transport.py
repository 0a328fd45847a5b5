"""The configured transport of messages: a folder, standard output, or a mail server."""

from __future__ import annotations

import logging
import re
import sys
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.app import certificates
from digest.app.config.secrets import mail_password
from digest.app.environment import network_variables
from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.smtp.rate_limit import RateLimiter
from digest.delivery.transports import Directory, Stream, Transport
from digest.errors import ConfigError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from digest.app.config import Config

log = logging.getLogger(__name__)

#: A domain of at least two labels.
_DOMAIN = r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+"
#: Top-level domains that are not in the public DNS (RFC 2606, RFC 6762, RFC 8375).
_PRIVATE = ("localhost", "localdomain", "local", "internal", "lan", "home", "arpa", "invalid")
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
                server_settings(config),
                tls=mail_certificates(),
                rate_limiter=RateLimiter(config.pace.model_dump()),
            )


def server_settings(config: Config) -> ServerSettings:
    """Return the settings of the mail server."""
    mail = config.mail
    return ServerSettings(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        username=mail.username,
        password=mail_password(config),
        ehlo_name=ehlo_name(config),
        timeout=mail.timeout,
        connections=mail.connections,
        rotate_after=mail.rotate_after,
    )


def mail_certificates() -> Callable[[], ssl.SSLContext]:
    """Return what reads the certificates that are trusted for the mail server."""
    return partial(certificates.for_mail, network_variables())


def is_here(config: Config) -> bool:
    """Whether the mail server is on this computer, as a test server or a relay."""
    return config.mail.host in _LOOPBACK


def example_names(config: Config) -> dict[str, str]:
    """Return the hosts that are still the example's, by the keys that hold them."""
    hosts = {
        "[mail] from_address": config.mail.from_address.rpartition("@")[2],
        "[web] url": urlsplit(config.web.url).hostname or "",
    }
    return {key: host for key, host in hosts.items() if is_example(host)}


def _refuse_example_names(config: Config) -> None:
    """Refuse to send links and addresses that lead nowhere.

    Raises:
        ConfigError: a name is the example's, and the mail server is not on this computer.

    """
    for key, host in example_names(config).items():
        if not is_here(config):
            raise ConfigError(f"{key} is still the example's ({host}); set it to your own")
        # On this computer it is probably a test server, but it may be a relay.
        log.warning("a setting is still the example's", extra={"key": key, "value": host})


def ehlo_name(config: Config) -> str:
    """Return the name that the mail server is told: the configured one, or one of our domains.

    It is empty if both are the example's or not known outside this network. Then it is the name of
    this machine, or the address that it connects from.
    """
    mail = config.mail
    if mail.ehlo_name:
        return mail.ehlo_name
    domains = (urlsplit(config.web.url).hostname or "", mail.from_address.rpartition("@")[2])
    return next((name for name in map(_public_name, domains) if name), "")


def _public_name(host: str) -> str:
    """Return a domain in lower case and in ASCII; nothing if only this network knows it."""
    try:
        name = host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    top = name.rpartition(".")[2]
    is_public = re.fullmatch(_DOMAIN, name) and top not in _PRIVATE and not top.isdigit()
    return name if is_public and not is_example(name) else ""


def is_example(host: str) -> bool:
    """Whether a host is the one of the example configuration."""
    return host == "example.org" or host.endswith(".example.org")
