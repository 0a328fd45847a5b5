"""Several connections at once, and servers that allow fewer."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import pytest
from support.builders import outgoing
from support.rate_limited_clients import client, hold_until_the_second_says
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import HANG_UP, RESET, SILENCE, SMTPServer

ADA, BEN, CYD, DAN = (f"{name}@example.org" for name in ("ada", "ben", "cyd", "dan"))


def test_another_connection_is_opened_only_while_messages_wait(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(60)]

    with closing(client(server, connections=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(outgoing, names))

    assert states == dict.fromkeys(names, "sent")
    assert sorted(server.recipients) == sorted(names)
    assert len(server.sessions) <= 3


def test_no_connection_has_two_messages_without_a_reply(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(40)]
    recorder = OutcomeRecorder()

    with closing(client(server, connections=3)) as smtp:
        recorder.send(smtp, map(outgoing, names))

    open_, most = set[str](), 0
    for completed, leaving in recorder.calls:
        open_ = (open_ - set(completed)) | set(leaving)
        most = max(most, len(open_))
    assert most <= len(server.sessions)


@pytest.mark.parametrize("reply", ["421 too many connections", HANG_UP, "554 no"])
def test_a_server_that_allows_fewer_connections_gets_fewer(server: SMTPServer, reply: str) -> None:
    names = [f"r{number}@example.org" for number in range(30)]
    for connection in range(2, 30):
        server.when("CONNECT", reply=reply, on=connection)
    hold_until_the_second_says("CONNECT", server)

    with closing(client(server, connections=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(outgoing, names))

    assert states == dict.fromkeys(names, "sent")
    assert len(server.sessions) == 2


def test_after_the_server_closes_a_second_connection_in_use_no_other_is_opened(
    server: SMTPServer,
) -> None:
    names = [f"r{number}@example.org" for number in range(30)]
    server.when("MAIL", reply="421 too many connections", on=2)
    hold_until_the_second_says("MAIL", server)

    with closing(client(server, connections=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(outgoing, names))

    assert states == dict.fromkeys(names, "sent")
    assert len(server.sessions) == 2


def test_a_connection_that_is_not_accepted_delays_nothing(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(30)]
    server.when("CONNECT", reply=SILENCE, on=2)
    hold_until_the_second_says("CONNECT", server)

    with closing(client(server, timeout=30, connections=2)) as smtp:
        started = time.monotonic()
        states = OutcomeRecorder().send(smtp, map(outgoing, names))
        took = time.monotonic() - started

    assert states == dict.fromkeys(names, "sent")
    assert took < 10


def test_a_recipient_without_a_reply_delays_only_its_connection(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(40)]
    server.when("RCPT TO:<r20@", reply=SILENCE)

    with closing(client(server, timeout=0.2, connections=2)) as smtp:
        states = OutcomeRecorder().send(smtp, map(outgoing, names))

    assert states.pop("r20@example.org") == "deferred"
    assert set(states.values()) == {"sent"}


@pytest.mark.parametrize("reply_mode", ["reply by reply", "merged", "byte by byte"])
@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["plain", "pipelined"])
def test_among_many_faults_every_outcome_is_true_and_no_message_is_sent_twice(
    reply_mode: Any, extensions: tuple[str, ...]
) -> None:
    names = [f"r{number}@example.org" for number in range(150)]
    recorder = OutcomeRecorder()
    faults = [
        ("RCPT", 5, HANG_UP), (".", 9, RESET), ("DATA", 14, "421 later"), ("MAIL", 20, "451 later"),
        (".", 27, HANG_UP), ("BODY", 33, HANG_UP), (".", 40, "what?"), ("RCPT", 47, "550 5.1.1 no"),
        ("DATA", 52, RESET), (".", 60, "451 later"), (".", 71, "421 closing"), ("MAIL", 80, RESET),
        ("DATA", 90, "554 no"), ("RCPT", 99, "what?"), (".", 110, "250" + "x" * 9000),
    ]  # fmt: skip

    with SMTPServer(extensions=extensions, reply_mode=reply_mode) as server:
        for stage, nth, reply in faults:
            server.when(stage, reply=reply, nth=nth)
        with closing(client(server, connections=4)) as smtp:
            states = recorder.send(smtp, map(outgoing, names))

        received = [mail.recipient for mail in server.mails if mail.data]
        accepted = {mail.recipient for mail in server.accepted if mail.data}
    sent = {who for who, state in states.items() if state == "sent"}
    unknown = {who for who, state in states.items() if state == "unknown"}
    assert sorted(states) == sorted(names)
    assert sorted(received) == sorted(set(received))
    assert sent <= accepted <= sent | unknown
    assert len(unknown) == 5
    assert len(recorder.leaving) == len(set(recorder.leaving))
