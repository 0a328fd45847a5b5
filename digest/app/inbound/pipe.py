"""`digest inbound < message`: store one message that the mail server hands over.

It loads no more than it needs, since it is started for each message; `digest.__main__` sees to it
that it ends with 0 or 75.
"""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app import environment
from digest.errors import ConfigError, DigestError
from digest.inbound.doors import pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.app.config import Config

log = logging.getLogger(__name__)

#: Standard input.
_INPUT = 0


def run(words: Sequence[str], *, set_alarm: Callable[[float], None]) -> None:
    """Store the message on standard input as a command line says.

    Args:
        words: the command line, without the name of the program.
        set_alarm: is told after how many seconds the program ends.

    Raises:
        DigestError: it was not stored; it is in the log, as far as there is one.

    """
    call = pipe.parse(words)
    set_alarm(call.timeout)
    environment.drop_malformed()
    os.umask(os.umask(0o077) & 0o077)  # no umask may lock us out of our own files
    # Imported here, so that the alarm counts this too.
    from digest.app import config
    from digest.app import log as log_settings

    settings = config.load(Path(call.config) if call.config else None)
    log_settings.configure(settings.log.level, settings.log.format, settings.log_file)
    try:
        new = _store(call, settings)
    except DigestError as error:
        log.error("message not stored", extra={"channel": pipe.CHANNEL, "reason": str(error)})  # noqa: TRY400 (no traceback)
        raise
    log.info("message stored", extra={"channel": pipe.CHANNEL, "new": new})


def _store(call: pipe.Call, settings: Config) -> int:
    from digest.app.clock import now
    from digest.app.inbound.addresses import own_addresses
    from digest.app.traces import traces_of_use
    from digest.storage.arrivals import LONGEST, Arrivals
    from digest.storage.engine import open_database

    try:
        with open(_INPUT, "rb", closefd=False) as stream:
            content = pipe.read(stream, kept=LONGEST)
    except OSError as error:
        raise ConfigError(f"cannot read standard input: {error.strerror}") from error
    engine = open_database(
        settings.database.url, folder=settings.folder, traces=partial(traces_of_use, settings)
    )
    try:
        return pipe.hand_over(
            content,
            call,
            variables=environment.mail_variables(),
            store=Arrivals(engine),
            is_ours=own_addresses(settings),
            now=now(),
        )
    finally:
        engine.dispose()
