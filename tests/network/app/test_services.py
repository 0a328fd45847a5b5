"""Services are made as the configuration says."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder

from digest.app import config
from digest.app.services import App

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa
    from support.smtp_server import SMTPServer


def test_connections_and_rates_are_those_of_the_configuration(
    server: SMTPServer, engine: sa.Engine, tmp_path: Path
) -> None:
    mail = {"transport": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none"}
    tables = {"mail": mail | {"rotate_after": 2}, "pace": {"total": "20/second"}}
    app = App(config=config.build(tables, folder=tmp_path, where="the test"), engine=engine)

    with closing(app.transport()) as transport:
        started = time.monotonic()
        OutcomeRecorder().send(
            transport, [outgoing(f"r{number}@example.org") for number in range(4)]
        )
        took = time.monotonic() - started

    assert took >= 0.13
    assert len(server.sessions) == 2
