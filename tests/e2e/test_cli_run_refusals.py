"""`digest run` against a mail server that refuses: what the operator sees, and the run after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.command import CONFIG, DAY, Command
from support.smtp_server import SMTPServer

if TYPE_CHECKING:
    from pathlib import Path

#: As many as two processes share.
READERS = [f"reader{number}@example.org" for number in range(30)]
SEND_AS = "554 5.2.252 SendAsDenied; digest@papers.example not allowed to send as desk@x.example"


@pytest.fixture
def readers(home: Path, digest: Command) -> Path:
    lines = "".join(f"{address},agents\n" for address in READERS)
    (home / "readers.csv").write_text(f"address,topics\n{lines}", encoding="utf-8")
    digest("fetch", *DAY)
    assert digest("subscribers", "import", "readers.csv", "--confirmed").code == 0
    return home


def use(home: Path, server: SMTPServer, *, senders: int = 1) -> None:
    """Write a configuration with this mail server."""
    mail = f"""transport = "smtp"
host = "127.0.0.1"
port = {server.port}
security = "none"
from_address = "digest@papers.example"
"""
    tables = f"""
[delivery]
senders = {senders}

[web]
url = "https://digest.papers.example"
"""
    config = CONFIG.replace('directory = "outbox"  # beside this file\n', mail) + tables
    (home / "config.toml").write_text(config, encoding="utf-8")


@pytest.mark.parametrize("senders", [1, 2])
@pytest.mark.parametrize(("stage", "words"), [(".", SEND_AS), ("RCPT", "553 no")])
def test_after_the_sender_is_mended_the_next_run_sends_all_mails(
    readers: Path, digest: Command, stage: str, words: str, senders: int
) -> None:
    with SMTPServer(extensions=("PIPELINING",)) as refusing:
        refusing.when(stage, reply=words)
        use(readers, refusing, senders=senders)
        refused = digest("run", *DAY)
        asked = sum(line.startswith("RCPT") for one in refusing.sessions for line in one.commands)
    with SMTPServer() as accepting:
        use(readers, accepting)
        mended = digest("run", *DAY, "--json")

    assert refused.code == 1
    assert f"{words}; check [mail] from_address" in refused.out
    assert "30 planned" in refused.out
    assert asked <= 5 * senders
    assert (mended.code, mended.json["deliveries"]) == (0, {"sent": 30})
    assert sorted(accepting.recipients) == sorted(READERS)


def test_dead_mailboxes_stop_nobody_and_only_clear_words_suppress(
    readers: Path, digest: Command
) -> None:
    replies = {
        READERS[3]: "550 5.5.0 Requested action not taken: mailbox unavailable",
        READERS[4]: "550 5.4.1 Recipient address rejected: Access denied",
        READERS[5]: "554 no",
        READERS[6]: "550 5.1.1 User unknown",
    }
    with SMTPServer(extensions=("PIPELINING",)) as server:
        for address, reply in replies.items():
            server.when(f"RCPT TO:<{address}>", reply=reply)
        use(readers, server)
        result = digest("run", *DAY, "--json")
        again = digest("run", *DAY, "--json")

    assert result.json["deliveries"] == {"sent": 26, "failed": 4}
    assert result.json["stopped"] is None
    assert again.json["deliveries"] == {}
    listed = digest("subscribers", "list", "--json").json
    assert [one["address"] for one in listed if one["status"] == "suppressed"] == [READERS[6]]


def test_a_wrong_host_that_knows_nobody_suppresses_nobody(home: Path, digest: Command) -> None:
    (home / "two.csv").write_text("address\nada@example.org\nben@example.org\n", encoding="utf-8")
    digest("fetch", *DAY)
    digest("subscribers", "import", "two.csv", "--confirmed")
    with SMTPServer() as wrong:
        wrong.when("RCPT", reply="550 5.1.1 User unknown")
        use(home, wrong)
        refused = digest("run", *DAY)
    with SMTPServer() as right:
        use(home, right)
        mended = digest("run", *DAY, "--json")

    assert refused.code == 1
    assert "stopped: all 2 readers were refused, in the same words: " in refused.out
    assert "550 5.1.1 User unknown; nobody was accepted: check [mail] host" in refused.out
    assert (mended.code, mended.json["deliveries"]) == (0, {"sent": 2})


def test_letters_that_a_wrong_host_refuses_wait_and_the_run_says_so(
    home: Path, digest: Command
) -> None:
    digest("fetch", *DAY)
    with SMTPServer() as wrong:
        wrong.when("RCPT", reply="550 5.1.1 User unknown")
        use(home, wrong)
        for name in ("ada", "ben", "cy"):
            assert (
                digest("subscribers", "add", f"{name}@example.org", "--topic", "agents").code == 0
            )
        refused = digest("run", *DAY)
        again = digest("run", *DAY, "--json")

    assert "3 confirmations or other letters have not been sent" in refused.out
    assert again.json["letters_waiting"] == 3


def test_one_reader_who_is_refused_without_a_reason_is_mailed_later(
    readers: Path, digest: Command
) -> None:
    with SMTPServer() as server:
        server.when("RCPT", reply="554 no")
        use(readers, server)
        result = digest("run", *DAY, "--only", READERS[0], "--json")
        again = digest("run", *DAY, "--only", READERS[0])

    deferred = digest("status", *DAY, "--json").json["people"][0]
    assert f"(deferred ones from {deferred['next_at']} on)" in again.out
    assert result.code == 1
    assert (result.json["deliveries"], result.json["stopped"]) == ({"deferred": 1}, None)


def test_what_a_server_says_before_the_first_mail_is_shown(readers: Path, digest: Command) -> None:
    with SMTPServer() as server:
        server.when("EHLO", reply="421 4.7.0 Try again later, closing connection")
        use(readers, server)
        result = digest("run", *DAY)

    assert result.code == 1
    assert "refused EHLO digest.papers.example: 421 4.7.0 Try again later" in result.out
