"""Several connections at once, and servers that want fewer."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import pytest
from support.builders import parcel
from support.rate_limited_clients import client, hold_until_the_second_says
from support.recorded_outcomes import OutcomeRecorder
from support.smtp_server import HANG_UP, RESET, SILENCE, SMTPServer

ADA, BEN, CYD, DAN = (f"{name}@example.org" for name in ("ada", "ben", "cyd", "dan"))


def test_another_connection_is_made_only_while_mails_keep_waiting(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(60)]

    with closing(client(server, connections=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(parcel, names))

    assert states == dict.fromkeys(names, "sent")
    assert sorted(server.recipients) == sorted(names)
    assert len(server.sessions) <= 3


def test_no_connection_has_two_mails_that_are_not_answered(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(40)]
    notebook = OutcomeRecorder()

    with closing(client(server, connections=3)) as smtp:
        notebook.send(smtp, map(parcel, names))

    open_, most = set[str](), 0
    for answered, leaving in notebook.calls:
        open_ = (open_ - set(answered)) | set(leaving)
        most = max(most, len(open_))
    assert most <= len(server.sessions)


@pytest.mark.parametrize("reply", ["421 too many connections", HANG_UP, "554 no"])
def test_a_server_that_wants_fewer_connections_gets_fewer(server: SMTPServer, reply: str) -> None:
    names = [f"r{number}@example.org" for number in range(30)]
    for connection in range(2, 30):
        server.when("CONNECT", reply=reply, on=connection)
    hold_until_the_second_says("CONNECT", server)

    with closing(client(server, connections=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(parcel, names))

    assert states == dict.fromkeys(names, "sent")
    assert len(server.sessions) == 2


def test_a_server_that_closes_a_second_connection_in_use_is_not_asked_for_another(
    server: SMTPServer,
) -> None:
    names = [f"r{number}@example.org" for number in range(30)]
    server.when("MAIL", reply="421 too many connections", on=2)
    hold_until_the_second_says("MAIL", server)

    with closing(client(server, connections=3)) as smtp:
        states = OutcomeRecorder().send(smtp, map(parcel, names))

    assert states == dict.fromkeys(names, "sent")
    assert len(server.sessions) == 2


def test_a_call_that_nobody_takes_holds_up_nothing(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(30)]
    server.when("CONNECT", reply=SILENCE, on=2)
    hold_until_the_second_says("CONNECT", server)

    with closing(client(server, timeout=30, connections=2)) as smtp:
        started = time.monotonic()
        states = OutcomeRecorder().send(smtp, map(parcel, names))
        took = time.monotonic() - started

    assert states == dict.fromkeys(names, "sent")
    assert took < 10


def test_a_recipient_at_whom_one_connection_hangs_holds_up_only_that(server: SMTPServer) -> None:
    names = [f"r{number}@example.org" for number in range(40)]
    server.when("RCPT TO:<r20@", reply=SILENCE)

    with closing(client(server, timeout=0.2, connections=2)) as smtp:
        states = OutcomeRecorder().send(smtp, map(parcel, names))

    assert states.pop("r20@example.org") == "deferred"
    assert set(states.values()) == {"sent"}


@pytest.mark.parametrize("speech", ["reply by reply", "merged", "byte by byte"])
@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["plain", "pipelined"])
def test_in_a_storm_nobody_is_told_sent_who_was_not_and_nobody_gets_two(
    speech: Any, extensions: tuple[str, ...]
) -> None:
    names = [f"r{number}@example.org" for number in range(150)]
    notebook = OutcomeRecorder()
    storm = [
        ("RCPT", 5, HANG_UP), (".", 9, RESET), ("DATA", 14, "421 later"), ("MAIL", 20, "451 later"),
        (".", 27, HANG_UP), ("BODY", 33, HANG_UP), (".", 40, "what?"), ("RCPT", 47, "550 5.1.1 no"),
        ("DATA", 52, RESET), (".", 60, "451 later"), (".", 71, "421 closing"), ("MAIL", 80, RESET),
        ("DATA", 90, "554 no"), ("RCPT", 99, "what?"), (".", 110, "250" + "x" * 9000),
    ]  # fmt: skip

    with SMTPServer(extensions=extensions, speech=speech) as server:
        for stage, nth, reply in storm:
            server.when(stage, reply=reply, nth=nth)
        with closing(client(server, connections=4)) as smtp:
            states = notebook.send(smtp, map(parcel, names))

        got = [mail.recipient for mail in server.mails if mail.wire]
        accepted = {mail.recipient for mail in server.accepted if mail.wire}
    sent = {who for who, state in states.items() if state == "sent"}
    unknown = {who for who, state in states.items() if state == "unknown"}
    assert sorted(states) == sorted(names)
    assert sorted(got) == sorted(set(got))
    assert sent <= accepted <= sent | unknown
    assert len(unknown) == 5
    assert len(notebook.leaving) == len(set(notebook.leaving))
