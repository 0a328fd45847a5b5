"""The mails that readers answered, read from the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, NOON

from digest.models.feedback import Feedback, Verdict
from digest.models.picks import OURS
from digest.ranking.interleaving import on_our_scale

if TYPE_CHECKING:
    from support.installation import Installation

    from digest.storage.judged_mails import JudgedMail

FIRST, OTHER = "2602.00001", "2602.00002"


def says(installation: Installation, reader: int, paper_id: str, **details: Any) -> None:
    one = Feedback(
        **{
            "paper_id": paper_id, "verdict": Verdict.LIKE, "at": NOON, "channel": "mail",
            "day": DAY, **details,
        }
    )  # fmt: skip
    installation.app.feedback.give(reader, [one])


def judged(installation: Installation, **days: date) -> list[JudgedMail]:
    return list(
        installation.app.judged_mails.between(days.get("first", DAY), days.get("last", DAY))
    )


@pytest.fixture
def mailed(installation: Installation) -> Installation:
    """Ada and Bo were sent two papers, of which one was a rival's."""
    installation.add_agents_papers(FIRST, OTHER)
    of_the_day = installation.edition()
    newest = {slug: tuple(reversed(picks)) for slug, picks in of_the_day.ranked.items()}
    interleaved = replace(
        of_the_day, rival="newest", rival_ranked=on_our_scale(of_the_day.ranked, newest)
    )
    for name in ("ada", "bo"):
        installation.subscribe(name)
    installation.send(edition=interleaved)
    return installation


def test_a_verdict_is_told_with_the_teams_of_the_mail_that_it_answers(mailed: Installation) -> None:
    says(mailed, 1, FIRST, verdict=Verdict.LESS)

    (found,) = judged(mailed)

    assert (found.subscriber_id, found.day, found.rival) == (1, DAY, "newest")
    assert found.verdicts == {FIRST: Verdict.LESS}
    assert {item.team for item in found.items} == {OURS, "newest"}


@pytest.mark.parametrize(
    "details",
    [
        {"channel": "import"},
        {"channel": "cli"},
        {"day": DAY + timedelta(days=1)},
        {"day": None, "at": NOON - timedelta(days=3)},
        {"paper_id": "2401.00009"},
    ],
    ids=["library", "operator", "another mail", "said before", "not in the mail"],
)
def test_what_answers_no_mail_of_the_day_is_left_out(
    mailed: Installation, details: dict[str, Any]
) -> None:
    says(mailed, 1, details.pop("paper_id", FIRST), **details)

    assert judged(mailed) == []


def test_what_was_said_on_the_site_later_answers_the_mail_that_showed_it(
    mailed: Installation,
) -> None:
    says(mailed, 2, OTHER, channel="web", day=None)

    assert [one.subscriber_id for one in judged(mailed)] == [2]


def test_other_days_are_left_out(mailed: Installation) -> None:
    says(mailed, 1, FIRST)

    assert judged(mailed, first=DAY + timedelta(days=1), last=date.max) == []
    assert len(judged(mailed, first=date.min, last=date.max)) == 1


def test_mails_of_a_version_without_teams_are_read_too(installation: Installation) -> None:
    installation.add_agents_papers(FIRST)
    installation.subscribe("ada")
    installation.send()
    says(installation, 1, FIRST)

    (found,) = judged(installation)

    assert found.rival == ""
    assert [item.team for item in found.items] == [None]
