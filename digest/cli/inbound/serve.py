"""`digest inbound serve`: takes mail from the mail server."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING

import typer

from digest.cli import output

if TYPE_CHECKING:
    from digest.app.inbound.lmtp import LMTPDoor

log = logging.getLogger(__name__)

#: Seconds for which a message may be handed over, and then handled, after a SIGTERM.
GRACE = 10


def register(commands: typer.Typer) -> None:
    """Add the command to the group."""
    commands.command(epilog="Example: [bold]digest inbound serve[/bold]")(serve)


def serve(ctx: typer.Context) -> None:
    """Take mail from the mail server by LMTP, and handle it, until the process is stopped."""
    import asyncio

    from digest.app import pipeline
    from digest.app.clock import now
    from digest.app.inbound.lmtp import open_lmtp
    from digest.delivery.transactional import BackgroundSender

    app = output.open_app(ctx)
    transport = app.transport()

    def handle() -> int:
        return pipeline.housekeeping(
            app, transport, clock=now, should_continue=handler.should_continue
        )

    handler = BackgroundSender(handle)
    door = open_lmtp(app, on_stored=handler.wake)
    output.reopen_log_on_hangup()
    output.print_note(f"taking mail at {door.where}")
    handler.start()
    try:
        asyncio.run(_serve(door))
    finally:
        handler.stop(timeout=GRACE)
        log.info("no more mail is taken", extra={"where": door.where})


async def _serve(door: LMTPDoor) -> None:
    """Take mail until SIGTERM or Ctrl-C."""
    import asyncio

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await door.start()
    await stopped.wait()
    await door.stop(grace=GRACE)
