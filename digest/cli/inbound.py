"""`digest inbound`: mail that comes in."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli import arrivals, explain, inbound_check, inbound_poll, inbound_serve
from digest.cli.options import Json

commands = typer.Typer(
    help="Mail that comes in: bounces, complaints, and what readers write.",
    no_args_is_help=True,
    epilog="Example: [bold]digest inbound explain bounce.eml[/bold]",
)


@commands.command(
    "explain", epilog="Example: [bold]digest inbound explain bounce.eml --json[/bold]"
)
def explain_files(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Messages; standard input without any, or for -."),
    ] = None,
    sender: Annotated[
        str | None,
        typer.Option(
            "--sender", metavar="EMAIL", help="The envelope's sender; '' for the null sender."
        ),
    ] = None,
    recipient: Annotated[
        str, typer.Option("--recipient", metavar="EMAIL", help="The envelope's recipient.")
    ] = "",
    *,
    json: Json = False,
) -> None:
    """Say what messages are, and why: a bounce of whom, a complaint, a command. Nothing is kept.

    Without the envelope's addresses, those that the head of a message tells are taken.
    """
    explain.explain(ctx.obj, files or ["-"], sender=sender, recipient=recipient, json=json)


arrivals.register(commands)
commands.command(epilog="Example: [bold]digest inbound check[/bold]")(inbound_check.check)
commands.command(epilog="Example: [bold]digest inbound serve[/bold]")(inbound_serve.serve)
commands.command(epilog="Example: [bold]digest inbound poll --every 2[/bold]")(inbound_poll.poll)
