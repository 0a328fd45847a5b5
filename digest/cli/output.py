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
    log.configure(settings.log.level, settings.log.format)
    app = services.open_app(settings)
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
    """Print the result as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


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
    """Let the first SIGTERM or Ctrl-C end the work in good order; yield whether to continue.

    The second signal ends the program at once. So does `SHUTDOWN_TIMEOUT`: a server that does not
    answer is waited for no longer. The next run settles the messages that were on their way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: True  # Python handles signals in the main thread only
        return
    from digest.delivery.process import SHUTDOWN_TIMEOUT

    stopped = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopped.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.alarm(SHUTDOWN_TIMEOUT)

    before: dict[int, Any] = {
        number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield lambda: not stopped.is_set()
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
