"""What votes of earlier days say of an edition: what they teach, and which papers took off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import paper
from support.scripted_source import (
    MONDAY,
    ONE,
    THREE,
    TUESDAY,
    TWO,
    WEDNESDAY,
    Service,
    evening,
)

from digest.app.votes import coefficients, train_prior
from digest.errors import ArchiveError
from digest.models.paper import Signals
from digest.ranking.prior import Coefficients
from digest.storage.trained_priors import TrainedPrior, TrainedPriors

if TYPE_CHECKING:
    from support.installation import Installation

REST = [f"2602.001{number:02}" for number in range(12)]


def list_with_votes(service: Service, day: date, votes: dict[str, int]) -> None:
    """A list of agents papers; words of their own keep them from being near-duplicates."""
    service.lists[day] = [
        {"id": known, "title": f"An agent named {known}", "abstract": f"Agent {known}.",
         "day": day.isoformat(), "signals": {"upvotes": count}}
        for known, count in votes.items()
    ]  # fmt: skip


@pytest.fixture
def risen(installation: Installation, service: Service) -> Installation:
    """On Monday ONE had few votes, and on Tuesday it is the most voted of Monday's papers."""
    installation.subscribe("bo", "robots")
    list_with_votes(service, MONDAY, {ONE: 4} | dict.fromkeys(REST, 5))
    evening(installation, MONDAY)
    list_with_votes(service, MONDAY, {ONE: 120} | dict.fromkeys(REST, 9))
    service.list(TUESDAY, TWO)
    return installation


def test_a_paper_that_took_off_comes_back_for_those_who_were_not_sent_it(
    risen: Installation,
) -> None:
    risen.subscribe("cy")
    got_monday = ONE in risen.shown("ada", MONDAY)

    evening(risen, TUESDAY)

    assert ONE in risen.shown("cy", TUESDAY)
    assert (ONE in risen.shown("ada", TUESDAY)) != got_monday


def test_it_says_how_it_took_off_and_is_not_called_late(risen: Installation) -> None:
    evening(risen, TUESDAY)

    edition = risen.edition(TUESDAY)

    (pick,) = [pick for pick in edition.ranked["agents"] if pick.paper.id == ONE]
    assert pick.reasons[-1].text == "now trending: 120 votes, up from 4"
    assert pick.paper.day == MONDAY
    assert pick.trend > 0.9
    assert edition.coverage.late == ()
    assert edition.coverage.considered == 1


def test_it_comes_back_once(risen: Installation, service: Service) -> None:
    evening(risen, TUESDAY)
    service.list(WEDNESDAY, THREE)

    evening(risen, WEDNESDAY)

    assert [it.id for it in risen.edition(WEDNESDAY).papers] == [THREE]


def test_a_day_without_papers_of_its_own_stays_one(risen: Installation, service: Service) -> None:
    del service.lists[TUESDAY]

    evening(risen, TUESDAY)

    assert risen.states(TUESDAY) == {"ada": "skipped", "bo": "skipped"}


def test_the_edition_says_when_its_votes_were_read(risen: Installation, service: Service) -> None:
    list_with_votes(service, TUESDAY, {TWO: 3})

    mail = evening(risen, TUESDAY)

    assert b"Votes as of 18:00 UTC." in mail.messages[0].content
    quotas = risen.app.quotas
    risen.app.__dict__["quotas"] = type(quotas)(
        per_topic=quotas.per_topic, max_papers=quotas.max_papers, trend_weight=0
    )
    assert risen.edition(TUESDAY).coverage.votes_read_at is None


def test_earlier_votes_order_papers_that_have_none(
    installation: Installation, service: Service
) -> None:
    for back in range(1, 5):
        day = MONDAY - timedelta(days=back)
        installation.add_papers(
            *(
                paper(f"2601.{back:02}{n:03}", day=day, authors=(f"Ann {'ABCDEFGH'[n]}",),
                      signals=Signals(upvotes=90 - 9 * n), observed_at=installation.now)
                for n in range(8)
            ),
            source="service",
        )  # fmt: skip
    service.list(MONDAY, ONE, authors=["Ann A"])
    service.lists[MONDAY].append({**service.lists[MONDAY][0], "id": TWO, "authors": ["Ann H"],
                                  "title": f"An agent named {TWO}"})  # fmt: skip
    evening(installation, MONDAY)

    picks = {pick.paper.id: pick for pick in installation.edition(MONDAY).ranked["agents"]}

    assert picks[ONE].trend > 1.3 * picks[TWO].trend
    assert "4 of 4 earlier papers by Ann A were among the most voted of their day" in {
        reason.text for reason in picks[ONE].reasons
    }


def archive(installation: Installation, days: int) -> None:
    """Days on which papers get fewer votes the more authors they have."""
    for back in range(days):
        installation.add_papers(
            *(
                paper(f"26{back // 28:02}.{back % 28:02}{n:03}", title=f"Lamp {n}",
                      day=MONDAY - timedelta(days=back + 1),
                      authors=tuple(f"Ann {back} {n} {k}" for k in range(n + 1)),
                      signals=Signals(upvotes=5 * (9 - n)), observed_at=installation.now)
                for n in range(9)
            )
        )  # fmt: skip


def test_a_training_is_used_from_then_on(installation: Installation) -> None:
    archive(installation, 40)

    found = train_prior(installation.app, MONDAY, keep=True)

    assert found.is_better
    assert coefficients(installation.app) == found.coefficients != Coefficients()


def test_a_training_that_is_only_tried_is_not_stored(installation: Installation) -> None:
    archive(installation, 40)

    assert train_prior(installation.app, MONDAY, keep=False).is_better

    assert coefficients(installation.app) == Coefficients()


def test_a_small_archive_leaves_the_defaults(installation: Installation) -> None:
    archive(installation, 9)

    with pytest.raises(ArchiveError, match="9 days with votes"):
        train_prior(installation.app, MONDAY, keep=True)

    assert coefficients(installation.app) == Coefficients()


def test_a_training_of_another_version_is_left_alone(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    content = {"phase_of_the_moon": 0.4}
    trained = TrainedPrior(trained_at=installation.now, days=40, papers=900, content=content)
    TrainedPriors(installation.app.engine).save(trained)

    assert coefficients(installation.app) == Coefficients()
    assert caplog.messages == ["training of another version"]
