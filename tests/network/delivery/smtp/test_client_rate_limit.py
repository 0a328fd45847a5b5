"""Rates of real connections: a message that has to wait delays no other."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from support.builders import outgoing
from support.recorded_outcomes import OutcomeRecorder

from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.delivery.smtp.rate_limit import RateLimiter

if TYPE_CHECKING:
    from support.smtp_server import SMTPServer


def client(server: SMTPServer, **rates: str) -> SMTPTransport:
    settings = ServerSettings(host="127.0.0.1", port=server.port, security="none", connections=1)
    return SMTPTransport(settings, rate_limiter=RateLimiter(rates))


def test_messages_to_a_provider_with_a_rate_do_not_delay_the_others(server: SMTPServer) -> None:
    slow = [f"r{number}@gmail.com" for number in range(3)]
    fast = [f"r{number}@example.org" for number in range(12)]

    with closing(client(server, gmail="10/second")) as smtp:
        started = time.monotonic()
        states = OutcomeRecorder().send(smtp, map(outgoing, slow + fast))
        took = time.monotonic() - started

    assert set(states.values()) == {"sent"}
    assert server.recipients == [slow[0], *fast, *slow[1:]]
    assert took >= 0.18  # two steps of 0.1 s, less the tolerance of 0.02 s


def test_the_total_rate_is_kept_from_one_call_to_the_next(server: SMTPServer) -> None:
    with closing(client(server, total="20/second")) as smtp:
        started = time.monotonic()
        for number in range(4):
            OutcomeRecorder().send(smtp, [outgoing(f"r{number}@example.org")])
        took = time.monotonic() - started

    assert took >= 0.13  # three steps of 0.05 s, less the tolerance of 0.02 s
    assert len(server.mails) == 4
