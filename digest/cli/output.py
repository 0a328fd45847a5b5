"""What a command prints: tables and progress bars on a terminal, plain lines elsewhere, or JSON."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from digest.app.services import App

Item = TypeVar("Item")


def open_app(ctx: typer.Context) -> App:
    """Load the configuration, set up the log, and open the database until the command ends."""
    from digest.app import config, log, services

    settings = config.load(ctx.obj)
    log.configure(settings.log.level, settings.log.format, settings.log_file)
    app = services.open_app(settings)
    app.warn_of_readable_secrets()
    ctx.call_on_close(app.close)
    return app


def print_result(text: str) -> None:
    """Print a line of the command's result to standard output."""
    typer.echo(text)


def print_note(text: str) -> None:
    """Print a line for a person to standard error, beside the result."""
    typer.echo(text, err=True)


def print_terminal_note(text: str) -> None:
    """Print a note only on a terminal; cron would mail it after every run."""
    if sys.stderr.isatty():
        print_note(text)


def print_json(value: Any) -> None:
    """Print the result as JSON, with escapes if standard output cannot encode it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeError:
        text = json.dumps(value, indent=2)
    typer.echo(text)


def print_file(content: bytes) -> None:
    """Print a file's content as it is, in the encoding of its format and not the terminal's."""
    stdout = typer.get_binary_stream("stdout")
    stdout.write(content)
    stdout.flush()


def describe(error: OSError) -> str:
    """Return the line that says which file could not be used; without a name it is the output."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else f"cannot write the answer: {reason}"


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, err: bool = False
) -> None:
    """Print a table; a column whose name ends in `#` holds numbers and is aligned right."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title, title_justify="left", header_style="bold")
        for name in columns:
            table.add_column(name.rstrip("#"), justify="right" if name.endswith("#") else "left")
        for row in cells:
            table.add_row(*map(Text, row))
        Console(file=stream).print(table)
        return
    names = [name.rstrip("#") for name in columns]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    for row in (names, *cells):
        line = "  ".join(
            cell.rjust(width) if name.endswith("#") else cell.ljust(width)
            for cell, width, name in zip(row, widths, columns, strict=True)
        )
        typer.echo(line.rstrip(), err=err)


def with_progress(items: Sequence[Item], label: str) -> Iterable[Item]:
    """Go through items, with a progress bar on a terminal."""
    if not sys.stderr.isatty() or len(items) < 2:
        return items
    from rich import progress
    from rich.console import Console

    return progress.track(items, description=label, console=Console(stderr=True), transient=True)


@contextmanager
def progress_bar(
    label: str, *, stays: bool = False
) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show a progress bar on a terminal while the block lasts, and after it if it `stays`.

    Yield two functions: one takes the total number of steps, the other each number of new steps.
    """
    if not sys.stderr.isatty():
        yield (lambda _total: None), (lambda _advance: None)
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=not stays) as progress:
        task = progress.add_task(label, total=None)
        yield (
            lambda total: progress.update(task, total=total),
            lambda advance: progress.update(task, advance=advance),
        )


@contextmanager
def lasting_progress_bar(
    label: str,
) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show a progress bar that stays, for one of several works in a row."""
    with progress_bar(label, stays=True) as steps:
        yield steps


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Let the first SIGTERM, SIGHUP or Ctrl-C end the work in good order; yield whether to go on.

    The second SIGTERM or Ctrl-C ends the program at once. A second SIGHUP does not: a terminal
    that is closed sends several. `SHUTDOWN_TIMEOUT` ends the program too: a server that does not
    answer is waited for no longer. The next run settles the messages that were on their way.
    Signals that were ignored at the start stay ignored, as after `nohup`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: True  # Python handles signals in the main thread only
        return
    from digest.delivery.process import SHUTDOWN_TIMEOUT

    stopped = threading.Event()

    def stop(number: int, _frame: object) -> None:
        if not stopped.is_set():
            stopped.set()
            signal.alarm(SHUTDOWN_TIMEOUT)
        if number != signal.SIGHUP:
            for ending in before.keys() - {signal.SIGHUP}:
                signal.signal(ending, before[ending])

    before: dict[int, Any] = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield lambda: not stopped.is_set()
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def end_on_hangup() -> None:
    """Let SIGHUP do what SIGTERM does, unless it is ignored, as after `nohup`."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
    ):
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def reopen_log_on_hangup() -> None:
    """Let SIGHUP open the log file anew, and the files that the standard streams go to."""
    from digest.app import log
    from digest.cli.streams import Redirected

    redirected = Redirected()

    def reopen(*_: object) -> None:
        redirected.reopen()
        log.reopen()

    signal.signal(signal.SIGHUP, reopen)
