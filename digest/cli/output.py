"""What a person or a program sees: tables and bars on a terminal, plain lines elsewhere, JSON."""

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
    from pathlib import Path

    from digest.app.services import App

Item = TypeVar("Item")


def open_app(ctx: typer.Context) -> App:
    """Load the configuration, set up the log, and open the database until the command ends."""
    from digest.app import log, services

    path: Path | None = ctx.obj
    config = services.load_config(path)
    log.configure(config.log.level, config.log.format)
    opened = services.open_app(config)
    ctx.call_on_close(opened.close)
    return opened


def print_result(text: str) -> None:
    """Print one line of the answer."""
    typer.echo(text)


def print_note(text: str) -> None:
    """Print something for a person beside the answer."""
    typer.echo(text, err=True)


def print_remark(text: str) -> None:
    """Say to a person who watches what is no answer; cron would mail it every time."""
    if sys.stderr.isatty():
        print_note(text)


def print_json(value: Any) -> None:
    """Print the answer as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, err: bool = False
) -> None:
    """Print a table; columns whose name ends in `#` hold numbers and are aligned right."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        drawn = Table(title=title, title_justify="left", header_style="bold")
        for name in columns:
            drawn.add_column(name.rstrip("#"), justify="right" if name.endswith("#") else "left")
        for row in cells:
            drawn.add_row(*map(Text, row))
        Console(file=stream).print(drawn)
        return
    names = [name.rstrip("#") for name in columns]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    for row in (names, *cells):
        line = "  ".join(
            cell.rjust(width) if name.endswith("#") else cell.ljust(width)
            for cell, width, name in zip(row, widths, columns, strict=True)
        )
        typer.echo(line.rstrip(), err=err)


def track(items: Sequence[Item], what: str) -> Iterable[Item]:
    """Walk over items with a progress bar on a terminal, and without anything elsewhere."""
    if not sys.stderr.isatty() or len(items) < 2:
        return items
    from rich.console import Console
    from rich.progress import track as rich_track

    return rich_track(items, description=what, console=Console(stderr=True), transient=True)


@contextmanager
def watch(what: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show how far one of several works is, as `bar`; its line stays when it is done."""
    with bar(what, stays=True) as steps:
        yield steps


@contextmanager
def bar(
    what: str, *, stays: bool = False
) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Show how far a long work is, on a terminal; yield what to tell the total and each advance."""
    if not sys.stderr.isatty():
        yield (lambda _total: None), (lambda _advance: None)
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=not stays) as progress:
        task = progress.add_task(what, total=None)
        yield (
            lambda total: progress.update(task, total=total),
            lambda advance: progress.update(task, advance=advance),
        )


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Let SIGTERM and Ctrl-C ask for an end instead of making one; yield whether to go on.

    The second signal ends the program at once, and so does the time: a server that does not answer
    is not waited for longer than `PATIENCE`. The next run settles what was on the wire.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: True  # signals are somebody else's
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
