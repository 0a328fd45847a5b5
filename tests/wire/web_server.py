"""A small web server on loopback that gives prepared answers and keeps the questions."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says once."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)
    #: declare more than is sent, then hang up
    cut_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a client asked."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


class WebServer:
    """Answers in the order given; the last answer is repeated."""

    def __init__(self, *answers: Answer) -> None:
        """Prepare the answers."""
        self.questions: list[Question] = []
        self._answers = list(answers)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/daily_papers"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def _next(self) -> Answer:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                outer.questions.append(
                    Question(
                        path=address.path,
                        query=parse_qs(address.query),
                        headers=dict(self.headers.items()),
                    )
                )
                answer = outer._next()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = len(answer.body) + (1000 if answer.cut_off else 0)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                # The client hangs up once it has read too much.
                with suppress(ConnectionError):
                    self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        return Handler
