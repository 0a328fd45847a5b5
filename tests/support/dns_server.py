"""A small server of the DNS on loopback, whose records are lines of a zone file."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterable


class DNSServer:
    """Answers within a `with` statement; a name without any record is not there (NXDOMAIN)."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Hold records such as `example.net. IN TXT "v=spf1 -all"`; they may change later."""
        self.lines = list(lines)
        #: names with a server that fails (SERVFAIL)
        self.broken: set[str] = set()
        self.is_silent = False
        #: what was asked for: names and kinds
        self.questions: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens, as `[dns] servers` names it."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
            waking.sendto(b"", self._socket.getsockname())
        self._thread.join(timeout=10)
        self._socket.close()

    def remove(self, *parts: str) -> None:
        """Remove the records whose lines hold all of these parts."""
        self.lines = [line for line in self.lines if not all(part in line for part in parts)]

    def _serve(self) -> None:
        while True:
            octets, client = self._socket.recvfrom(4096)
            if not octets:
                return
            answer = self._answer(dns.message.from_wire(octets))
            if not self.is_silent:
                with suppress(OSError):
                    self._socket.sendto(answer.to_wire(max_size=4096), client)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.questions.append((name.rstrip("."), kind))
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        if name.rstrip(".") in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        records = [line.split(maxsplit=3) for line in self.lines]
        texts = [text for at, _, of, text in records if (at.lower(), of) == (name, kind)]
        if texts:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(at.lower() == name or at.lower().endswith(f".{name}") for at, *_ in records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
