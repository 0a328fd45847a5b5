#!/usr/bin/env bash
# aiosmtpd's LMTP server answers a message to several recipients with one line.
#
# RFC 2033 (section 4.2): after the final dot there is one reply for every recipient that was taken. aiosmtpd
# sends what `handle_DATA` returns, once; "250 OK" is right for one recipient only. A client that keeps to the RFC
# waits for a second reply, which does not come. A handler has to return all lines itself, joined by CR LF. It
# cannot do so where aiosmtpd answers by itself: when a message is too long, or when the handler raises an
# exception, which is "500" once, and so a bounce for the first recipient.
#
# Exits with 1 when it behaves otherwise than is said here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aiosmtpd==1.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import platform
import socket
import sys
from importlib.metadata import version

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP

logging.disable()


class Handler:
    def __init__(self, answer):
        self.answer = answer

    async def handle_DATA(self, server, session, envelope):
        return self.answer() if callable(self.answer) else self.answer


class Server(Controller):
    def factory(self):
        return LMTP(self.handler, data_size_limit=1000)


def broken():
    raise OSError("the disk is full")


def replies(answer, body=b"Hello."):
    """The replies after the dot, for two recipients."""
    server = Server(Handler(answer), hostname="127.0.0.1", port=0)
    with socket.create_server(("127.0.0.1", 0)) as free:
        server.port = free.getsockname()[1]
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
            stream = client.makefile("rwb")

            def say(line):
                stream.write(line + b"\r\n")
                stream.flush()

            def hear():
                while (line := stream.readline())[3:4] == b"-":
                    pass
                return line.decode().strip()

            hear()
            for line in (b"LHLO x", b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.net>",
                         b"RCPT TO:<c@example.net>", b"DATA"):
                say(line)
                hear()
            say(b"Subject: x\r\n\r\n" + body + b"\r\n.")
            say(b"QUIT")
            *said, _ = [line.decode().strip() for line in stream]  # the last one is for QUIT
        return said
    finally:
        server.stop()


print("Python", platform.python_version(), "aiosmtpd", version("aiosmtpd"))
found = {
    "one line": replies("250 OK"),
    "two lines": replies("250 OK\r\n452 4.2.2 full"),
    "an exception": replies(broken),
    "too long": replies("250 OK", body=b"x" * 70 + b"\r\n" + b"y" * 990),
}
for name, said in found.items():
    print(f"{name:13} {said}")
numbers = {name: [line[:3] for line in said] for name, said in found.items()}
expected = {"one line": ["250"], "two lines": ["250", "452"], "an exception": ["500"], "too long": ["552"]}
sys.exit(0 if numbers == expected else "this has changed")
PYTHON
