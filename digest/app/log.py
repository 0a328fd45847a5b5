"""The log: one line per event, with a constant event name and then its fields.

It goes to standard error or to a file. The other modules use the standard library's loggers; only
this one knows the format. A log that cannot be written stops nothing.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TextIO

from digest.errors import ConfigError
from digest.storage import files
from digest.text.controls import without_controls

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path

Style = Literal["text", "json"]
_LOGGERS = ("digest", "subscribers", "apscheduler", "asyncio", "uvicorn")
#: These log every job and every connection; only from these levels on they matter here.
#: APScheduler warns of each look that is left out during a long run; the next one makes up for it.
_TALKATIVE = {
    "apscheduler": logging.ERROR,
    "asyncio": logging.WARNING,
    "uvicorn": logging.WARNING,
}
#: These log what they fail at themselves, with a traceback; whoever calls them copes with that.
_SILENT = ("flufl.bounce",)
#: What these log, a stranger can cause at any rate.
_THROTTLED = ("asyncio", "uvicorn", "digest.app.connections")
#: What looks like a mail address, its local part perhaps in quotation marks (RFC 5321 §4.1.2). Both
#: parts are bounded, so that a long text takes no longer than its length.
_ADDRESS = re.compile(r"""(?:"[^"\s]{1,64}"|[^\s"'<>()\[\],;:@]{1,320})@[^\s"'<>(),;:@]{1,255}""")
_HIDDEN = "[address]"
#: Seconds between two lines of these about the same.
_PAUSE = 60
_MOST_THROTTLED = 100


def configure(
    level: str, style: Style, file: Path | None = None, *, is_brief: bool = False
) -> None:
    """Send the log to a file, or else to standard error, as `event key=value` lines or as JSON.

    Args:
        level: the lowest level of lines that are written.
        style: how they are written.
        file: where to; None for standard error.
        is_brief: whether the command ends soon and hardly says anything. Then what formats lines is
            imported for the first of them, which takes a quarter of the time of `digest status`.
            A daemon's log must not wait for that: it may lack descriptors when it matters.

    Raises:
        ConfigError: the file cannot be opened.

    """
    handler = _handler(file)
    lines = _Lines(style, colors=file is None and sys.stderr.isatty())
    handler.setFormatter(lines if is_brief else lines.formatter)
    handler.addFilter(_Throttle())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for before in logger.handlers:
            with suppress(OSError):  # the last line finds no room
                before.close()
        logger.handlers[:] = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False
    for name, least in _TALKATIVE.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, least))
    silence_libraries()
    handler.setLevel(level.upper())
    logging.lastResort = handler  # for the warnings of all other libraries


def silence_libraries() -> None:
    """Let libraries say nothing of their own faults that are no trouble of the operator."""
    for name in _SILENT:
        logging.getLogger(name).disabled = True


def reopen() -> None:
    """Open the log file anew, made if it is missing, because it may have been renamed."""
    for handler in logging.getLogger("digest").handlers:
        if isinstance(handler, _File):
            with suppress(OSError):  # the next line tries again
                handler.reopenIfNeeded()


def _without_addresses(_logger: object, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose texts name no mail address: servers and readers write what they like.

    A reply may name another address than the one that it is about, such as where mail is forwarded.
    """
    return {
        key: _ADDRESS.sub(_HIDDEN, value) if isinstance(value, str) and "@" in value else value
        for key, value in event.items()
    }


def _without_controls(_logger: object, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event whose texts may be printed; JSON has escapes for the same."""
    return {
        key: without_controls(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def _handler(file: Path | None) -> logging.Handler:
    if file is None:
        return _StandardError(sys.stderr)
    try:
        return _File(file)
    except OSError as error:
        raise ConfigError(
            f"cannot write the log to {file}: {error.strerror}; check [log] file"
        ) from error


class _Lines(logging.Formatter):
    """Lines of the log, by structlog, which is imported for the first of them."""

    def __init__(self, style: Style, *, colors: bool) -> None:
        super().__init__()
        self._form = style
        self._colors = colors

    def format(self, record: logging.LogRecord) -> str:
        return self.formatter.format(record)

    @cached_property
    def formatter(self) -> logging.Formatter:
        """The formatter that makes the lines."""
        import structlog

        processors: list[Any] = [
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_addresses,
        ]
        renderers: list[Any] = (
            [structlog.processors.JSONRenderer()]
            if self._form == "json"
            else [
                _without_controls,
                structlog.dev.ConsoleRenderer(colors=self._colors, pad_event_to=0),
            ]
        )
        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )


class _Throttle(logging.Filter):
    """Lets one line a minute pass of what strangers cause; the next has the number `left_out`."""

    def __init__(self) -> None:
        super().__init__()
        #: when the last line passed, and how many did not since
        self._seen: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(_THROTTLED):
            return True
        key = (record.name, record.msg, getattr(record, "reason", None))
        passed_at, left_out = self._seen.pop(key, (None, 0))
        if passed_at is not None and 0 <= record.created - passed_at < _PAUSE:
            self._seen[key] = (passed_at, left_out + 1)
            return False
        if left_out:
            record.left_out = left_out
        self._seen[key] = (record.created, 0)
        if len(self._seen) > _MOST_THROTTLED:
            self._seen.pop(next(iter(self._seen)))
        return True


class _StandardError(logging.StreamHandler[TextIO]):
    """Lines on standard error; a line that it cannot take is dropped."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (inherited)
        """Do nothing: there is no other place to say it."""


class _File(logging.handlers.WatchedFileHandler):
    """Lines in a private file, which is opened anew as soon as another has its name.

    So all processes go on in the new file after it was rotated.
    """

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(self.baseFilename, flags, files.PRIVATE)
        return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123 (a descriptor)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # it cannot be opened anew
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (inherited)
        """Write the line to standard error instead, for example when the disk is full."""
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(f"{self.format(record)}\n")
