"""Real sessions of Postfix, Exim, OpenSMTPD and sendmail, command by command."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.lmtp import LMTPClient, running, transcript

from digest.app.listener import listen_unix
from digest.inbound.doors.lmtp import LMTPServer
from digest.storage.arrivals import Arrivals

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

SESSIONS = {
    "postfix-lmtp-null": "", "postfix-lmtp-three": "s+lm@example.net", "postfix-lmtp-alias": "",
    "postfix-lmtp-utf8": "s+u8a@example.net", "postfix-lmtp-8bit": "s+8bit@example.net",
    "postfix-lmtp-no8bit": "s+no8@example.net", "postfix-lmtp-longline-nul": "s+raw8@example.net",
    "exim-lmtp-no-affix": "", "exim-lmtp-two": "s+l2@example.net",
    "exim-smtp-lmtp": "s+l4@example.net", "exim-lmtp-longline": "s+raw8@example.net",
    "postfix-lmtp-alias-dsn": "", "opensmtpd-lmtp-null": "", "sendmail-lmtp": "s+one@example.net",
}  # fmt: skip


def without_dsn(line: str) -> str:
    """Leave out what Postfix says to a server that announces DSN, as ours does not."""
    return re.sub(r" ORCPT=\S*", "", line)


@pytest.mark.parametrize("name", SESSIONS)
def test_a_real_session_stores_its_message_for_each_recipient(
    real_data: Path, tmp_path: Path, engine: sa.Engine, name: str
) -> None:
    folder = real_data / "inbound"
    text = (folder / f"{name}.lmtp.txt").read_text(encoding="utf-8")
    lines = [without_dsn(line) for line in text.encode().decode("unicode_escape").splitlines()]
    content = (folder / f"{name}.eml").read_bytes()
    store = Arrivals(engine)
    server = LMTPServer(store, is_ours=bool, clock=lambda: NOON, on_stored=lambda: None)
    unix = listen_unix(tmp_path / "lmtp.sock", 0o600)

    with ExitStack() as stack:
        stack.enter_context(running(server, unix.socket))
        client = stack.enter_context(LMTPClient(str(unix.path)))
        client.command("LHLO mx.example.org")
        accepted = [client.command(line) for line in lines]
        recipients = transcript(lines)[1]
        answers = client.message(content.removesuffix(b"\r\n"), answers=len(recipients))

    assert {answer[:3] for answer in [*accepted, *answers]} == {"250"}
    found = store.waiting(99)
    assert [one.envelope.recipient for one in found] == recipients
    assert {one.envelope.sender for one in found} == {SESSIONS[name]}
    assert {one.content for one in found} == {content}


def test_every_real_session_is_tested(real_data: Path) -> None:
    names = {path.name.split(".")[0] for path in (real_data / "inbound").glob("*.lmtp.txt")}

    assert names == set(SESSIONS)
