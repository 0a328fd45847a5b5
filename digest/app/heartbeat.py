"""A heartbeat: a request to a service that raises the alarm when none comes.

After a good run the address is asked, after one with trouble the address with `/fail` behind its
path. That is what healthchecks.io and its kin expect (https://healthchecks.io/docs/http_api/). The
address is a secret, since whoever knows it can keep the alarm quiet; so it is never logged.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import httpx

from digest.app import certificates
from digest.app.environment import network_variables
from digest.errors import SourceError
from digest.sources.http.exchange import user_agent
from digest.sources.http.pools import Pools

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

#: Seconds for connecting, and for each read.
TIMEOUT = 5.0


def beat(address: str, *, kinds: Sequence[str]) -> bool:
    """Tell the service how a run went, with the kinds of trouble if it had any.

    Return whether the service took it. A service that cannot be reached fails no run.
    """
    variables = network_variables()
    pools = Pools(
        headers={"User-Agent": user_agent("")},
        timeout=TIMEOUT,
        variables=variables,
        tls=partial(certificates.for_services, variables),
    )
    try:
        url = httpx.URL(address)
        if kinds:
            url = url.copy_with(path=f"{url.path.rstrip('/')}/fail")
        method, content = ("POST", ", ".join(kinds).encode()) if kinds else ("GET", None)
        response = pools.send(method, url, headers={}, content=content, extensions={})
        response.close()
    except (httpx.HTTPError, httpx.InvalidURL, SourceError) as error:
        # Its text may hold the address.
        log.warning("heartbeat not sent", extra={"error": type(error).__name__})
        return False
    finally:
        pools.close()
    if not response.is_success:
        log.warning("heartbeat not sent", extra={"error": f"HTTP {response.status_code}"})
    return response.is_success
