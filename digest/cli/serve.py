"""`digest serve`: the web door."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer

from digest.cli import output

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml serve[/bold]")(serve)


def serve(ctx: typer.Context) -> None:
    """Open the web door: sign up, confirm, choose, leave, past editions, feeds and API."""
    import uvicorn

    from digest.app import services
    from digest.app import web as door
    from digest.delivery import transactional
    from subscribers.web import create

    opened = output.open_app(ctx)
    transport = opened.transport()

    def deliver() -> int:
        return door.housekeeping(
            opened, transport, clock=services.now, should_continue=postman.should_continue
        )

    postman = transactional.BackgroundSender(deliver)

    @asynccontextmanager
    async def with_postman(_site: object) -> AsyncIterator[None]:
        # Not around uvicorn.run: on SIGTERM that ends the process and does not come back.
        postman.start()
        yield
        postman.stop()

    house = door.web_services(opened, clock=services.now, wake=postman.wake)
    site = create(house, lifespan=with_postman)
    web = opened.config.web
    _check_free(web.host, web.port)
    host = f"[{web.host}]" if ":" in web.host else web.host
    output.print_note(f"opening http://{host}:{web.port}, links lead to {web.url or 'mail'}")
    uvicorn.run(
        site,
        host=web.host,
        port=web.port,
        proxy_headers=True,
        forwarded_allow_ips=list(web.trusted_proxies),
        server_header=False,
        log_level="warning",
        access_log=False,  # it would keep addresses and tokens
    )


def _check_free(host: str, port: int) -> None:
    """Say so in our words if nobody could listen there.

    Raises:
        ConfigError: the host is none of this machine's, or the port is taken.

    """
    import socket

    from digest.errors import ConfigError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        reason = f"cannot listen on {host}:{port}: {error.strerror}; check [web] host and port"
        raise ConfigError(reason) from error
