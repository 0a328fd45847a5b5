"""The `digest` command. Standard output takes its result, standard error its notes and the log.

Heavy modules are imported inside the commands, so that `digest --help` stays quick. No other
package prints or exits.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from digest import __version__
from digest.cli import (
    bench,
    dkim,
    fixtures,
    papers,
    preview,
    run,
    serve,
    setup,
    status,
    subscribers,
    topics,
)
from digest.errors import ConfigError, DigestError, NotFoundError
from subscribers.errors import AddressError, ConsentError, SubscriberError

NOT_FULLY_DONE, USAGE = 1, 2

app = typer.Typer(
    name="digest",
    help="Trending papers in your inbox: every reader's own digest, on your own server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="Example: [bold]digest init && digest subscribers add you@example.org --topic agents"
    " --confirmed && digest run[/bold]",
)
setup.register(app)
papers.register(app)
preview.register(app)
run.register(app)
status.register(app)
serve.register(app)
app.add_typer(papers.commands, name="papers")
app.add_typer(bench.commands, name="bench")
app.add_typer(topics.commands, name="topics")
app.add_typer(subscribers.commands, name="subscribers")
app.add_typer(dkim.commands, name="dkim")
app.add_typer(fixtures.commands, name="fixtures")


def _version(wanted: bool) -> None:  # noqa: FBT001 (typer's callback)
    if wanted:
        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c",
            "--config",
            metavar="FILE",
            envvar="DIGEST_CONFIG",
            help="The configuration; ./config.toml unless given.",
        ),
    ] = None,
    *,
    version: Annotated[  # noqa: ARG001 (its callback prints and exits)
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    ctx.obj = config


def main() -> None:
    """Run the command line and turn errors into one line and an exit code."""
    if sys.stdout is None or sys.stderr is None:  # closed, as by `>&-`
        sys.exit(NOT_FULLY_DONE)
    try:
        app()
    except (ConfigError, NotFoundError, AddressError, ConsentError) as error:
        _print_error(error)
        sys.exit(USAGE)
    except (DigestError, SubscriberError) as error:
        _print_error(error)
        sys.exit(NOT_FULLY_DONE)
    except BrokenPipeError:
        # Nobody reads our output any more, as after `| head`; Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(NOT_FULLY_DONE)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
    except OSError as error:
        # Without a file it comes from standard output.
        what = f"cannot use {error.filename}" if error.filename else "cannot write the answer"
        _print_error(f"{what}: {error.strerror or error}")
        sys.exit(NOT_FULLY_DONE)
    except Exception as error:
        from digest.app.config.load import wants_traceback

        if wants_traceback():
            raise
        _print_error(
            f"internal error, please report it: {type(error).__name__}: {error}"
            " (DIGEST_TRACEBACK=1 shows where)"
        )
        sys.exit(NOT_FULLY_DONE)


def _print_error(error: object) -> None:
    for line in str(error).splitlines():
        typer.echo(f"error: {line}", err=True)
