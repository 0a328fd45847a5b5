"""The log: one line per event on standard error, with a constant event name and then its fields.

The other modules use the standard library's loggers; only this one knows the format.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send the log to standard error, as `event key=value` lines or as JSON."""
    processors: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    for name in ("digest", "subscribers", "apscheduler"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False
    # The scheduler logs every job it adds; only its warnings matter here.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
