"""Mail out and in through a real Postfix and a real Dovecot, set up as docs/inbound.md says.

Postfix takes our mails, Dovecot has readers' mailboxes, and what comes back is handed to us.
"""

from __future__ import annotations

import smtplib
from email import message_from_bytes, policy
from email.utils import make_msgid
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.command import CONFIG, DAY
from support.lmtp import running
from support.machine_clock import set_clock
from support.mail_host import MailHost, mail_host
from support.programs import attempts
from support.started import started

from digest.app import config, pipeline, services
from digest.app.clock import now
from digest.app.inbound.addresses import own_addresses
from digest.app.listener import listen_unix
from digest.inbound.doors.lmtp import LMTPServer
from digest.storage.arrivals import ArrivalState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from support.command import Command

    from digest.app.services import App

pytestmark = pytest.mark.slow

VACATION = 'require "vacation"; vacation :days 1 "I am away. Yours: 550 5.1.1 no such user";'
REJECT = 'require "reject"; reject "no more of this";'
MAILBOXES = {
    "ada@example.net": "",
    "away@example.net": VACATION,
    "tired@example.net": REJECT,
}
SETTINGS = """
[mail]
transport = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from_address = "digest@news.example.org"
bounce_address = "bounces+{{id}}@news.example.org"

[inbound]
address = "{{command}}@news.example.org"
lmtp = "{socket}"
socket_mode = "0666"
"""
OLD_SETTINGS = '[mail]\ndirectory = "outbox"  # beside this file\n'


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with mail_host(MAILBOXES) as running:
        yield running


class Life:
    """An installation at noon of its day, whose mail leaves and comes by a mail server."""

    def __init__(self, host: MailHost, app: App) -> None:
        """Work with a mail server that runs."""
        self.host, self.app = host, app

    def answer(self, arrived: int) -> None:
        """Wait until so many messages have arrived in all, handle them, and send the answers.

        A run that is not over yet may have handled some.
        """
        for _ in attempts(self.host.postfix.process, what=f"fewer than {arrived} arrivals"):
            if sum(self.app.arrivals.counts().values()) >= arrived:
                break
        pipeline.housekeeping(self.app, self.app.transport(), clock=now)
        assert self.app.arrivals.counts() == {ArrivalState.HANDLED: arrived}

    def inbox(self, address: str, count: int) -> list[EmailMessage]:
        """The messages of a mailbox when there are so many."""
        found = self.host.dovecot.await_messages(address, count)
        return [message_from_bytes(one, policy=policy.default) for one in found]

    def write(self, sender: str, recipient: str, *, subject: str = "", body: str = "") -> None:
        """Send a mail as a person does."""
        text = (
            f"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: {subject}\r\n"
            f"Message-ID: {make_msgid()}\r\n\r\n{body}\r\n"
        )
        with smtplib.SMTP("127.0.0.1", self.host.postfix.port, timeout=20) as client:
            client.sendmail(sender, [recipient], text)

    def status(self, address: str) -> str:
        """What a reader is: pending, confirmed, suppressed and so on."""
        found = self.app.book.find(address)
        return found.status if found else "unknown"


@pytest.fixture
def installed(home: Path, host: MailHost) -> Path:
    """A folder with the configuration for the mail server."""
    settings = SETTINGS.format(port=host.postfix.port, socket=host.socket)
    (home / "config.toml").write_text(CONFIG.replace(OLD_SETTINGS, settings), encoding="utf-8")
    return home


@pytest.fixture
def life(
    installed: Path, digest: Command, host: MailHost, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Life]:
    """Papers are fetched, nobody has subscribed, and the mailboxes are empty."""
    set_clock(monkeypatch, NOON)
    host.dovecot.empty()
    digest("fetch", *DAY)
    app = services.open_app(config.load(installed / "config.toml"))
    server = LMTPServer(
        app.arrivals, is_ours=own_addresses(app.config), clock=now, on_stored=lambda: None
    )
    unix = listen_unix(host.socket, 0o666)
    with running(server, unix.socket):
        yield Life(host, app)
    unix.remove()
    app.close()


def test_a_mail_to_a_dead_mailbox_comes_back_and_suppresses_its_reader(
    life: Life, digest: Command
) -> None:
    for name in ("ghost", "ada"):
        digest("subscribers", "add", f"{name}@example.net", "--topic", "agents", "--confirmed")
    digest("run", *DAY)
    life.inbox("ada@example.net", 1)

    life.answer(1)

    assert (life.status("ghost@example.net"), life.status("ada@example.net")) == (
        "suppressed", "confirmed",
    )  # fmt: skip
    shown = digest("subscribers", "show", "ghost@example.net").out
    assert "550 5.1.1 <ghost@example.net> User doesn't exist" in shown


def test_vacation_answers_do_nothing(life: Life, digest: Command) -> None:
    digest("subscribers", "add", "away@example.net", "--topic", "agents", "--confirmed")
    digest("run", *DAY)
    (mail,) = life.inbox("away@example.net", 1)
    # To a digest Dovecot sends none, since it has List-Id; so it has to be provoked.
    life.host.dovecot.await_log("discarding vacation response to mailinglist recipient")
    returns = str(mail["Return-Path"]).strip("<>")
    life.write(returns, "away@example.net", subject="no list")

    life.answer(1)

    assert life.status("away@example.net") == "confirmed"
    (arrival,) = life.app.arrivals.newest(most=9)
    assert (arrival.kind, arrival.arrival.envelope.recipient) == ("auto-reply", returns)


def test_a_reader_whose_rules_reject_our_mail_gets_no_more(life: Life, digest: Command) -> None:
    digest("subscribers", "add", "tired@example.net", "--topic", "agents", "--confirmed")
    digest("run", *DAY)

    life.answer(1)

    assert life.status("tired@example.net") == "left"


def test_a_reader_joins_confirms_reads_and_leaves_by_mail_alone(
    life: Life, digest: Command
) -> None:
    ada = "ada@example.net"
    life.write(ada, "subscribe+agents@news.example.org")
    life.answer(1)
    assert life.status(ada) == "pending"

    (asked,) = life.inbox(ada, 1)
    life.write(ada, asked["Reply-To"].addresses[0].addr_spec, subject=f"Re: {asked['Subject']}")
    life.answer(2)
    assert life.status(ada) == "confirmed"

    digest("run", *DAY)
    *_, issue = life.inbox(ada, 2)
    assert "An Agent that Reads Maps" in issue.get_body(("plain",)).get_content()

    leave = next(part for part in str(issue["List-Unsubscribe"]).split("<") if "mailto:" in part)
    life.write(ada, leave.removeprefix("mailto:").partition("?")[0].partition(">")[0])
    life.answer(3)
    assert life.status(ada) == "left"


def test_the_check_finds_that_all_is_well(installed: Path, digest: Command) -> None:
    with started(installed, "inbound", "serve") as serving:
        serving.until("taking mail at")
        result = digest("inbound", "check", "--timeout", "20", "--json")

    assert [step["remedy"] for step in result.json] == [""] * 5
    assert result.code == 0


def test_the_check_tells_what_is_wrong(installed: Path, digest: Command) -> None:
    """Nobody listens, and the mail server does not know the addresses."""
    file = installed / "config.toml"
    wrong = file.read_text(encoding="utf-8").replace("{command}@", "wrong+{command}@")
    file.write_text(wrong.replace("bounces+{id}@", "wrong-{id}@"), encoding="utf-8")

    result = digest("inbound", "check", "--timeout", "20")

    assert "fault  nobody listens at" in result.out
    assert result.out.count("Recipient address rejected") == 2
    assert "relay_recipient_maps" in result.out
    assert result.code == 1
