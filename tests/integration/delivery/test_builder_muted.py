"""Papers by a muted author never appear, whatever else speaks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import NOON
from support.installation import Installation, agents_paper
from support.readers import CHOSEN_AT

from digest.models.delivery import DeliveryState
from digest.models.feedback import Feedback, Verdict
from subscribers.models import Preferences

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.delivery.builder import MailResult
    from subscribers.models import Subscriber

LIKES = pytest.mark.parametrize("likes", [0, 3], ids=["without likes", "with likes"])


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """An installation without papers."""
    return Installation(engine, tmp_path)


def reader(installation: Installation, likes: int, *topics: str) -> Subscriber:
    """A reader who likes so many papers of other days, which are about agents."""
    subscriber = installation.subscribe("ada", *topics)
    given = [
        Feedback(
            paper_id=f"2401.{number:05}", verdict=Verdict.LIKE, at=NOON, channel="import",
            title=f"Agents that plan {number}", abstract="An agent plans what it does.",
        )
        for number in range(likes)
    ]  # fmt: skip
    if given:
        installation.app.feedback.give(subscriber.id, given)
    return subscriber


def papers_in(result: MailResult) -> set[str]:
    """The papers of a mail, those listed behind another too."""
    assert result.message is not None
    picks = result.message.issue.picks
    return {paper.id for pick in picks for paper in (pick.paper, *pick.similar)}


@LIKES
def test_a_reader_who_muted_every_author_gets_no_mail(
    installation: Installation, likes: int
) -> None:
    subscriber = reader(installation, likes, "agents", "whales")
    muted = Preferences(muted=("ADA EXAMPLE",), authors=("Ada Example",), words_in=("agents",))
    installation.book.choose(subscriber.id, ["agents", "whales"], muted, at=CHOSEN_AT)
    installation.add_agents_papers("1", "2", authors=("Ben Example", "Àda  Example"))

    result = installation.preview_all()[0]

    assert (result.state, result.message) == (DeliveryState.SKIPPED, None)
    assert result.reason is not None


@LIKES
def test_muting_wins_over_topics_words_following_and_votes(
    installation: Installation, likes: int
) -> None:
    subscriber = reader(installation, likes, "agents", "whales")
    installation.add_agents_papers("1", authors=("Ada Example",), votes=900)
    installation.add_agents_papers("2", authors=("Ben Example",))
    twin = {"title": "Agents of the same title", "abstract": "The same words, twice."}
    installation.add_papers(
        agents_paper("3", authors=("Cyd Example",), **twin),
        agents_paper("4", authors=("Cyd Example", "Ada Example"), **twin),
    )
    chosen = Preferences(muted=("ada example",), authors=("Ada Example",), words_in=("agents",))
    before = installation.preview(subscriber)
    installation.book.choose(subscriber.id, ["agents", "whales"], chosen, at=CHOSEN_AT)

    after = installation.preview_all()[0]

    assert papers_in(before) == {"1", "2", "3", "4"}
    assert papers_in(after) == {"2", "3"}
    assert after.message is not None
    assert "Ada Example" not in after.message.text
