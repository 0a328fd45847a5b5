"""The product's own benchmark sends what it says it has measured."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from digest.app import benchmark
from digest.app.benchmark import Result, Settings, measure
from digest.app.clock import today
from digest.errors import ConfigError
from digest.sources.fetch import no_progress

if TYPE_CHECKING:
    from pathlib import Path

    from support.smtp_server import SMTPServer


def measured(server: SMTPServer, folder: Path, **details: Any) -> Result:
    defaults: dict[str, Any] = {"subscribers": 5, "size": 20_000, "senders": 1, "connections": 1}
    settings = Settings(host="127.0.0.1", port=server.port, **(defaults | details))
    return measure(settings, folder, should_continue=lambda: True, progress=no_progress)


def test_every_made_up_subscriber_gets_a_mail_of_about_the_size(
    server: SMTPServer, tmp_path: Path
) -> None:
    found = measured(server, tmp_path)

    assert (found.subscribers, found.sent, found.stopped) == (5, 5, None)
    assert len(set(server.recipients)) == 5
    assert 0.8 * 20_000 <= found.size <= 20_000
    assert found.mails_per_second == found.sent / found.seconds
    assert set(found.cpu) >= {"render", "ledger", "wire", "other"}


def test_midnight_meanwhile_costs_no_mail(
    server: SMTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = today("UTC")
    days = (begun + timedelta(days=number) for number in count())
    monkeypatch.setattr(benchmark, "today", lambda _zone: next(days))

    assert measured(server, tmp_path).sent == 5


def test_a_size_that_no_mail_can_have_is_an_error(server: SMTPServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no mail is so small"):
        measured(server, tmp_path, size=10)

    assert server.recipients == []
