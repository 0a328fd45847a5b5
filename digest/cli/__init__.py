"""The `digest` command. Standard output takes its result, standard error its notes and the log.

Heavy modules are imported inside the commands, so that `digest --help` stays quick. No other
package prints or exits.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from digest import __version__
from digest.app import environment
from digest.cli import (
    admin,
    backtest,
    backup,
    bench,
    dkim,
    doctor,
    export,
    fixtures,
    guided_setup,
    inbound,
    interleaving,
    mail,
    output,
    papers,
    preview,
    prune,
    run,
    runs,
    serve,
    setup,
    status,
    streams,
    subscribers,
    topics,
    train,
)
from digest.cli.global_options import Root
from digest.errors import ConfigError, DigestError, LibraryError, NotFoundError
from subscribers.errors import AddressError, ConsentError, CSVImportError, SubscriberError

NOT_FULLY_DONE, USAGE = 1, 2
USAGE_ERRORS = (
    ConfigError, NotFoundError, LibraryError, AddressError, ConsentError, CSVImportError,
)  # fmt: skip

app = typer.Typer(
    name="digest",
    cls=Root,
    help="Trending papers in your inbox: every reader's own digest, on your own server.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="Example: [bold]digest setup[/bold] asks a few questions and sends the first mail.",
)
guided_setup.register(app)
setup.register(app)
papers.register(app)
preview.register(app)
backtest.register(app)
interleaving.register(app)
run.register(app)
runs.register(app)
prune.register(app)
backup.register(app)
export.register(app)
train.register(app)
status.register(app)
doctor.register(app)
serve.register(app)
app.add_typer(papers.commands, name="papers")
app.add_typer(bench.commands, name="bench")
app.add_typer(topics.commands, name="topics")
app.add_typer(subscribers.commands, name="subscribers")
app.add_typer(inbound.commands, name="inbound")
app.add_typer(dkim.commands, name="dkim")
app.add_typer(admin.commands, name="admin")
app.add_typer(mail.commands, name="mail")
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
            help="The configuration; ./config.toml unless given. May also follow the command.",
        ),
    ] = None,
    *,
    quiet: Annotated[
        bool,
        typer.Option(
            "-q",
            "--quiet",
            help="Print only errors, and what was asked for. May also follow the command.",
        ),
    ] = False,
    version: Annotated[  # noqa: ARG001 (its callback prints and exits)
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    ctx.obj = config
    output.be_quiet(quiet)


def main() -> None:
    """Run the command line and turn errors into one line and an exit code."""
    environment.drop_malformed()
    streams.prepare()
    output.end_on_hangup()
    os.umask(os.umask(0o077) & 0o077)  # no umask may lock us out of our own files
    try:
        app()
    except USAGE_ERRORS as error:
        _print_error(error)
        sys.exit(USAGE)
    except (DigestError, SubscriberError) as error:
        _print_error(error)
        sys.exit(NOT_FULLY_DONE)
    except BrokenPipeError:
        _give_up_output()  # nobody reads it any more, as after `| head`
        sys.exit(NOT_FULLY_DONE)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
    except OSError as error:
        _print_error(output.describe(error))
        _give_up_output()
        sys.exit(NOT_FULLY_DONE)
    except Exception as error:
        if environment.wants_traceback():
            raise
        _print_error(
            f"internal error, please report it: {type(error).__name__}: {error}"
            " (DIGEST_TRACEBACK=1 shows where)"
        )
        sys.exit(NOT_FULLY_DONE)


def _give_up_output() -> None:
    """Drop what standard output has not taken; Python would try again at the end, and complain."""
    with suppress(OSError):  # a stream without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_error(error: object) -> None:
    for line in str(error).splitlines():
        output.print_error(f"error: {_with_variables(line)}")


def _with_variables(line: str) -> str:
    """Say which keys that a line names are set by a variable, and not by the file."""
    keys = re.findall(r"\[(\w+)\] (\w+)", line)
    names = dict.fromkeys(filter(None, map(environment.name_of_key, keys)))
    unsaid = [name for name in names if name not in line]
    if not unsaid:
        return line
    is_about_it = len(keys) == 1 and line.startswith("[")
    return f"{unsaid[0]}: {line}" if is_about_it else f"{line} ({', '.join(unsaid)} sets it)"
