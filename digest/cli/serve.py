"""`digest serve`: the web door."""

from __future__ import annotations

import typer

from digest.cli import screen


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
    site = create(door.open_house(opened, clock=wiring.now, poke=postman.poke))
    web = opened.config.web
    screen.note(f"listening on http://{web.host}:{web.port}, links lead to {web.url}")
    postman.start()
    try:
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
    finally:
        postman.stop()
