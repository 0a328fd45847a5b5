"""A small web server on loopback that sends given responses and keeps the requests."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class Response:
    """One response of the server."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)
    #: declare more bytes than are sent, then close the connection
    cut_off: bool = False
    #: seconds between two bytes
    drip: float = 0.0
    #: seconds between two bytes of an endless head
    drip_head: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of a client."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    #: seconds, by the monotonic clock
    at: float = 0.0
    method: str = "GET"
    #: the client's port, which identifies the connection
    port: int = 0


class _Server(ThreadingHTTPServer):
    def __init__(self, response: Callable[[Request], Response]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.response = response
        self.closing = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Print nothing about clients that close the connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    server: _Server

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        response = self.server.response(
            Request(
                path=address.path,
                query=parse_qs(address.query),
                headers=dict(self.headers.items()),
                body=self.rfile.read(length),
                at=time.monotonic(),
                method=self.command,
                port=self.client_address[1],
            )
        )
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.drip_head:
            self.flush_headers()
            self._drip(b"X-Slow: " + b"x" * 50_000, response.drip_head)
        elif response.status == 304:  # has no body
            self.end_headers()
        else:
            self._send_body(response)

    do_POST = do_HEAD = do_GET  # noqa: N815 (http.server's names)

    def _send_body(self, response: Response) -> None:
        length = len(response.body) + (1000 if response.cut_off else 0)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command == "HEAD":
            return
        if response.drip:
            self._drip(response.body, response.drip)
        else:
            self.wfile.write(response.body)
        self.close_connection |= response.cut_off

    def _drip(self, content: bytes, seconds: float) -> None:
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.closing.wait(seconds):
                self.close_connection = True
                return

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class WebServer:
    """Sends the responses in order, repeating the last one, or those that `route` returns."""

    def __init__(
        self,
        *responses: Response,
        route: Callable[[Request], Response] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Start nothing yet; the server runs while the context is open, encrypted with `tls`."""
        self.requests: list[Request] = []
        self._responses = list(responses)
        self._route = route
        self._server = _Server(self._respond)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "http" if tls is None else "https"
        self.base = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base}/api/daily_papers"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def _respond(self, request: Request) -> Response:
        self.requests.append(request)
        if self._route is not None:
            return self._route(request)
        return self._responses.pop(0) if len(self._responses) > 1 else self._responses[0]
