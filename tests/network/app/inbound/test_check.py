"""What the check says of mail servers that hand mail over rightly, wrongly, or not at all."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.smtp_server import SMTPServer

from digest.app import config
from digest.app.inbound.check import INTERVAL, InboundCheck, Step, listening
from digest.app.inbound.handling import handle_waiting
from digest.app.services import App
from digest.delivery.smtp.client import SMTPTransport
from digest.delivery.smtp.connect import ServerSettings
from digest.errors import ConfigError, MailServerError
from digest.mail.command_address import CommandAddresses, CommandWord
from digest.mail.verp import parse_return_address
from digest.models.delivery import DeliveryState, Outcome, OutgoingMessage
from digest.storage.arrivals import Arrivals, ArrivalState, Settlement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import sqlalchemy as sa

    from digest.app.config import Config
    from digest.delivery.transports import Transport
    from digest.models.delivery import DoubtfulMessage, ReportOutcomes

SECRET = "a key for the tests and nothing else"
SENT = Outcome(state=DeliveryState.SENT)
Handed = tuple[str, str]


def settings(folder: Path, *, mail: dict[str, Any] | None = None, **inbound: Any) -> Config:
    return config.build(
        {
            "mail": {
                "transport": "smtp",
                "from_address": "digest@news.example.org",
                "bounce_address": "bounces+{id}@news.example.org",
            }
            | (mail or {}),
            "inbound": {"address": "{command}@news.example.org"} | inbound,
        },
        folder=folder,
        where="the tests",
    )


@dataclass(kw_only=True)
class Server:
    """A mail server that hands over what it takes, in a way that a test chooses; also the clock."""

    engine: sa.Engine
    #: from the envelope that it is given to the one that it hands over, or to None
    way: Callable[[Handed], Handed | None] = lambda handed: handed
    #: called after each
    after: Callable[[], object] = lambda: None
    #: the outcomes of messages by their senders; all others are sent
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    is_down: bool = False
    seconds: float = 0.0
    sent: list[OutgoingMessage] = field(default_factory=list)

    def send_all(self, messages: Iterator[OutgoingMessage], report: ReportOutcomes) -> None:
        for message in messages:
            if self.is_down:
                down = Outcome(state=DeliveryState.PLANNED, reason="server is down")
                report([(message, down)], [])
                raise MailServerError("could not connect to mx.example.org")
            report([], [message])
            self.sent.append(message)
            outcome = self.outcomes.get(message.sender, SENT)
            if outcome is SENT:
                self._hand_over(message)
            report([(message, outcome)], [])

    def _hand_over(self, message: OutgoingMessage) -> None:
        if handed := self.way((message.sender, message.recipient)):
            Arrivals(self.engine).store(
                b"Received: by mx.example.org\r\n" + message.content,
                sender=handed[0],
                recipients=[handed[1]],
                channel="lmtp",
                now=NOON + timedelta(seconds=1.2),
            )
            self.after()

    def was_sent(self, message: DoubtfulMessage) -> bool | None:
        return None

    def remove_left_over(self) -> None:
        pass

    def close(self) -> None:
        pass

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


def steps(server: Server, chosen: Config, transport: Transport | None = None) -> list[Step]:
    checking = InboundCheck(
        config=chosen,
        secrets=[SECRET],
        transport=transport or server,
        arrivals=Arrivals(server.engine),
        clock=server.clock,
        wait=server.wait,
    )
    return list(checking.run(timedelta(seconds=60)))


def faults(found: list[Step]) -> list[str]:
    return [step.text for step in found if not step.is_good]


def test_what_arrives_as_it_was_sent_is_good(engine: sa.Engine, tmp_path: Path) -> None:
    found = steps(Server(engine=engine), settings(tmp_path))

    assert faults(found) == []
    assert [step.text for step in found[2:]] == [
        "a command: arrived by lmtp after 1.2 seconds, with its tag",
        "a bounce: arrived by lmtp after 1.2 seconds, with its tag",
    ]


def test_a_command_comes_from_a_return_address_and_a_bounce_from_nobody_to_one(
    engine: sa.Engine, tmp_path: Path
) -> None:
    server = Server(engine=engine)
    steps(server, settings(tmp_path))

    command, bounce = server.sent
    assert parse_address(command.sender) == (NOON.date(), 0)
    parsed = CommandAddresses("{command}@news.example.org").parse(command.recipient)
    assert parsed is not None
    assert (parsed[0], len(parsed[1])) == (CommandWord.HELP, 16)
    assert bounce.sender == ""
    assert parse_address(bounce.recipient) == (NOON.date() - timedelta(days=1), 0)


def parse_address(address: str) -> object:
    identifier = address.removeprefix("bounces+").removesuffix("@news.example.org")
    return parse_return_address(identifier, secrets=[SECRET])


def test_nobody_answers_the_mails(engine: sa.Engine, tmp_path: Path) -> None:
    server = Server(engine=engine)
    steps(server, settings(tmp_path))

    assert all(b"\r\nAuto-Submitted: auto-generated\r\n" in one.content for one in server.sent)


def test_a_tag_that_was_cut_off_is_told_with_the_address(engine: sa.Engine, tmp_path: Path) -> None:
    def cut(handed: Handed) -> Handed:
        sender, recipient = handed
        local, _, domain = recipient.partition("@")
        return sender, f"{local.partition('+')[0]}@{domain}"

    found = steps(Server(engine=engine, way=cut), settings(tmp_path))

    assert [text.partition(", ")[2] for text in faults(found)] == [
        "but for help@news.example.org",
        "but for bounces@news.example.org",
    ]
    assert "rcpt_include_affixes" in found[-1].remedy


def test_letters_of_another_case_are_no_fault(engine: sa.Engine, tmp_path: Path) -> None:
    server = Server(engine=engine, way=lambda handed: (handed[0], handed[1].upper()))

    assert faults(steps(server, settings(tmp_path))) == []


def test_a_mailbox_that_names_no_recipient_is_told(engine: sa.Engine, tmp_path: Path) -> None:
    server = Server(engine=engine, way=lambda handed: (handed[0], ""))

    found = steps(server, settings(tmp_path))

    assert all(text.endswith("but names no recipient") for text in faults(found))
    assert "destination_recipient_limit" in found[-1].remedy


def test_a_null_sender_that_became_another_is_told(engine: sa.Engine, tmp_path: Path) -> None:
    server = Server(engine=engine, way=lambda handed: (handed[0] or "MAILER@x", handed[1]))

    assert faults(steps(server, settings(tmp_path))) == [
        "a bounce: its null sender became MAILER@x"
    ]


def test_a_null_sender_that_became_another_is_told_though_the_mail_was_handled(
    engine: sa.Engine, tmp_path: Path
) -> None:
    chosen = settings(tmp_path)
    app = App(config=chosen, engine=engine)
    app.__dict__["secrets"] = [SECRET]
    server = Server(
        engine=engine,
        way=lambda handed: (handed[0] or "MAILER-DAEMON@mx.example.net", handed[1]),
        after=lambda: handle_waiting(app),
    )

    found = steps(server, chosen)

    assert {one.state for one in app.arrivals.newest(most=9)} == {ArrivalState.HANDLED}
    assert faults(found) == ["a bounce: its null sender became MAILER-DAEMON@mx.example.net"]


def test_what_does_not_arrive_in_time_is_told(engine: sa.Engine, tmp_path: Path) -> None:
    server = Server(engine=engine, way=lambda _: None)

    found = steps(server, settings(tmp_path))

    assert faults(found) == [
        "a command: nothing came within 60 seconds",
        "a bounce: nothing came within 60 seconds",
    ]
    assert server.seconds == pytest.approx(60, abs=INTERVAL)


def test_a_mail_that_comes_back_is_told_with_the_words_of_the_report(
    engine: sa.Engine, tmp_path: Path
) -> None:
    arrivals = Arrivals(engine)

    def bounce(handed: Handed) -> Handed | None:
        sender, _ = handed
        if not sender:
            return handed
        arrivals.store(b"a report", sender="", recipients=[sender], channel="lmtp", now=NOON)
        (report,) = arrivals.waiting(9)
        why = "a report of mx.example.org: 550 5.1.1 unknown"
        settled = Settlement(state=ArrivalState.HANDLED, kind="bounce", why=why, result="")
        with engine.execution_options(writes=True).begin() as db:
            arrivals.settle(db, {report.id: settled}, now=NOON)
        return None

    found = steps(Server(engine=engine, way=bounce), settings(tmp_path))

    assert faults(found) == [
        "a command: it came back: a report of mx.example.org: 550 5.1.1 unknown"
    ]
    assert "relay_recipient_maps" in found[-1].remedy


def test_an_address_that_is_refused_is_told_with_the_answer(
    engine: sa.Engine, tmp_path: Path
) -> None:
    refused = Outcome(
        state=DeliveryState.FAILED, reason="550 5.1.1 unknown", code=550, stage="RCPT"
    )
    server = Server(engine=engine, outcomes={"": refused})

    assert faults(steps(server, settings(tmp_path))) == [
        "a bounce: localhost did not take it: 550 5.1.1 unknown"
    ]


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL FROM:<>", "550 null sender not allowed here"),
        ("MAIL FROM:<>", "553 5.1.7 not yours"),
        ("MAIL FROM:<>", "451 4.7.1 not now"),
        ("RCPT TO:<bounces", "550 5.1.7 null sender not allowed here"),
    ],
)
def test_a_server_that_takes_no_null_sender_from_us_is_at_no_fault(
    engine: sa.Engine, tmp_path: Path, command: str, reply: str
) -> None:
    with SMTPServer() as listening_server:
        listening_server.when(command, reply=reply)
        place = ServerSettings(host="127.0.0.1", port=listening_server.port, security="none")
        with closing(SMTPTransport(place)) as smtp:
            server = Server(engine=engine)
            found = steps(server, settings(tmp_path), transport=smtp)

    assert f"did not take it: 127.0.0.1:{listening_server.port} at " in found[1].text
    assert found[1].text.endswith("so only a real bounce shows whether bounces arrive")
    assert faults(found) == ["a command: nothing came within 60 seconds"]


def test_a_server_that_is_down_is_told_at_once(engine: sa.Engine, tmp_path: Path) -> None:
    server = Server(engine=engine, is_down=True)

    found = steps(server, settings(tmp_path))

    assert faults(found) == ["a command: not sent", "a bounce: not sent"]
    assert found[0].remedy == "could not connect to mx.example.org"
    assert server.seconds == 0


def test_without_an_address_for_commands_the_bounce_is_tried_alone(
    engine: sa.Engine, tmp_path: Path
) -> None:
    server = Server(engine=engine)

    steps(server, settings(tmp_path, address=""))

    assert [one.sender for one in server.sent] == [""]


@pytest.mark.parametrize(
    ("mail", "named"),
    [
        pytest.param({"bounce_address": ""}, r"\[inbound\] address", id="no addresses"),
        pytest.param({"transport": "directory"}, r"\[mail\] transport", id="no mail server"),
    ],
)
def test_what_is_not_set_up_is_refused(
    engine: sa.Engine, tmp_path: Path, mail: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        steps(Server(engine=engine), settings(tmp_path, mail=mail, address=""))


def test_a_socket_that_nobody_listens_on_is_told(engine: sa.Engine, tmp_path: Path) -> None:
    found = steps(Server(engine=engine), settings(tmp_path, lmtp="door.sock"))

    assert found[0].text.startswith("nobody listens at door.sock: ")
    assert "digest inbound serve" in found[0].remedy


def greet(listener: socket.socket, greeting: bytes) -> None:
    with listener.accept()[0] as accepted:
        accepted.sendall(greeting)


@pytest.mark.parametrize(
    ("greeting", "fault"),
    [(b"220 ready\r\n", []), (b"421 later\r\n", ["who listens at {} says: 421 later"])],
)
def test_whoever_listens_must_greet(tmp_path: Path, greeting: bytes, fault: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        pool.submit(greet, listener, greeting)
        found = listening(settings(tmp_path, lmtp=place))

    assert faults([found]) == [text.format(place) for text in fault]
