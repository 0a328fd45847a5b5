"""`digest serve`: the web door."""

from __future__ import annotations

from datetime import timedelta

import typer

from digest.cli import screen

#: Who has not confirmed by then is forgotten.
UNCONFIRMED = timedelta(days=7)


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml serve[/bold]")(serve)


def serve(ctx: typer.Context) -> None:
    """Open the web door: sign up, confirm, choose, leave, past editions, feeds and API."""
    import uvicorn

    from digest import app as wiring
    from digest import door, post
    from subscribers.book import Evidence
    from subscribers.web import create

    opened = screen.open_app(ctx)
    transport = opened.transport()

    def deliver() -> int:
        at = wiring.now()
        evidence = Evidence(at=at, door="never confirmed")
        opened.book.forget_unconfirmed(before=at - UNCONFIRMED, evidence=evidence)
        left = post.deliver_letters(
            opened.letters,
            opened.book,
            stationery=opened.stationery,
            transport=transport,
            clock=wiring.now,
        )
        transport.close()
        return left

    postman = post.Postman(deliver)
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
