"""Whole runs against a server that refuses: who is failed, suppressed, mailed later or again."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from support.installation import Installation, address
from support.refusal_matrix import MATRIX, Line
from support.smtp_server import SMTPServer

from digest.app import config
from digest.app.transport import open_transport
from subscribers.models import Status

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.delivery.transports import Transport
    from digest.models.delivery import RunReport

#: A wait after which every deferred mail is due again.
LATER = 2.0  # hours


def names(line: Line) -> list[str]:
    return [f"reader{number:02}" for number in range(len(line.readers))]


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001")
    installation.own_addresses = frozenset({"digest@papers.example"})
    return installation


def transport(server: SMTPServer, folder: Path, connections: int) -> Transport:
    tables = {
        "mail": {
            "transport": "smtp",
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "connections": connections,
            "from_address": "digest@papers.example",
        },
        "web": {"url": ""},
    }
    return open_transport(config.build(tables, folder=folder, where="the tests"))


def refuse(server: SMTPServer, line: Line) -> None:
    for number, (name, fate) in enumerate(zip(names(line), line.readers, strict=True), start=1):
        reply = line.words.format(address=address(name), n=number)
        if fate == "x" and line.stage == "RCPT":
            server.when(f"RCPT TO:<{address(name)}>", reply=reply)
        elif fate == "x":
            server.when(line.stage, reply=reply, nth=number)


def run(installation: Installation, server: SMTPServer, connections: int) -> RunReport:
    with closing(transport(server, installation.folder, connections)) as opened:
        return installation.send(opened)


def totals(installation: Installation) -> set[str]:
    return {f"{number} {state}" for state, number in installation.totals().items()}


def as_set(states: str) -> set[str]:
    return set(re.findall(r"\d+ \w+", states))


def suppressed(installation: Installation, line: Line) -> int:
    readers = [installation.book.find(address(name)) for name in names(line)]
    return sum(reader is not None and reader.status is Status.SUPPRESSED for reader in readers)


#: With several connections it depends on their speed how many are put off before a run stops.
SEVERAL = [
    line
    for line in MATRIX
    if not line.words.startswith(("450 4.2", "451 4.7.1 ", "452", "450 4.7.1 too"))
]


@pytest.mark.parametrize(
    ("extension", "connections", "line"),
    [
        *(pytest.param("DSN", 1, line, id=f"plain {line}") for line in MATRIX),
        *(pytest.param("PIPELINING", 5, line, id=f"pipelined {line}") for line in SEVERAL),
    ],
)
def test_a_refusal_means_what_it_says_and_what_others_get(
    installation: Installation, extension: str, connections: int, line: Line
) -> None:
    for name in names(line):
        installation.subscribe(name)
    with SMTPServer(extensions=("SIZE 9000000", extension)) as refusing:
        refuse(refusing, line)
        report = run(installation, refusing, connections)
    assert totals(installation) == as_set(line.states)
    assert suppressed(installation, line) == line.suppressed
    assert ("stops" if report.stopped else "ends") == line.run
    assert report.complete is (line.states == "12 sent")

    if "deferred" in line.states:
        installation.wait(hours=LATER)
    with SMTPServer() as accepting:
        run(installation, accepting, connections)

    assert totals(installation) == as_set(line.again)
