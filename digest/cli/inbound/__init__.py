"""`digest inbound`: mail that comes in."""

from __future__ import annotations

import typer

from digest.cli.inbound import check, explain, messages, poll, serve

commands = typer.Typer(
    help="Mail that comes in: bounces, complaints, and what readers write.\n\nWithout a command, a"
    " message on standard input is stored, as mail servers hand it over by a pipe: for each"
    " --recipient EMAIL, from --sender EMAIL, within --timeout SECONDS.",
    no_args_is_help=True,
    epilog="Example: [bold]digest inbound explain bounce.eml[/bold]",
)

for command in (serve, poll, messages, explain, check):
    command.register(commands)
