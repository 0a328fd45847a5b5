"""A certificate authority of our own, made anew for every run of the tests; nobody waits."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import stamina
import trustme
from support.smtp_server import SMTPServer
from support.source_client import LOOPBACK, ManualClock, client

from digest.sources.http import client as web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.source_client import MakeClient

    from digest.sources.http.client import SourceClient


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    """Ask again at once, but not more often."""
    with stamina.set_testing(True, attempts=web.ATTEMPTS):
        yield


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[MakeClient]:
    """HTTP for sources on this machine; all that one test makes share a folder."""
    with ExitStack() as opened:

        def connect(clock: ManualClock | None = None, **details: Any) -> SourceClient:
            return opened.enter_context(client(tmp_path, clock, **details)).restricted_to(LOOPBACK)

        yield connect


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """What a server for 127.0.0.1 needs."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts our authority, and nobody else."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(params=["plain", "pipelined"])
def server(request: pytest.FixtureRequest) -> Iterator[SMTPServer]:
    """A server without encryption, with and without pipelining."""
    extensions = ("SIZE 9000000", "PIPELINING")[: 1 + (request.param == "pipelined")]
    with SMTPServer(extensions=extensions) as running:
        yield running
