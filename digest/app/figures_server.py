"""A small web server for monitoring, beside the daemon: `/metrics`, `/health` and `/ready`.

It answers GET and HEAD, one request for each connection, and nothing else. It listens where
`[metrics] listen` says. Where others than this machine can reach that, they need the token.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from digest.app import listener
from digest.app.metrics import CONTENT_TYPE, page
from digest.app.readiness import readiness_of
from digest.errors import ConfigError, DigestError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from digest.app.config import Config
    from digest.app.services import App

log = logging.getLogger(__name__)

_SETTING = "[metrics] listen"
_PLAIN = "text/plain; charset=utf-8"
#: Seconds for a request to arrive.
_TIMEOUT = 5


@dataclass(frozen=True)
class Answer:
    """What a request gets."""

    status: int
    content: bytes
    kind: str = _PLAIN


def answer(app: App, path: str, authorization: str) -> Answer:
    """Answer a request for a path, with what its Authorization says."""
    match path.partition("?")[0]:
        case "/health":
            return Answer(200, b"alive\n")
        case "/ready":
            found = readiness_of(app, sends=True)
            return Answer(200 if found.is_ready else 503, found.text.encode())
        case "/metrics":
            return _metrics(app, authorization)
        case _:
            return Answer(404, b"there are /metrics, /health and /ready\n")


def is_allowed(app: App, authorization: str) -> bool:
    """Whether a request has the token, as `Bearer TOKEN` (RFC 6750 §2.1); without one none has."""
    token = app.config.metrics.token.get_secret_value()
    scheme, _, given = authorization.partition(" ")
    return (
        bool(token)
        and scheme.lower() == "bearer"
        and hmac.compare_digest(given.encode(), token.encode())
    )


def _metrics(app: App, authorization: str) -> Answer:
    if app.config.metrics.token.get_secret_value() and not is_allowed(app, authorization):
        return Answer(401, b"this needs the token of [metrics] token\n")
    try:
        return Answer(200, page(app), CONTENT_TYPE)
    except DigestError as error:
        log.error("metrics not written", extra={"error": str(error)})  # noqa: TRY400
        return Answer(503, b"the database cannot be read\n")


@contextmanager
def serving_figures(app: App) -> Iterator[None]:
    """Serve the figures while the block lasts, if `[metrics] listen` is set.

    Raises:
        ConfigError: it cannot be listened at, or is open to others and there is no token.

    """
    if not app.config.metrics.listen:
        yield
        return
    server = _Server(app, _listen(app))
    thread = threading.Thread(target=server.serve_forever, name="figures", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refuse_open(config: Config) -> None:
    """Refuse to listen where others than this machine can ask, unless they need a token.

    Raises:
        ConfigError: others can; the text has the remedy.

    """
    host, _ = config.metrics.address
    if not (_is_here(host) or config.metrics.token.get_secret_value()):
        raise ConfigError(
            f"{_SETTING}: others than this machine can reach {host}; set [metrics] token too, or"
            " listen at 127.0.0.1"
        )


def _listen(app: App) -> socket.socket:
    refuse_open(app.config)
    host, port = app.config.metrics.address
    first, *others = listener.listen(host, port, setting=_SETTING)
    for one in others:
        one.close()
    return first


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Server(ThreadingHTTPServer):
    """Serves an installation on a socket that is open."""

    daemon_threads = True

    def __init__(self, app: App, opened: socket.socket) -> None:
        super().__init__(opened.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = opened
        self.app = app

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that close the connection."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "digest", ""
    timeout = _TIMEOUT

    def do_GET(self) -> None:
        """Answer a request."""
        found = answer(self.server.app, self.path, self.headers.get("Authorization", ""))
        self.send_response(found.status)
        self.send_header("Content-Type", found.kind)
        self.send_header("Content-Length", str(len(found.content)))
        self.send_header("Cache-Control", "no-store")
        if found.status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(found.content)

    do_HEAD = do_GET  # noqa: N815 (the name that the library calls)

    def log_message(self, *_: object) -> None:
        """Keep no list of visitors."""
