"""`digest inbound serve` and `digest serve --with-inbound`: mail is taken by LMTP and handled."""

from __future__ import annotations

import signal
import sqlite3
import stat
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.database import write_database
from support.lmtp import LMTPClient
from support.programs import free_port
from support.started import started

from digest.app import config, services

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

HELP = "help@news.example.org"
MAIL = (
    b"From: Ada <ada@example.net>\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nBye\r\n"
)


def set_up(home: Path, lmtp: str = "lmtp.sock") -> None:
    file = home / "config.toml"
    inbound = (
        f'\n[inbound]\naddress = "{{command}}@news.example.org"\nlmtp = "{lmtp}"\n'
        '\n[web]\nsocket = "web.sock"\n'
    )
    file.write_text(file.read_text(encoding="utf-8") + inbound, encoding="utf-8")


def hand_over(home: Path) -> list[str]:
    with LMTPClient(str(home / "lmtp.sock")) as client:
        client.envelope(HELP, sender="ada@example.net")
        return client.message(MAIL, answers=1)


def handled(home: Path) -> list[tuple[str, str, str]]:
    opened = services.open_app(config.load(home / "config.toml"))
    newest = opened.arrivals.newest(most=9)
    opened.close()
    return [(one.arrival.envelope.recipient, one.state, one.kind) for one in newest]


def test_mail_is_taken_and_handled_until_it_is_stopped(home: Path) -> None:
    set_up(home)

    with started(home, "inbound", "serve") as serving:
        serving.until("taking mail at lmtp.sock")
        mode = stat.S_IMODE((home / "lmtp.sock").stat().st_mode)
        answers = hand_over(home)
        serving.until("arrival handled")
        serving.process.send_signal(signal.SIGTERM)
        serving.until("no more mail is taken")
        code = serving.process.wait(60)

    assert answers == ["250 2.0.0 stored"]
    assert mode == 0o660
    assert code == 0
    assert not (home / "lmtp.sock").exists()
    assert handled(home) == [(HELP, "handled", "auto-reply")]


def test_a_port_of_this_machine_will_do(home: Path) -> None:
    port = free_port()
    set_up(home, f"127.0.0.1:{port}")

    with started(home, "inbound", "serve") as serving:
        serving.until("taking mail at 127.0.0.1")
        with LMTPClient(("127.0.0.1", port)) as client:
            client.envelope(HELP)
            assert client.message(MAIL, answers=1) == ["250 2.0.0 stored"]


def test_a_message_is_handled_once_after_a_kill_and_a_lost_answer(home: Path) -> None:
    set_up(home)
    write_database(home)
    with started(home, "inbound", "serve") as serving:
        serving.until("taking mail")
        with (
            closing(sqlite3.connect(home / "digest.db", isolation_level=None)) as db,
            LMTPClient(str(home / "lmtp.sock")) as client,
        ):
            client.envelope(HELP, sender="ada@example.net")
            db.execute("BEGIN IMMEDIATE")  # so that it cannot be stored
            client.command("DATA")
            client.send(MAIL + b".\r\n")
            serving.process.kill()
            with suppress(ConnectionResetError):
                assert client.reply() == ""
    assert handled(home) == []

    with started(home, "inbound", "serve") as serving:
        serving.until("taking mail")
        answers = [hand_over(home), hand_over(home)]
        serving.until("arrival handled")
        serving.process.kill()

    assert answers == [["250 2.0.0 stored"]] * 2
    assert handled(home) == [(HELP, "handled", "auto-reply")]


def test_what_came_by_a_pipe_is_handled_at_the_start(home: Path) -> None:
    set_up(home)
    opened = services.open_app(config.load(home / "config.toml"))
    opened.arrivals.store(MAIL, sender="", recipients=[HELP], channel="pipe", now=NOON)
    opened.close()

    with started(home, "inbound", "serve") as serving:
        serving.until("arrival handled")


def test_the_web_server_takes_mail_besides(home: Path) -> None:
    set_up(home)

    with started(home, "serve", "--with-inbound") as serving:
        serving.until("opening")
        answers = hand_over(home)
        serving.until("arrival handled")
        code = serving.end()

    assert answers == ["250 2.0.0 stored"]
    assert code == -signal.SIGTERM  # uvicorn raises it again once all has ended
    assert not (home / "lmtp.sock").exists()


@pytest.mark.parametrize(
    ("lmtp", "reason"),
    [
        ("", "[inbound] lmtp is empty"),
        ("0.0.0.0:8024", "[inbound] lmtp: 0.0.0.0 is no address of this machine alone"),
        ("mail.example.org:8024", "mail.example.org is no address of this machine alone"),
        ("127.0.0.1:99999", "[inbound] lmtp: 99999 is no port"),
        ("missing/lmtp.sock", "check [inbound] lmtp"),
        ("config.toml", "is no socket; remove it, or check [inbound] lmtp"),
    ],
)
def test_a_place_that_cannot_be_used_is_named(
    home: Path, digest: Command, lmtp: str, reason: str
) -> None:
    set_up(home, lmtp)

    for words in (["inbound", "serve"], ["serve", "--with-inbound"]):
        result = digest(*words)
        assert result.code == 2
        assert reason in result.err
