"""Which addresses of an installation mail comes in at."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.app import config
from digest.app.inbound.addresses import own_addresses


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("subscribe+llm@news.example.net", True),
        ("bounces+1@back.example.net", True),
        ("digest@example.net", True),
        ("ask@example.com", True),
        ("postmaster@back.example.net", True),
        ("ada@news.example.net", False),
        ("abuse@example.org", False),
    ],
)
def test_commands_bounces_and_senders_are_ours(address: str, *, is_ours: bool) -> None:
    settings = config.build(
        {
            "inbound": {"address": "{command}@news.example.net"},
            "mail": {
                "bounce_address": "bounces+{id}@back.example.net",
                "from_address": "digest@example.net",
                "reply_to": "ask@example.com",
            },
        },
        folder=Path(),
        where="config.toml",
    )

    assert own_addresses(settings)(address) is is_ours
