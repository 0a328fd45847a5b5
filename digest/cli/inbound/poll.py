"""`digest inbound poll`: reads mailboxes."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.app.services import App

log = logging.getLogger(__name__)

#: Seconds after which a pause notices that the process is to end.
_NOTICE = 0.5


def register(commands: typer.Typer) -> None:
    """Add the command to the group."""
    commands.command(epilog="Example: [bold]digest inbound poll --every 2[/bold]")(poll)


def poll(
    ctx: typer.Context,
    every: Annotated[
        float | None,
        typer.Option(
            "--every", metavar="MINUTES", min=0.01, help="Go on, with so many minutes in between."
        ),
    ] = None,
) -> None:
    """Read the maildir and the IMAP mailbox of the configuration, and handle what waits."""
    app = output.open_app(ctx)
    output.reopen_log_on_hangup()
    with output.stoppable() as should_continue:
        is_done = _poll(app, should_continue)
        while every is not None and _pause(every * 60, should_continue):
            _poll(app, should_continue)
    if every is None and not is_done:
        raise typer.Exit(1)


def _pause(seconds: float, should_continue: Callable[[], bool]) -> bool:
    """Wait, and return whether to go on."""
    end = time.monotonic() + seconds
    while should_continue() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _NOTICE))
    return should_continue()


def _poll(app: App, should_continue: Callable[[], bool]) -> bool:
    """Read each mailbox and handle what waits; return whether all of that was possible.

    What fails holds up nothing else, and is tried again by the next poll.
    """
    from digest.app import pipeline
    from digest.app.clock import now
    from digest.app.inbound.addresses import own_addresses
    from digest.app.inbound.mailboxes import mailboxes
    from digest.inbound.doors.poll import poll as read_mailbox

    is_done = True
    for name, opening in mailboxes(app).items():
        try:
            with opening as mailbox:
                polled = read_mailbox(
                    mailbox,
                    store=app.arrivals,
                    is_ours=own_addresses(app.config),
                    clock=now,
                    should_continue=should_continue,
                )
        except DigestError as error:
            log.error("mailbox not read", extra={"reason": str(error)})  # noqa: TRY400 (no traceback)
            output.print_error(f"error: {error}")
            is_done = False
        else:
            output.print_note(f"{name}: {polled.read} read, {polled.new} new")
    try:
        pipeline.housekeeping(app, app.transport(), clock=now, should_continue=should_continue)
    except DigestError as error:
        log.error("arrivals not handled", extra={"reason": str(error)})  # noqa: TRY400 (no traceback)
        output.print_error(f"error: {error}")
        is_done = False
    return is_done
