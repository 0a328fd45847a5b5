"""`digest inbound check`: whether mail comes in."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import output
from digest.cli.options import Json

if TYPE_CHECKING:
    from digest.app.inbound.check import Step


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

    `digest inbound serve`, or the pipe of the mail server, must be at work meanwhile.
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
        wait=time.sleep,
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


def _print(step: Step) -> None:
    output.print_result(f"{'ok   ' if step.is_good else 'fault'}  {step.text}")
    if step.remedy:
        output.print_result(f"       {step.remedy}")


def _shape(step: Step) -> dict[str, object]:
    return {"ok": step.is_good, "text": step.text, "remedy": step.remedy}
