"""Each stage of a session by each fault: the outcomes of two messages and of the run."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support import smtp_fault_matrix
from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import SMTPServer

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.errors import MailServerError

if TYPE_CHECKING:
    import ssl

    from support.smtp_fault_matrix import Cell

CELLS = smtp_fault_matrix.cells()
WARM_UP, THIS, NEXT = "warm-up@example.org", "this@example.org", "next@example.org"
#: More than the sockets' buffers hold, so its end is not written when the server stops reading.
LONG_MESSAGE = b"Subject: long\r\n\r\n" + b"0123456789abcd\r\n" * 500_000

#: The commands of the test server, by stage, where the names differ.
NAMES = {"banner": "CONNECT", "body": "BODY", "dot": "."}


@pytest.mark.parametrize("pipelining", [False, True], ids=["plain", "pipelined"])
@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.outcome != "."], ids=str)
def test_a_fault_has_the_outcome_that_the_matrix_says(
    cell: Cell, server_tls: ssl.SSLContext, trusting: ssl.SSLContext, *, pipelining: bool
) -> None:
    recorder = OutcomeRecorder()
    extensions = ("SIZE 9000000", "AUTH PLAIN", "PIPELINING")[: 2 + pipelining]
    stops = False

    with SMTPServer(extensions=extensions, tls=server_tls) as server:
        prepare(server, cell)
        if cell.stage == "connect":
            server.stop_listening()
        with closing(client(server, cell, trusting)) as smtp:
            try:
                recorder.send(smtp, [outgoing(who, content=mail) for who, mail in messages(cell)])
            except MailServerError:
                stops = True

    this, after, *stop = cell.outcome
    assert recorder.states.get(THIS) == smtp_fault_matrix.STATES[this]
    assert recorder.states.get(NEXT) == smtp_fault_matrix.STATES[after]
    assert stops is bool(stop)
    accepted = {mail.recipient for mail in server.accepted if mail.data}
    sent = {who for who, state in recorder.states.items() if state == "sent"}
    unknown = {who for who, state in recorder.states.items() if state == "unknown"}
    assert sent <= accepted <= sent | unknown


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.outcome == "."], ids=str)
def test_a_cell_that_makes_no_sense_has_a_reason(cell: Cell) -> None:
    assert smtp_fault_matrix.IMPOSSIBLE[cell.connection, cell.stage, cell.fault]


def test_the_matrix_has_every_stage_by_every_fault() -> None:
    experiments = {(cell.connection, cell.stage, cell.fault) for cell in CELLS}

    assert len(experiments) == len(CELLS) == 2 * 12 * 8
    assert {cell.fault for cell in CELLS} == set(smtp_fault_matrix.FAULTS)


def prepare(server: SMTPServer, cell: Cell) -> None:
    """Have the fault happen at the right time."""
    kept = cell.connection == "kept"
    reply = smtp_fault_matrix.FAULTS[cell.fault]
    if cell.stage == "RSET":
        server.when("RCPT", reply=smtp_fault_matrix.NO_SUCH_USER, nth=2 if kept else 1)
        server.when("RSET", reply=reply, nth=1)
        return
    if (cell.stage, cell.fault) == ("RCPT", "5xx"):
        reply = smtp_fault_matrix.NO_SUCH_USER
    server.when(NAMES.get(cell.stage, cell.stage), reply=reply, nth=2 if kept else 1)


def messages(cell: Cell) -> list[tuple[str, bytes]]:
    """Return recipients and contents for a cell, in order."""
    short = b"Subject: short\r\n\r\nHello.\r\n"
    this = LONG_MESSAGE if cell.stage == "body" else short
    warm_up = [(WARM_UP, short)] if cell.connection == "kept" else []
    return [*warm_up, (THIS, this), (NEXT, short)]


def client(server: SMTPServer, cell: Cell, trusting: ssl.SSLContext) -> SMTPTransport:
    timeout = 0.15 if cell.fault == "hang" else 10
    settings = ServerSettings(
        host="127.0.0.1",
        port=server.port,
        security="starttls" if cell.stage == "STARTTLS" else "none",
        username="ada" if cell.stage == "AUTH" else "",
        password="open sesame",
        timeout=timeout,
        dot_timeout=timeout,
        pause=0,
    )
    return SMTPTransport(settings, tls=lambda: trusting)
