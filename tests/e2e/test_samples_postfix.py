"""The samples for Postfix, in a real Postfix that hands mail over to a server that keeps it."""

from __future__ import annotations

import smtplib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from support.lmtp_capture import Capture, lmtp_capture
from support.mail_host import entered_by_all, sample
from support.postfix import Postfix, postfix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAIL = b"From: Ada <ada@example.net>\r\nSubject: hello\r\n\r\nHello.\r\n"
#: The domain is one with mailboxes, of which this one delivers to a folder.
SHARED = "mydestination = news.example.org\nmail_spool_directory = {folder}/spool/\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    with entered_by_all() as path:
        yield path


@contextmanager
def with_lmtp(socket: Path, main: str) -> Iterator[Postfix]:
    table = sample("postfix-lmtp.table").replace("/run/digest/lmtp.sock", str(socket))
    with postfix(
        main=main, master=sample("postfix-lmtp.master.cf"), tables={"digest": table}
    ) as server:
        yield server


def send(server: Postfix, sender: str, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
        assert client.sendmail(sender, recipients, MAIL) == {}


@pytest.fixture(scope="module")
def lmtp() -> Iterator[tuple[Postfix, Capture]]:
    """A server with the samples for LMTP, and what it hands over."""
    with (
        entered_by_all() as folder,
        lmtp_capture(folder / "lmtp.sock") as capture,
        with_lmtp(folder / "lmtp.sock", sample("postfix-lmtp.main.cf")) as mx,
    ):
        yield mx, capture


def test_lmtp_is_given_the_recipient_as_it_was_sent_and_an_empty_null_sender(
    lmtp: tuple[Postfix, Capture],
) -> None:
    mx, capture = lmtp
    send(mx, "", "Bounces+20260202.1F.AbC@news.example.org")

    handed = capture.next()

    assert handed.sender == ""
    assert handed.recipients == ("Bounces+20260202.1F.AbC@news.example.org",)
    assert handed.content.endswith(b"\r\n\r\nHello.\r\n")


def test_lmtp_is_given_every_address_of_ours_with_and_without_a_tag(
    lmtp: tuple[Postfix, Capture],
) -> None:
    mx, capture = lmtp
    words = ("bounces", "subscribe", "confirm", "leave", "commands", "help", "abuse")
    wanted = {f"{word}{tag}@news.example.org" for word in words for tag in ("", "+llm")}
    send(mx, "ada@example.net", *sorted(wanted))

    handed: list[str] = []
    while len(handed) < len(wanted):
        handed += capture.next().recipients

    assert sorted(handed) == sorted(wanted)


@pytest.mark.parametrize("name", ["ghost", "bouncesx+1", "helpless"])
def test_other_names_of_the_domain_are_refused_before_they_are_taken(
    lmtp: tuple[Postfix, Capture], name: str
) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(lmtp[0], "ada@example.net", f"{name}@news.example.org")

    code, words = refused.value.recipients[f"{name}@news.example.org"]
    assert (code, words[:6]) == (550, b"5.1.1 ")


def test_mail_that_is_put_off_comes_again(lmtp: tuple[Postfix, Capture]) -> None:
    mx, capture = lmtp
    capture.answers.append("451 4.3.0 not now")
    send(mx, "ada@example.net", "help+again@news.example.org")

    assert capture.next().recipients == ("help+again@news.example.org",)
    assert "451 4.3.0 not now" in mx.log


def test_mail_waits_while_nobody_listens(folder: Path) -> None:
    socket = folder / "lmtp.sock"
    with with_lmtp(socket, sample("postfix-lmtp.main.cf")) as mx:
        send(mx, "ada@example.net", "help@news.example.org")
        mx.await_log("status=deferred")
        with lmtp_capture(socket) as capture:
            assert capture.next().recipients == ("help@news.example.org",)


def test_people_of_a_shared_domain_keep_their_mail(folder: Path) -> None:
    socket = folder / "lmtp.sock"
    with (
        lmtp_capture(socket) as capture,
        with_lmtp(socket, SHARED + sample("postfix-shared.main.cf")) as mx,
    ):
        (mx.folder / "spool").mkdir()
        (mx.folder / "spool").chmod(0o777)
        send(mx, "ada@example.net", "nobody+a.tag@news.example.org")
        mx.await_log("relay=local, delay")
        send(mx, "", "bounces+a.tag@news.example.org")

        assert capture.next().recipients == ("bounces+a.tag@news.example.org",)
        assert len(list((mx.folder / "spool" / "nobody" / "new").iterdir())) == 1
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(mx, "ada@example.net", "ghost@news.example.org")


#: Stands for `digest`: keeps its arguments and its input, and says "not now" the first time.
RECORDER = """\
#!/bin/sh
n=$(ls {folder}/calls | wc -l)
mkdir {folder}/calls/$n
for word; do printf '%s\\0' "$word"; done > {folder}/calls/$n/words
cat > {folder}/calls/$n/input
[ "$n" -gt 0 ] || exit 75
echo > {folder}/calls/$n/done
"""


def test_the_pipe_is_given_sender_and_recipient_as_words_and_is_tried_again(folder: Path) -> None:
    script = folder / "digest"
    script.write_text(RECORDER.replace("{folder}", str(folder)), encoding="utf-8")
    script.chmod(0o755)
    (folder / "calls").mkdir()
    (folder / "calls").chmod(0o777)
    master = sample("postfix-pipe.master.cf").replace("/usr/bin/digest", str(script))
    main = sample("postfix-lmtp.main.cf") + sample("postfix-pipe.main.cf")
    with postfix(
        main=main,
        master=master.replace("user=digest", "user=nobody"),
        tables={"digest": sample("postfix-pipe.table")},
    ) as mx:
        send(mx, "", "Bounces+AbC@news.example.org")
        mx.await_log("status=sent (delivered via digestpipe service)")

    first, again = [
        (call / "words").read_text(encoding="utf-8").split("\0")[:-1]
        for call in sorted((folder / "calls").iterdir())
    ]
    assert first[-4:] == ["--sender", "", "--recipient", "Bounces+AbC@news.example.org"]
    assert again == first
    assert b"Hello." in (folder / "calls" / "1" / "input").read_bytes()
