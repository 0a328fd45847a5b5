"""The alarm of a day by the ledger: who was due, and what the reasons say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import FOUR, Installation
from support.machine_clock import set_clock
from support.readers import CHOSEN_AT

from digest.app.silence import readers_due, silence_of
from digest.sources import Source

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

SERVICE = (Source(name="arXiv", kind="arxiv", categories=("cs.CL",)),)
GITHUB = (*SERVICE, Source(name="GitHub", kind="github"))


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """Readers of agents, and a service."""
    set_clock(monkeypatch, NOON)
    installation = Installation(engine, tmp_path)
    installation.app.__dict__["sources"] = SERVICE
    return installation


def silence(installation: Installation, *failed: str) -> str | None:
    return silence_of(installation.app, DAY, failed_sources=failed)


def subscribe_all(installation: Installation, *days: str) -> None:
    for name in FOUR:
        reader = installation.subscribe(name)
        if days:
            installation.book.prefer(
                reader.id, lambda chosen: replace(chosen, days=days), at=CHOSEN_AT
            )


def test_a_day_on_which_nothing_came_is_silent(installation: Installation) -> None:
    subscribe_all(installation)
    installation.send()

    assert silence(installation) == (
        f"nothing was sent for {DAY} to 4 readers: no papers came, and no calendar says why"
    )


def test_a_source_that_only_adds_to_papers_is_no_reason(installation: Installation) -> None:
    installation.app.__dict__["sources"] = GITHUB
    subscribe_all(installation)
    installation.send()

    assert "GitHub" not in str(silence(installation, "GitHub"))
    assert "arXiv could not be read" in str(silence(installation, "arXiv", "GitHub"))


def test_a_day_with_mails_is_not_silent(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    subscribe_all(installation)
    installation.send()

    assert silence(installation, "arXiv") is None


def test_few_readers_whose_topics_nothing_is_about_are_no_alarm(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada", "whales")
    installation.send()

    assert installation.reasons()["ada"] == "none of the day’s 1 paper is about Whales"
    assert silence(installation) is None


def test_readers_of_topics_that_are_gone_are_an_alarm(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada", "dragons")
    installation.send()

    assert "none of the topics exist: dragons" in str(silence(installation))


def test_nobody_is_due_who_wants_no_mail_that_day(installation: Installation) -> None:
    subscribe_all(installation, "sun")
    installation.send()

    assert readers_due(installation.app, DAY) == 0
    assert silence(installation) is None
