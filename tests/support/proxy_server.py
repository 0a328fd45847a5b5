"""A proxy on loopback that speaks SOCKS5 and HTTP, and keeps what it was asked for."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for a connection."""

    how: str
    host: str
    port: int
    login: str


@dataclass(kw_only=True)
class ProxyServer:
    """Passes bytes on while the context is open; with a `login`, only for who has it."""

    login: str = ""
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    proxy: ProxyServer


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError, IndexError):
            first = self.rfile.peek(1)[:1]  # type: ignore[attr-defined]
            there = self._socks() if first == b"\x05" else self._http()
            if there is not None:
                with there:
                    self._pass_on(there)

    def _socks(self) -> socket.socket | None:
        """Answer by RFC 1928, and RFC 1929 for the login."""
        methods = self.rfile.read(self.rfile.read(2)[1])
        login = ""
        if self.server.proxy.login:
            if 2 not in methods:
                self.wfile.write(b"\x05\xff")
                return None
            self.wfile.write(b"\x05\x02")
            name = self.rfile.read(self.rfile.read(2)[1]).decode()
            login = f"{name}:{self.rfile.read(self.rfile.read(1)[0]).decode()}"
            self.wfile.write(bytes([1, login != self.server.proxy.login]))
        else:
            self.wfile.write(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        if kind == 3:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        else:
            family, length = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, self.rfile.read(length))
        port = int.from_bytes(self.rfile.read(2))
        there = self._connect("socks5", host, port, login)
        self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
        return there

    def _http(self) -> socket.socket | None:
        """Answer CONNECT, or send a request for a whole address on."""
        lines = list(iter(lambda: self.rfile.readline().rstrip(b"\r\n").decode("latin-1"), ""))
        method, target, version = lines[0].split(" ")
        headers = {
            name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])
        }
        sent = headers.pop("proxy-authorization", "")
        login = base64.b64decode(sent.removeprefix("Basic ")).decode()
        if login != self.server.proxy.login:
            refusal = "407 Proxy Authentication Required\r\nContent-Length: 0"
            self.wfile.write(f"HTTP/1.1 {refusal}\r\n\r\n".encode())
            return None
        address = urlsplit(f"//{target}" if method == "CONNECT" else target)
        there = self._connect(method, address.hostname or "", address.port or 80, login)
        if method == "CONNECT":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            path = f"{address.path}?{address.query}" if address.query else address.path
            head = [f"{method} {path} {version}", *(f"{k}: {v}" for k, v in headers.items())]
            there.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
        return there

    def _connect(self, how: str, host: str, port: int, login: str) -> socket.socket:
        self.server.proxy.asked.append(Asked(how=how, host=host, port=port, login=login))
        return socket.create_connection((host, port), timeout=10)

    def _pass_on(self, there: socket.socket) -> None:
        def back() -> None:
            with contextlib.suppress(OSError):
                while octets := there.recv(65536):
                    self.connection.sendall(octets)
                self.connection.shutdown(socket.SHUT_WR)

        answering = threading.Thread(target=back, daemon=True)
        answering.start()
        while octets := self.rfile.read1(65536):  # type: ignore[attr-defined]
            there.sendall(octets)
        with contextlib.suppress(OSError):
            there.shutdown(socket.SHUT_WR)
        answering.join(timeout=10)
