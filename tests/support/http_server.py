"""A small web server on loopback that gives prepared answers and keeps the questions."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says once."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)
    #: declare more than is sent, then hang up
    cut_off: bool = False
    #: seconds between two bytes
    drip: float = 0.0
    #: seconds between two bytes of a head without end
    drip_head: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a client asked."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    #: seconds, of the clock that never goes back
    at: float = 0.0
    method: str = "GET"
    #: which connection it came on
    port: int = 0


class _Server(ThreadingHTTPServer):
    def __init__(self, answer: Callable[[Question], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.closing = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Keep quiet about clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    server: _Server

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        answer = self.server.answer(
            Question(
                path=address.path,
                query=parse_qs(address.query),
                headers=dict(self.headers.items()),
                body=self.rfile.read(length),
                at=time.monotonic(),
                method=self.command,
                port=self.client_address[1],
            )
        )
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.drip_head:
            self.flush_headers()
            self._drip(b"X-Slow: " + b"x" * 50_000, answer.drip_head)
        elif answer.status == 304:  # has no body
            self.end_headers()
        else:
            self._say(answer)

    do_POST = do_GET  # noqa: N815 (http.server's name)

    def _say(self, answer: Answer) -> None:
        said = len(answer.body) + (1000 if answer.cut_off else 0)
        self.send_header("Content-Length", str(said))
        self.end_headers()
        if answer.drip:
            self._drip(answer.body, answer.drip)
        else:
            self.wfile.write(answer.body)
        self.close_connection |= answer.cut_off

    def _drip(self, said: bytes, seconds: float) -> None:
        for byte in said:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.closing.wait(seconds):
                self.close_connection = True
                return

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class WebServer:
    """Answers in the order given, the last one again and again; or as `route` finds right."""

    def __init__(self, *answers: Answer, route: Callable[[Question], Answer] | None = None) -> None:
        """Prepare the answers."""
        self.questions: list[Question] = []
        self._answers = list(answers)
        self._route = route
        self._server = _Server(self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.base}/api/daily_papers"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def _answer(self, question: Question) -> Answer:
        self.questions.append(question)
        if self._route is not None:
            return self._route(question)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
