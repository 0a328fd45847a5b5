"""The HTTP client of all sources, as the configuration and the environment have it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from digest.app import certificates, transport
from digest.app.clock import now
from digest.app.environment import network_variables

if TYPE_CHECKING:
    from digest.app.config import Config
    from digest.sources.http.client import HTTPClient

log = logging.getLogger(__name__)


def open_client(config: Config) -> HTTPClient:
    """Return a client that names a contact and keeps to the rate limits; close it after use."""
    # Imported here, since many commands ask no service.
    from digest.sources.http.client import HTTPClient
    from digest.sources.http.exchange import user_agent

    fetch, mail = config.fetch, config.mail
    contact = fetch.contact or mail.reply_to or mail.from_address
    if transport.is_example(contact.rpartition("@")[2]):
        contact = ""
        log.warning("no contact", extra={"key": "[fetch] contact"})
    variables = network_variables()
    return HTTPClient(
        config.path(fetch.directory),
        user_agent=user_agent(contact),
        timeout=fetch.timeout,
        clock=now,
        variables=variables,
        tls=partial(certificates.for_services, variables),
    )
