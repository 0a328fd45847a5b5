"""An empty topic, one paper, fewer than asked for, all seen: no crash, the right message.

Each with likes and without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, ids
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

NEXT = DAY.replace(day=3)
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


def shown(result: MailResult) -> list[str]:
    assert result.message is not None
    return [paper_id for section in result.message.issue.sections for paper_id in ids(section)]


@LIKES
def test_an_empty_topic_says_that_nothing_is_about_it(
    installation: Installation, likes: int
) -> None:
    subscriber = reader(installation, likes, "robots")
    installation.add_papers(agents_paper("1", title="On Whales", abstract="Whales sing."))

    result = installation.preview(subscriber)

    assert (result.state, result.message) == (DeliveryState.SKIPPED, None)
    assert result.reason is not None
    assert result.reason.startswith("none of the day’s 1 paper is about Robots")


@LIKES
def test_a_day_without_papers_says_so(installation: Installation, likes: int) -> None:
    result = installation.preview(reader(installation, likes))

    assert result.state is DeliveryState.SKIPPED
    assert result.reason is not None
    assert "no papers" in result.reason


@LIKES
def test_one_paper_is_a_mail_of_one_paper(installation: Installation, likes: int) -> None:
    subscriber = reader(installation, likes)
    installation.add_agents_papers("1")

    result = installation.preview(subscriber)

    assert shown(result) == ["1"]
    assert result.message is not None
    assert "1 paper for you in" in result.message.text


@LIKES
def test_fewer_papers_than_asked_for_are_all_shown(installation: Installation, likes: int) -> None:
    subscriber = reader(installation, likes)
    installation.book.choose(subscriber.id, ["agents"], Preferences(papers=9), at=CHOSEN_AT)
    installation.add_agents_papers("1", "2", "3")

    result = installation.preview_all()[0]

    assert sorted(shown(result)) == ["1", "2", "3"]


@LIKES
def test_all_seen_says_that_every_paper_was_in_an_earlier_issue(
    installation: Installation, likes: int
) -> None:
    reader(installation, likes)
    installation.add_agents_papers("1", "2")
    installation.send()
    installation.add_papers(*(agents_paper(it, day=NEXT) for it in ("1", "2")), source="second")

    installation.wait(days=1)
    installation.send(day=NEXT)

    record = installation.delivery("ada", NEXT)
    assert str(record.state) == "skipped"
    assert record.reason is not None
    assert "paper" in record.reason
