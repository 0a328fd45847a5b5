"""What real days write to the log: documented events in lines that parse, and nobody's data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest
from support.bounce_report import report
from support.builders import PEPPER
from support.command import CONFIG, DAY, PAPERS
from support.log_events import STATES, logged_events
from support.reader_mail import mail_octets
from support.site import Site, path_in
from support.smtp_server import SMTPServer

from digest.app import log
from digest.models.delivery import DeliveryState, MailKind
from digest.storage.engine import open_database
from subscribers.links import Purpose

if TYPE_CHECKING:
    from pathlib import Path

    from support.command import Command

Style = Literal["json", "text"]
PEOPLE = ("ada@example.org", "ben@example.org", "cyd@example.org", "dot@example.org")
ELSEWHERE = "ben.private@elsewhere.example"
NEWCOMER = "eve@reader.example"
#: What structlog adds to every event, and our filter to some.
ALWAYS = {"event", "level", "timestamp", "left_out"}
TEXT = re.compile(
    r"""\S+Z\ \[(?P<level>\w+)\ *\]\ (?P<event>.+?)"""
    r"""(?P<fields>(?:\ \w+=(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+))*)""",
    re.VERBOSE,
)


@pytest.fixture(params=["json", "text"])
def style(request: pytest.FixtureRequest) -> Style:
    found: Style = request.param
    return found


@pytest.fixture
def lines(home: Path, digest: Command, style: Style) -> list[str]:
    """The log of a day on which mails are sent, refused and answered, and somebody signs up."""
    with SMTPServer(extensions=("AUTH PLAIN",)) as server:
        server.when(
            "RCPT TO:<ben", reply=f"550 5.1.1 <{ELSEWHERE}>: no such user, says dot@example.org"
        )
        server.when("RCPT TO:<cyd", reply="451 4.7.1 cyd@example.org is greylisted")
        configure(home, server.port, style)
        digest("fetch", *DAY)
        for address in PEOPLE:
            digest("subscribers", "add", address, "--topic", "agents", "--confirmed")
        digest("run", *DAY)
        digest("retry", *DAY, "--state", "failed", "--state", "deferred")
        hand_over(home, "leave", mail_octets("leave", sender=PEOPLE[3], subject=PAPERS[0]["title"]))
        hand_over(home, "help", mail_octets("what is this?", sender=NEWCOMER))
        hand_over(home, "subscribe", report(PEOPLE[0], diagnostic=f"550 {PEOPLE[0]} is gone"))
        digest("run", "--day", "2026-02-03")
        sign_up(home, style)
        said = "".join(one.data.decode() for one in server.mails)
    text = (home / "digest.log").read_text(encoding="utf-8")
    (home / "said").write_text(said, encoding="utf-8")
    return text.splitlines()


def configure(home: Path, port: int, style: Style) -> None:
    mail = f"""transport = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from_address = "digest@papers.example"
bounce_address = "bounces+{{id}}@papers.example"
"""
    more = f"""
[web]
url = "https://digest.papers.example"

[inbound]
address = "papers+{{command}}@papers.example"

[log]
level = "debug"
format = "{style}"
file = "digest.log"
"""
    text = CONFIG.replace('directory = "outbox"  # beside this file\n', mail) + more
    (home / "config.toml").write_text(text, encoding="utf-8")


def hand_over(home: Path, word: str, content: bytes) -> None:
    """Hand a mail to the pipe, as a mail server does."""
    command = [sys.executable, "-m", "digest", "inbound"]
    command += ["--recipient", f"papers+{word}@papers.example", "--sender", "<>"]
    subprocess.run(command, cwd=home, input=content, check=True)


def sign_up(home: Path, style: Style) -> None:
    """Sign up on the site, and confirm by the link in the mail."""
    folder = home / "site"
    folder.mkdir()
    log.configure("debug", style, home / "digest.log")
    engine = open_database("sqlite:///digest.db", folder=folder)
    site = Site(folder, engine, mail={"transport": "directory", "directory": "outbox"})
    site.sign_up(NEWCOMER, "agents")
    site.deliver()
    link = path_in(site.mail_to(NEWCOMER, MailKind.CONFIRM), Purpose.CONFIRM)
    site.post(link)
    site.close()


def read(line: str, style: Style) -> tuple[str, dict[str, object]]:
    """Return the event of a line, and its fields."""
    if style == "json":
        found = json.loads(line)
        return found["event"], found
    parts = TEXT.fullmatch(line)
    assert parts is not None, line
    return parts["event"], dict.fromkeys(re.findall(r" (\w+)=", parts["fields"]))


@pytest.mark.slow
def test_every_line_parses_and_is_a_documented_event_that_names_nobody(
    home: Path, lines: list[str], style: Style
) -> None:
    known = logged_events()
    seen = set()
    for line in lines:
        event, fields = read(line, style)
        allowed = known[event].fields | ALWAYS
        allowed |= set(DeliveryState) if STATES in allowed else set()
        assert set(fields) <= allowed, line
        seen.add(event)

    assert seen >= {
        "source fetched", "digest sent", "digest not sent", "digest skipped", "address suppressed",
        "run finished", "message stored", "arrival handled", "letter sent",
    }  # fmt: skip
    text = "\n".join(lines)
    assert [secret for secret in secrets_of(home) if secret.lower() in text.lower()] == []


def secrets_of(home: Path) -> set[str]:
    """What no line may hold: addresses, titles, keys, and each token of each mail that was sent."""
    mails = [(home / "said").read_text(encoding="utf-8")]
    mails += [path.read_text("utf-8") for path in (home / "site").rglob("*.eml")]
    whole = "".join(mails).replace("=\r\n", "").replace("=\n", "").replace("=3D", "=")
    tokens = set(
        re.findall(r"/(?:confirm|manage|leave|refuse|feedback|privacy)/([\w.~-]{12,})", whole)
    )
    assert len(tokens) > 3
    titles = {str(paper["title"]) for paper in PAPERS}
    keys = {"a key for the tests", PEPPER}
    names = {*PEOPLE, ELSEWHERE, NEWCOMER}
    return tokens | titles | keys | names | {"ben.private", "eve@"}
