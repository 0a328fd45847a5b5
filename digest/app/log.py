"""The log: one line per event on standard error, a constant event name and then its fields.

The other modules use the standard library's loggers and know nothing of the format.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send the log to standard error, as `event key=value` lines or as JSON."""
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    ours = [logging.getLogger(name) for name in ("digest", "subscribers", "apscheduler")]
    for logger in ours:
        logger.handlers[:] = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False
    # The scheduler tells of every job it adds; only its troubles are news.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
