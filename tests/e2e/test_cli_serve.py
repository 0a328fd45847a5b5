"""`digest serve`: the web door as the command line opens it, behind a proxy or not."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from digest.app import config, services
from digest.cli.serve import GRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.command import Command

SIGN_UP = {"email": "ada@example.org"}


@pytest.fixture
def served(
    digest: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], uvicorn.Config]:
    """What the command gives uvicorn, which is not started."""
    given: list[uvicorn.Config] = []

    def run(self: uvicorn.Server, sockets: list[socket.socket]) -> None:
        given.append(self.config)
        for listener in sockets:
            listener.close()

    monkeypatch.setattr(uvicorn.Server, "run", run)
    monkeypatch.setenv("DIGEST_WEB__PORT", str(free_port()))

    def serve() -> uvicorn.Config:
        assert digest("serve").code == 0
        given[0].load()
        return given[0]

    return serve


def sign_up(behind: uvicorn.Config, *, peer: str, headers: dict[str, str]) -> int:
    """Sign up over a connection from a peer, with what a proxy would say of its client."""

    async def once() -> int:
        way: Any = httpx.ASGITransport(behind.loaded_app, client=(peer, 5000))
        async with httpx.AsyncClient(transport=way, base_url="http://127.0.0.1") as client:
            result = await client.post("/api/v1/subscriptions", json=SIGN_UP, headers=headers)
            return result.status_code

    return asyncio.run(once())


def network(home: Path) -> str:
    """Where the book says that the sign-up came from."""
    opened = services.open_app(config.load(home / "config.toml"))
    reader = opened.book.find("ada@example.org")
    assert reader is not None
    [step] = opened.book.history(reader.id)
    opened.engine.dispose()
    return step.evidence.network


@pytest.mark.parametrize(
    ("peer", "trusted", "seen"),
    [
        ("127.0.0.1", '["127.0.0.1"]', "203.0.113.0/24"),
        ("10.1.2.3", '["10.0.0.0/8"]', "203.0.113.0/24"),
        ("192.0.2.7", '["127.0.0.1"]', "192.0.2.0/24"),
        ("127.0.0.1", "[]", "127.0.0.0/24"),
    ],
)
def test_only_a_trusted_proxy_is_believed_about_its_client(
    home: Path, served: Callable[[], uvicorn.Config], peer: str, trusted: str, seen: str
) -> None:
    file = home / "config.toml"
    text = file.read_text(encoding="utf-8") + f"\n[web]\ntrusted_proxies = {trusted}\n"
    file.write_text(text, encoding="utf-8")

    code = sign_up(served(), peer=peer, headers={"X-Forwarded-For": "203.0.113.9"})

    assert code == 202
    assert network(home) == seen


def test_what_a_client_says_of_itself_before_the_proxy_is_not_believed(
    home: Path, served: Callable[[], uvicorn.Config]
) -> None:
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}

    sign_up(served(), peer="127.0.0.1", headers=headers)

    assert network(home) == "203.0.113.0/24"


@pytest.mark.usefixtures("home")
def test_it_keeps_no_list_of_visitors(served: Callable[[], uvicorn.Config]) -> None:
    given = served()

    assert given.access_log is False
    assert given.server_header is False


@pytest.mark.parametrize("workers", ["4", "many", ""])
def test_variables_meant_for_uvicorn_change_nothing(
    served: Callable[[], uvicorn.Config], monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    """Hosting services set the first; uvicorn would refuse to begin, or fail."""
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")

    given = served()

    assert given.workers == 1
    assert given.forwarded_allow_ips != "*"


def test_a_port_that_is_taken_is_named(home: Path, digest: Command) -> None:
    file = home / "config.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file.write_text(file.read_text(encoding="utf-8") + f"\n[web]\nport = {port}\n")

        result = digest("serve")

    assert result.code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.err


def test_a_host_that_cannot_be_one_is_named(home: Path, digest: Command) -> None:
    file = home / "config.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[web]\nhost = "a..b"\n')

    result = digest("serve")

    assert result.code == 2
    assert "a..b cannot be the name of a host; check [web] host" in result.err


def test_a_real_server_answers_says_where_it_is_and_ends_when_told(home: Path) -> None:
    file = home / "config.toml"
    text = file.read_text(encoding="utf-8") + f"\n[web]\nport = {free_port()}\n"
    file.write_text(text, encoding="utf-8")

    with server() as running:
        said = running.stderr.readline()
        url = re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), base_url=url) as client:
            result = client.get("/")
        running.terminate()
        running.wait(timeout=20)

    assert result.status_code == 200
    assert "server" not in result.headers
    assert "links lead to https://digest.example.org" in said


@pytest.mark.parametrize("is_set", [True, False], ids=["in the file", "on the command line"])
def test_a_proxy_reaches_the_server_at_a_unix_socket(home: Path, *, is_set: bool) -> None:
    if is_set:
        with (home / "config.toml").open("a") as file:
            file.write('\n[web]\nsocket = "web.sock"\n')
    path = home / "web.sock"

    with server(*(() if is_set else ("--uds", "web.sock"))) as running:
        said = running.stderr.readline()
        mode = stat.S_IMODE(path.stat().st_mode)
        way = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=way, base_url="http://127.0.0.1") as client:
            headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
            result = client.post("/api/v1/subscriptions", json=SIGN_UP, headers=headers)
        running.terminate()
        running.wait(timeout=20)

    assert path.name in said
    assert result.status_code == 202
    assert network(home) == "203.0.113.0/24"
    assert mode == 0o660
    assert not path.exists()


#: A form of which the last words are missing.
HALF = (
    b"POST /subscribe HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 24\r\n"
    b"Expect: 100-continue\r\n\r\nemail="
)


def listening(running: Any, port: int) -> socket.socket:
    """Connect to a server as soon as it listens."""
    running.stderr.readline()
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        client.get(f"http://127.0.0.1:{port}/static/style.css")
    return socket.create_connection(("127.0.0.1", port), timeout=GRACE * 2)


@pytest.mark.parametrize("half", [b"", b"POST /sub", HALF], ids=["nothing", "a head", "a body"])
def test_a_server_that_is_told_to_end_waits_for_nobody_longer_than_it_says(
    home: Path, half: bytes
) -> None:
    with (home / "config.toml").open("a") as file:
        file.write(f"\n[web]\nport = {(port := free_port())}\n")

    with server() as running, listening(running, port) as client:
        client.sendall(half)
        running.terminate()
        running.wait(timeout=GRACE)
        said = running.stderr.read()

    assert said == ""


def test_a_request_that_becomes_complete_meanwhile_is_answered(home: Path) -> None:
    with (home / "config.toml").open("a") as file:
        file.write(f"\n[web]\nport = {(port := free_port())}\n")

    with server() as running, listening(running, port) as client:
        client.sendall(HALF)
        begun = client.recv(1000)
        running.terminate()
        while is_open(port):
            pass
        client.sendall(b"ada@example.orgxxx")
        answer = client.recv(1000)
        running.wait(timeout=GRACE)

    assert begun.startswith(b"HTTP/1.1 100 ")  # the server waits for the rest
    assert answer.startswith(b"HTTP/1.1 422 ")  # read, though no form that we made


def is_open(port: int) -> bool:
    """Whether a server takes new connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def server(*arguments: str) -> Iterator[Any]:
    """Run the command in a process of its own, which does not outlive the test."""
    tree = Path(services.__file__).parents[1]
    command = [sys.executable, "-m", "digest", "serve", *arguments]
    environment = os.environ | {"PYTHONPATH": str(tree)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as running:
        try:
            yield running
        finally:
            running.kill()


def free_port() -> int:
    """Find a port nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
