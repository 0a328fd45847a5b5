"""`digest serve`: the web server."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer

from digest.cli import output

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: Seconds for which requests, and then the mail that is being sent, may go on after a SIGTERM.
GRACE = 10


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml serve[/bold]")(serve)


def serve(ctx: typer.Context) -> None:
    """Run the web server: sign up, confirm, choose, leave, past editions, feeds and API."""
    import uvicorn

    from digest.app import pipeline, web
    from digest.app.clock import now
    from digest.delivery.transactional import BackgroundSender
    from subscribers.web import create

    app = output.open_app(ctx)
    transport = app.transport()

    def send_transactional_mail() -> int:
        return pipeline.housekeeping(
            app, transport, clock=now, should_continue=sender.should_continue
        )

    sender = BackgroundSender(send_transactional_mail)

    @asynccontextmanager
    async def lifespan(_site: object) -> AsyncIterator[None]:
        # Not around uvicorn.run: on SIGTERM that ends the process and does not come back.
        sender.start()
        yield
        sender.stop(timeout=GRACE)

    services = web.web_services(app, clock=now, wake=sender.wake)
    site = create(services, lifespan=lifespan)
    settings = app.config.web
    _check_free(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    output.reopen_log_on_hangup()
    output.print_note(
        f"opening http://{host}:{settings.port}, links lead to {settings.url or 'mail'}"
    )
    uvicorn.run(
        site,
        host=settings.host,
        port=settings.port,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        log_config=None,  # ours
        workers=1,  # else uvicorn takes the number of WEB_CONCURRENCY, and refuses to begin
        access_log=False,  # it would keep addresses and tokens
        timeout_graceful_shutdown=GRACE,
    )


def _check_free(host: str, port: int) -> None:
    """Try to listen at an address, so that a failure is reported in our words.

    Raises:
        ConfigError: the host is not this computer's, or the port is taken.

    """
    import socket

    from digest.errors import ConfigError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except UnicodeError as error:  # from the encoding of names in the DNS
        raise ConfigError(f"{host} cannot be the name of a host; check [web] host") from error
    except OSError as error:
        reason = f"cannot listen on {host}:{port}: {error.strerror}; check [web] host and port"
        raise ConfigError(reason) from error
