"""`digest admin`: the password of the operator's page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from digest.cli import output

commands = typer.Typer(
    help="Turn the operator's page on and off.",
    no_args_is_help=True,
    epilog="Example: [bold]digest admin password[/bold]",
)


@commands.callback()
def _group() -> None:
    """Keep the group, though it has one command."""


@commands.command(epilog="Example: [bold]digest admin password --remove[/bold]")
def password(
    ctx: typer.Context,
    *,
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove it, which turns the page off.")
    ] = False,
    only_print: Annotated[
        bool,
        typer.Option("--print", help="Print the hash for the configuration, and keep nothing."),
    ] = False,
) -> None:
    """Set the password of the operator's page, /admin of the site, which turns it on.

    It is asked for twice on a terminal, and else read from standard input. Only a hash of it is
    kept. It holds at once, and ends every session.
    """
    from digest.app import config
    from digest.app.admin import password as passwords
    from digest.errors import ConfigError
    from subscribers.passwords import hash_password

    settings = config.load(ctx.obj)
    if remove and only_print:
        raise ConfigError("--remove and --print do not go together")
    report = output.Report()
    if remove:
        had_one = passwords.remove(settings)
        report.line("the operator's page is off" if had_one else "there was no password")
        return
    if only_print:
        output.print_result(hash_password(_asked()))
        return
    passwords.refuse_configured(settings)  # before somebody types a new one
    path = passwords.keep(settings, hash_password(_asked()))
    report.line(f"wrote {path}; the operator's page is {settings.web.url.rstrip('/')}/admin")


def _asked() -> str:
    """Ask for a new password.

    Raises:
        ConfigError: it is too short, or no form can send it.

    """
    from digest.errors import ConfigError
    from subscribers.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD

    if sys.stdin.isatty():
        found: str = typer.prompt(
            f"Password, {SHORTEST_PASSWORD} characters or more",
            hide_input=True,
            confirmation_prompt="Once more",
            err=True,
        )
    else:
        found = sys.stdin.readline().rstrip("\r\n")
    if any("\ud800" <= one <= "\udfff" for one in found):
        raise ConfigError("the password is not in UTF-8, as browsers send it")
    if len(found) > LONGEST_PASSWORD:
        raise ConfigError(f"the password has more than {LONGEST_PASSWORD:,} characters")
    if len(found) < SHORTEST_PASSWORD:
        raise ConfigError(
            f"the password must have {SHORTEST_PASSWORD} characters or more, since it is all that"
            " keeps others out; several words are easy to remember"
        )
    return found
