"""`digest serve`: the web door."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer

from digest.cli import screen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml serve[/bold]")(serve)


def serve(ctx: typer.Context) -> None:
    """Open the web door: sign up, confirm, choose, leave, past editions, feeds and API."""
    import uvicorn

    from digest import app as wiring
    from digest import door, post
    from subscribers.web import create

    opened = screen.open_app(ctx)
    transport = opened.transport()

    postman = post.Postman(lambda: door.go_round(opened, transport, clock=wiring.now))

    @asynccontextmanager
    async def with_postman(_site: object) -> AsyncIterator[None]:
        # Not around uvicorn.run: on SIGTERM that ends the process and does not come back.
        postman.start()
        yield
        postman.stop()

    house = door.open_house(opened, clock=wiring.now, poke=postman.poke)
    site = create(house, lifespan=with_postman)
    web = opened.config.web
    screen.note(f"listening on http://{web.host}:{web.port}, links lead to {web.url}")
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
