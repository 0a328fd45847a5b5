"""What a command prints: lines, JSON, and progress bars on a terminal. Tables: `cli.tables`."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from digest.cli.tables import fold, print_table
from digest.text.controls import without_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from digest.app.config import Config
    from digest.app.services import App

Item = TypeVar("Item")

_is_quiet = False


def open_app(ctx: typer.Context, *, only_reads: bool = False, ranks: bool = False) -> App:
    """Load the configuration, set up the log, and open the database until the command ends.

    With `only_reads` neither the log file nor the database need be ours to write. A command that
    `ranks` papers fails at once if it could not, and not when all else is done.
    """
    from digest.app import meaning, services

    settings = load_settings(ctx, only_reads=only_reads)
    if ranks:
        meaning.check(settings)
    app = services.open_app(settings, only_reads=only_reads)
    app.warn_of_readable_secrets()
    settings.warn_of_unknown_variables()
    settings.warn_of_unknown_zone()
    ctx.call_on_close(app.close)
    return app


def load_settings(ctx: typer.Context, *, only_reads: bool = False) -> Config:
    """Load the configuration and set up the log; with `only_reads` its file need not be ours."""
    from digest.app import config, log
    from digest.errors import ConfigError

    settings = config.load(ctx.obj)
    if _is_quiet and settings.log_file is None:
        # In the settings, so that the processes of a run keep to it too.
        level = settings.log.model_copy(update={"level": "error"})
        settings = settings.model_copy(update={"log": level})
    try:
        log.configure(
            settings.log.level, settings.log.format, settings.log_file, is_brief=only_reads
        )
    except ConfigError:
        if not only_reads:
            raise
        log.configure(settings.log.level, settings.log.format, is_brief=True)
    return settings


def be_quiet(wanted: bool) -> None:  # noqa: FBT001 (the value of --quiet)
    """Print no reports, no notes and no log from now on, apart from errors."""
    global _is_quiet  # noqa: PLW0603 (as the standard streams, it belongs to the process)
    _is_quiet = wanted


def is_quiet() -> bool:
    """Whether --quiet was given."""
    return _is_quiet


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report of what a command did, which is not what was asked for but good to know.

    It goes to standard output, or beside another result to standard error. When all is quiet, only
    a command that could not do everything reports, to standard error.
    """

    is_complete: bool = True
    #: whether standard output has another result
    is_note: bool = False

    def line(self, text: str) -> None:
        """Print a line."""
        if self._is_shown:
            typer.echo(without_controls(text), err=self._err)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table."""
        if self._is_shown:
            print_table(title, columns, rows, err=self._err)

    @property
    def _is_shown(self) -> bool:
        return not (_is_quiet and self.is_complete)

    @property
    def _err(self) -> bool:
        return self.is_note or _is_quiet


def print_result(text: str) -> None:
    """Print a line of the command's result to standard output."""
    typer.echo(without_controls(text))


def print_prose(text: str) -> None:
    """Print a line of the result, folded between words on a terminal that is narrower."""
    if sys.stdout.isatty():
        from rich.console import Console

        text = "\n".join(fold(text, Console().width))
    print_result(text)


def print_note(text: str) -> None:
    """Print a line for a person to standard error, beside the result."""
    if not _is_quiet:
        typer.echo(without_controls(text), err=True)


def print_error(text: str) -> None:
    """Print a line for a person to standard error, even when all is quiet."""
    typer.echo(without_controls(text), err=True)


def print_failure(text: str) -> None:
    """Print to standard error why a command could not do everything, also when all is quiet."""
    typer.echo(text, err=True)


def print_terminal_note(text: str) -> None:
    """Print a note only on a terminal; cron would mail it after every run."""
    if sys.stderr.isatty():
        print_note(text)


def print_json(value: Any) -> None:
    """Print the result as JSON, with escapes for what standard output cannot encode.

    Iterators become arrays and are printed as they are read.
    """
    from subscribers import json_stream

    for chunk in json_stream.chunks(value):
        sys.stdout.write(_encodable(chunk))
    typer.echo()


def _encodable(text: str) -> str:
    """Return JSON that standard output can encode; what it lacks stands in strings alone."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeError:
        return re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found[0])[1:-1], text)
    return text


def print_file(content: bytes) -> None:
    """Print a file's content as it is, in the encoding of its format and not the terminal's."""
    stdout = typer.get_binary_stream("stdout")
    stdout.write(content)
    stdout.flush()


def describe(error: OSError) -> str:
    """Return the line that says which file could not be used; without a name it is the output."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else f"cannot write the answer: {reason}"


def with_progress(items: Sequence[Item], label: str) -> Iterable[Item]:
    """Go through items, with a progress bar on a terminal."""
    if _is_quiet or not sys.stderr.isatty() or len(items) < 2:
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
    if _is_quiet or not sys.stderr.isatty():
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
