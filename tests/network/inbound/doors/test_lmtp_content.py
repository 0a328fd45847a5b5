"""Any content comes through LMTP as it was, however it is cut into pieces on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOON
from support.lmtp import LMTPClient, running

from digest.app.listener import listen_unix
from digest.inbound.doors.lmtp import Limits, LMTPServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.models.inbound import Incoming

#: What a line may end with, hide behind or break.
TOKENS = [b"\r\n", b"\n", b"\r", b".", b"..", b"x", b"\x00", b"\xff", b".\r\n", b"\n.\n", b"QUIT"]


class Last:
    """Remembers the last message."""

    content = b""

    def store_all(self, messages: Sequence[Incoming]) -> list[int]:
        self.content = messages[-1].content
        return [1] * len(messages)


@pytest.fixture(scope="module")
def client_and_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LMTPClient, Last]]:
    store = Last()
    server = LMTPServer(
        store,
        is_ours=bool,
        clock=lambda: NOON,
        on_stored=lambda: None,
        limits=Limits(kept=100_000),
    )
    unix = listen_unix(tmp_path_factory.mktemp("lmtp") / "sock", 0o600)
    with running(server, unix.socket), LMTPClient(str(unix.path)) as client:
        yield client, store


def hidden(content: bytes) -> bytes:
    """Content with a dot in front of each line that begins with one (RFC 5321 §4.5.2)."""
    return b"\r\n".join(
        b"." + line if line.startswith(b".") else line for line in content.split(b"\r\n")
    )


@given(
    st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)), max_size=40).map(b"".join),
    st.lists(st.integers(1, 30), min_size=1, max_size=5),
)
def test_any_content_comes_through(
    client_and_store: tuple[LMTPClient, Last], content: bytes, lengths: list[int]
) -> None:
    client, store = client_and_store
    sent = hidden(content) + b"\r\n.\r\n"

    client.envelope("bounces@news.example.org")
    client.command("DATA")
    for number in range(len(sent)):
        length = lengths[number % len(lengths)]
        piece, sent = sent[:length], sent[length:]
        client.send(piece)

    assert client.reply() == "250 2.0.0 stored"
    assert store.content == content + b"\r\n"
