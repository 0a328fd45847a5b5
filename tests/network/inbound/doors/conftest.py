"""An LMTP server for each test that asks for one."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import NOON
from support.lmtp import LMTPService, MemoryStore, running

from digest.app.listener import listen_unix
from digest.inbound.doors.addresses import OwnAddresses
from digest.inbound.doors.lmtp import Limits, LMTPServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OURS = OwnAddresses(["{command}@news.example.org", "bounces+{id}@news.example.org"])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., LMTPService]]:
    """Starts a server; it ends with the test."""
    with ExitStack() as stack:

        def start(store: Any = None, /, **limits: Any) -> LMTPService:
            store = store or MemoryStore()
            woken: list[None] = []
            server = LMTPServer(
                store,
                is_ours=OURS,
                clock=lambda: NOON,
                on_stored=lambda: woken.append(None),
                limits=Limits(**limits),
            )
            unix = listen_unix(tmp_path / "lmtp.sock", 0o600)
            loop = stack.enter_context(running(server, unix.socket))
            return LMTPService(store, str(unix.path), server, loop, woken)

        yield start
