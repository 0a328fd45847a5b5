"""What the checks look at: the configuration, the database, and ways to ask others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from digest.app import certificates
from digest.app.doctor.resolver import Resolver
from digest.app.environment import network_variables
from digest.sources.http.exchange import user_agent
from digest.sources.http.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digest.app.config import Config
    from digest.app.services import App

#: Seconds that a server has for an answer, if the configuration does not give it fewer.
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One installation, as the checks see it."""

    config: Config
    #: None if its database cannot be used: it is missing, damaged or of another version
    app: App | None
    now: datetime
    clock: Callable[[], datetime]
    resolver: Resolver
    reach: Reach


def look_at(config: Config, app: App | None, *, clock: Callable[[], datetime]) -> Installation:
    """Return what the checks look at; nobody is asked yet."""
    variables = network_variables()
    return Installation(
        config=config,
        app=app,
        now=clock(),
        clock=clock,
        resolver=Resolver(config.dns.servers),
        reach=Reach(
            user_agent=user_agent(config.fetch.contact),
            timeout=min(config.fetch.timeout, PATIENCE),
            variables=variables,
            tls=partial(certificates.for_services, variables),
        ),
    )
