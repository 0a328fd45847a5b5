"""Mails that readers answered, ranked anew."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON, paper

from digest.app.backtest import BacktestRequest
from digest.app.judged import JudgedReplay, replay_judged
from digest.errors import ConfigError, NotFoundError
from digest.models.feedback import Feedback, Verdict
from digest.storage.schema import metadata

if TYPE_CHECKING:
    from support.installation import Installation

TITLES = ("An agent that plans", "Agents at sea", "A bank of agents", "The singing agent")


@pytest.fixture
def mailed(installation: Installation) -> Installation:
    """Ada, who wants agents, was sent four papers."""
    installation.add_papers(
        *(
            paper(f"2602.0000{n}", title=title, abstract=f"{title}. " * (n + 1))
            for n, title in enumerate(TITLES)
        )
    )
    installation.subscribe("ada")
    installation.send()
    return installation


def say(installation: Installation, verdict: Verdict, *papers: str, **details: Any) -> None:
    given = {"verdict": verdict, "at": NOON, "channel": "mail", "day": DAY, **details}
    installation.app.feedback.give(1, [Feedback(paper_id=f"2602.0000{n}", **given) for n in papers])


def replayed(installation: Installation, **details: Any) -> JudgedReplay:
    request = {
        "first": DAY,
        "last": DAY,
        "rankers": ("digest", "newest"),
        "topics": installation.app.topics,
        **details,
    }
    return replay_judged(installation.app, BacktestRequest(**request))


def test_each_ranker_makes_the_mail_that_the_reader_answered(mailed: Installation) -> None:
    say(mailed, Verdict.LIKE, "1")
    say(mailed, Verdict.LESS, "2", "3")

    found = replayed(mailed)

    (mail,) = found.mails
    assert set(mail.lists["digest"]) == {f"2602.0000{n}" for n in range(4)}
    assert mail.lists["newest"] == tuple(f"2602.0000{n}" for n in (3, 2, 1, 0))
    assert mail.verdicts["2602.00001"] is Verdict.LIKE
    assert (found.readers, found.chosen.liked, found.chosen.total) == (1, 1, 3)
    assert found.drawn.total == 0


def test_nothing_is_written(mailed: Installation) -> None:
    say(mailed, Verdict.LIKE, "1")

    def everything() -> list[Any]:
        with mailed.app.engine.connect() as db:
            return [list(db.execute(sa.select(table))) for table in metadata.sorted_tables]

    before = everything()

    replayed(mailed)

    assert everything() == before


def test_without_answers_there_is_nothing_to_compare(mailed: Installation) -> None:
    say(mailed, Verdict.LIKE, "1", channel="import")

    with pytest.raises(NotFoundError, match="no reader of these topics has said anything"):
        replayed(mailed)
    with pytest.raises(ConfigError, match="is after --to"):
        replayed(mailed, first=DAY + timedelta(days=1))


def test_a_reader_of_other_topics_is_left_out(mailed: Installation) -> None:
    say(mailed, Verdict.LIKE, "1")

    with pytest.raises(NotFoundError):
        replayed(mailed, topics=mailed.app.topics[1:])
