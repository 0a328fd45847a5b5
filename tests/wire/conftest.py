"""A certificate authority of our own, made anew for every run of the tests."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from wire.smtp_server import SMTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator


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
