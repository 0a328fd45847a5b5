"""`digest serve`: the web server."""

from __future__ import annotations

import signal
import threading
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: Seconds for which requests, and then the mail that is being sent, may go on after a SIGTERM.
GRACE = 10


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(epilog="Example: [bold]digest -c /etc/digest/config.toml serve[/bold]")(serve)


def serve(
    ctx: typer.Context,
    uds: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Listen on this Unix socket and on no port."),
    ] = None,
    *,
    with_inbound: Annotated[
        bool,
        typer.Option("--with-inbound", help="Also take mail from the mail server by LMTP."),
    ] = False,
    with_schedule: Annotated[
        bool,
        typer.Option("--with-schedule", help="Also do what the daemon does; instead of it."),
    ] = False,
) -> None:
    """Run the web server: sign up, confirm, choose, leave, past editions, feeds and API."""
    import asyncio

    import uvicorn

    from digest.app import listener, pipeline, web
    from digest.app.clock import now
    from digest.app.connections import UNIX_PEER, Connections, GuardedProtocol, Limits, report
    from digest.app.inbound.lmtp import open_lmtp
    from digest.delivery.process import SHUTDOWN_TIMEOUT
    from digest.delivery.transactional import BackgroundSender
    from subscribers.web import create

    app = output.open_app(ctx, ranks=with_schedule)
    transport = app.transport()
    stopped = threading.Event()
    schedule = None
    if with_schedule:
        # Imported here, since most sites leave it to cron or the daemon.
        from digest.app.scheduler import open_scheduler
        from digest.cli.run import announce, scheduled_jobs

        jobs = scheduled_jobs(ctx, app.config, should_continue=lambda: not stopped.is_set())
        announce(jobs)
        schedule = open_scheduler(jobs)

    def send_transactional_mail() -> int:
        return pipeline.housekeeping(
            app, transport, clock=now, should_continue=sender.should_continue
        )

    sender = BackgroundSender(send_transactional_mail)

    door = open_lmtp(app, on_stored=sender.wake) if with_inbound else None
    settings = app.config.web
    path = uds or (app.config.path(settings.socket) if settings.socket else None)
    unix = listener.listen_unix(path, int(settings.socket_mode, 8)) if path else None
    sockets = [unix.socket] if unix else listener.listen(settings.host, settings.port)

    @asynccontextmanager
    async def lifespan(_site: object) -> AsyncIterator[None]:
        # Not around the server's run: on SIGTERM that ends the process and does not come back.
        asyncio.get_running_loop().set_exception_handler(report)
        sender.start()
        if schedule:
            schedule.start()
        if door:
            await door.start()
        yield
        stopped.set()
        if schedule:
            signal.alarm(SHUTDOWN_TIMEOUT)  # as for a run: some servers never answer
        if unix:
            unix.remove()
        if door:
            await door.stop(grace=GRACE)
        sender.stop(timeout=GRACE)
        if schedule:
            # A run gives back what it has not begun; what it has in hand it finishes.
            await asyncio.to_thread(schedule.shutdown)
            signal.alarm(0)

    services = web.web_services(app, clock=now, wake=sender.wake, sends=with_schedule)
    limits = Limits(connections=listener.room_for(Limits.connections))
    connections = Connections(limits, trusted_proxies=settings.trusted_proxies)
    server = uvicorn.Server(
        uvicorn.Config(
            create(services, lifespan=lifespan),
            http=partial(GuardedProtocol, connections=connections),  # type: ignore[arg-type]
            ws="none",
            backlog=listener.BACKLOG,
            proxy_headers=True,
            forwarded_allow_ips=[*settings.trusted_proxies, UNIX_PEER],
            server_header=False,
            log_config=None,  # ours
            workers=1,  # else uvicorn takes the number of WEB_CONCURRENCY, and refuses to begin
            access_log=False,  # it would keep addresses and tokens
            timeout_keep_alive=int(limits.idle),
            timeout_graceful_shutdown=GRACE,
        )
    )
    output.reopen_log_on_hangup()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    where = str(path) if path else f"http://{host}:{settings.port}"
    output.print_note(f"opening {where}, links lead to {settings.url or 'mail'}")
    with suppress(KeyboardInterrupt):  # Ctrl-C, after the requests have ended
        server.run(sockets=sockets)
