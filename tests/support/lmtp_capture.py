"""An LMTP server on a Unix socket that keeps what it is given, as any mail server hands it over."""

from __future__ import annotations

import queue
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiosmtpd.controller import UnixSocketController
from aiosmtpd.lmtp import LMTP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A message as it was handed over, to all recipients of one transaction."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class Capture:
    """What was handed over, and the answers to what comes next, as the handler of aiosmtpd."""

    #: answers to the next recipients; all after them are taken
    answers: list[str] = field(default_factory=list)
    _arrived: queue.SimpleQueue[Handed] = field(default_factory=queue.SimpleQueue)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or answer what the test has said."""
        answer = self.answers.pop(0) if self.answers else "250 ok"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the message; the answer has a line for each recipient (RFC 2033 §4.2)."""
        content = envelope.content
        assert isinstance(content, bytes)
        handed = Handed(
            sender=(envelope.mail_from or "").removeprefix("<>"),  # as aiosmtpd has the null sender
            recipients=tuple(envelope.rcpt_tos),
            content=content,
        )
        self._arrived.put(handed)
        return "\r\n".join("250 kept" for _ in envelope.rcpt_tos)

    def next(self) -> Handed:
        """The next message, when it comes."""
        return self._arrived.get(timeout=20)


class _Server(UnixSocketController):
    def factory(self) -> LMTP:
        return LMTP(self.handler, enable_SMTPUTF8=True)


@contextmanager
def lmtp_capture(path: Path) -> Iterator[Capture]:
    """Listen at a path, which every user may write to."""
    capture = Capture()
    server = _Server(capture, unix_socket=str(path))
    server.start()
    try:
        path.chmod(0o666)
        yield capture
    finally:
        server.stop()
