"""`digest inbound check`: whether mail comes in."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Json

if TYPE_CHECKING:
    from digest.app.inbound.check import Step
    from digest.app.services import App


def register(commands: typer.Typer) -> None:
    """Add the command to the group."""
    commands.command(epilog="Example: [bold]digest inbound check[/bold]")(check)


def check(
    ctx: typer.Context,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=1, help="How long to wait for the mails."),
    ] = 60,
    *,
    json: Json = False,
) -> None:
    """Send mails to ourselves by the real way, and say what arrives and what is wrong.

    `digest inbound serve`, or the pipe of the mail server, must be at work meanwhile. Mailboxes are
    read by this command itself.
    """
    from digest.app.clock import now
    from digest.app.inbound.check import InboundCheck, check_settings
    from digest.app.transport import open_transport

    app = output.open_app(ctx)
    check_settings(app.config)
    transport = open_transport(app.config)
    ctx.call_on_close(transport.close)
    checking = InboundCheck(
        config=app.config,
        secrets=app.secrets,
        transport=transport,
        arrivals=app.arrivals,
        clock=now,
        wait=partial(_wait, app),
    )
    steps = []
    for step in checking.run(timedelta(seconds=timeout)):
        steps.append(step)
        if not json:
            _print(step)
    if json:
        output.print_json([_shape(step) for step in steps])
    if not all(step.is_good for step in steps):
        raise typer.Exit(1)


def _wait(app: App, seconds: float) -> None:
    """Wait, and then read the mailboxes, if there are any."""
    from digest.app.clock import now
    from digest.app.inbound.addresses import own_addresses
    from digest.app.inbound.mailboxes import mailboxes
    from digest.inbound.doors.poll import poll

    time.sleep(seconds)
    for opening in mailboxes(app).values():
        with opening as mailbox:
            poll(mailbox, store=app.arrivals, is_ours=own_addresses(app.config), clock=now)


def _print(step: Step) -> None:
    output.print_result(f"{'ok   ' if step.is_good else 'fault'}  {step.text}")
    if step.remedy:
        output.print_result(f"       {step.remedy}")


def _shape(step: Step) -> dict[str, object]:
    return {"ok": step.is_good, "text": step.text, "remedy": step.remedy}
