"""The alarm of a day by the ledger: who was due, and what the reasons say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import FOUR, Installation
from support.machine_clock import set_clock
from support.readers import CHOSEN_AT

from digest.app.silence import is_unmailed, readers_due, silence_of
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


@pytest.mark.parametrize(
    ("at", "day", "lists_of", "is_silent"),
    [
        # 04:00 in Kolkata on Tuesday is Monday evening in UTC, when Monday's lists are due.
        pytest.param((2, 22, 30), 3, 2, True, id="east"),
        # On Monday morning there it is Sunday in UTC, which has no lists.
        pytest.param((1, 22, 30), 2, 1, False, id="east, after a weekend"),
        pytest.param((3, 2, 0), 2, 3, True, id="west"),
    ],
)
def test_the_calendar_of_a_local_day_is_that_of_the_lists_that_are_out(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    at: tuple[int, int, int],
    day: int,
    lists_of: int,
    *,
    is_silent: bool,
) -> None:
    moment = NOON.replace(day=at[0], hour=at[1], minute=at[2])
    set_clock(monkeypatch, moment)
    subscribe_all(installation)
    installation.now = moment
    installation.send(day=DAY.replace(day=day))

    found = silence_of(
        installation.app,
        DAY.replace(day=day),
        failed_sources=(),
        lists_of=DAY.replace(day=lists_of),
    )

    assert (found is not None) is is_silent


def test_a_day_is_unmailed_until_a_mail_of_it_left(installation: Installation) -> None:
    subscribe_all(installation)
    installation.send()
    before = is_unmailed(installation.app, DAY)
    installation.add_agents_papers("2602.00001", day=DAY.replace(day=3))
    installation.send(day=DAY.replace(day=3))

    assert before
    assert not is_unmailed(installation.app, DAY.replace(day=3))
    assert not is_unmailed(installation.app, DAY.replace(day=9)), "nobody was due"
