"""The program `digest`, also as `python -m digest`: the command line, or a mail server's pipe.

A mail server that hands a message over by a pipe sends it back to its sender after any exit status
but 0 and 75 (EX_TEMPFAIL), such as Python's own 1, and after what is printed. So `digest inbound`
without the name of a command is intercepted before anything is imported that may fail.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

STORED, TRY_AGAIN = 0, 75
#: What `digest inbound` does besides.
COMMANDS = ("check", "explain", "list", "poll", "retry", "serve", "show")
#: Signals that end a program.
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU)
#: Options of the whole program, with and without a value.
_CONFIG, _QUIET = ("-c", "--config"), ("-q", "--quiet")


def main() -> None:
    """Run the command line, or store a message."""
    words = sys.argv[1:]
    if is_pipe(words, is_terminal=_is_terminal(0)):
        _hand_over(words)
    from digest.cli import main as command

    command()


def is_pipe(words: Sequence[str], *, is_terminal: bool) -> bool:
    """Whether a command line hands a message over.

    Without words behind `inbound` that depends on standard input: a person wants to see the help.
    """
    left = iter(words)
    for word in left:
        if word in _CONFIG:
            next(left, None)
        elif word == "inbound":
            break
        elif word in ("--help", "--version") or not word.startswith("-"):
            return False
    else:
        return False
    for word in left:
        if word in _CONFIG:
            next(left, None)
        elif word not in _QUIET:
            return word not in (*COMMANDS, "--help")
    return not is_terminal


def _hand_over(words: Sequence[str]) -> NoReturn:
    """Store a message and end, with 0 or 75 whatever happens."""
    status = TRY_AGAIN
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        os.fstat(0)  # closed, its number would become that of another file
        _be_silent()
        from digest.app.inbound import pipe

        pipe.run(words, set_alarm=_set_alarm)
        status = STORED
    except BaseException as error:  # noqa: BLE001 (any other status would return the mail)
        _tell(error)
    finally:
        os._exit(status)


def _set_alarm(seconds: float) -> None:
    """End after some seconds or by a signal, also while a library waits for a server.

    A signal handler of Python's would not do: it runs only once a call that has just begun returns.
    """

    def wait() -> None:
        signal.sigtimedwait(_ENDING, seconds)
        os._exit(TRY_AGAIN)

    threading.Thread(target=wait, daemon=True).start()


def _be_silent() -> None:
    """Drop what is printed, except on a terminal: Exim and getmail take any word for a failure."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        if not _is_terminal(descriptor):
            os.dup2(nowhere, descriptor)


def _tell(error: BaseException) -> None:
    """Say why a message was not stored: to the system's log, and on a terminal."""
    import syslog

    reason = str(error) or type(error).__name__
    line = " ".join(f"message not stored, the mail server tries again: {reason}".split())
    syslog.openlog("digest", syslog.LOG_PID, syslog.LOG_MAIL)
    syslog.syslog(syslog.LOG_ERR, line)
    if _is_terminal(2):
        os.write(2, f"error: {line}\n".encode(errors="replace"))


def _is_terminal(descriptor: int) -> bool:
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


if __name__ == "__main__":
    main()
