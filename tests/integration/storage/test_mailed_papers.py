"""The paper that a link of a mail means: that which the mail had, whatever was stored since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON

from digest.storage.mailed_papers import MailedPapers

if TYPE_CHECKING:
    from support.installation import Installation

    from digest.storage.editions import StoredEdition


@pytest.fixture
def first(installation: Installation) -> StoredEdition:
    """The edition of a day's mails; the day had another since, whose first paper is new."""
    installation.subscribe("ada")
    installation.add_agents_papers("1", "2")
    installation.send()
    newest = installation.app.editions.newest(DAY)
    assert newest is not None
    return installation.app.editions.get(newest)


@pytest.fixture
def later(installation: Installation, first: StoredEdition) -> StoredEdition:
    """An edition of the same day that was stored in the same second."""
    installation.add_agents_papers("0")
    later = installation.app.editions.save(installation.edition(), mail_key="", now=first.at)
    assert later.id != first.id
    assert later.edition.positions["0"] in first.edition.positions.values()
    return later


def papers_of(installation: Installation, at: datetime) -> dict[str | None, int]:
    mailed = MailedPapers(installation.app.engine)
    return {mailed.find(DAY, at, position): position for position in range(5)}


def test_a_position_is_of_the_edition_that_the_mail_was_made_from(
    installation: Installation, first: StoredEdition, later: StoredEdition
) -> None:
    for stored in (first, later):
        found = papers_of(installation, stored.at)

        del found[None]
        assert found == stored.edition.positions


def test_a_position_is_still_known_when_the_delivery_is_pruned(
    installation: Installation, first: StoredEdition
) -> None:
    installation.app.pruning.prune(
        DAY, before=DAY + timedelta(days=1), closed_before=NOON + timedelta(days=9), limit=9,
        now=NOON,
    )  # fmt: skip

    assert papers_of(installation, first.at).keys() == {"1", "2", None}


@pytest.mark.parametrize("position", [-1, 2**31, 2**63, 10**40])
def test_a_position_that_no_edition_can_have_is_not_looked_up(
    installation: Installation, first: StoredEdition, position: int
) -> None:
    assert MailedPapers(installation.app.engine).find(DAY, first.at, position) is None


@pytest.mark.parametrize(
    ("days", "seconds", "expected"), [(0, 0, True), (1, 0, False), (0, 1, False), (0, -1, False)]
)
def test_an_edition_is_known_by_its_day_and_second(
    installation: Installation, first: StoredEdition, *, days: int, seconds: int, expected: bool
) -> None:
    mailed = MailedPapers(installation.app.engine)
    day, at = DAY + timedelta(days=days), first.at + timedelta(seconds=seconds)

    assert mailed.is_known(day, at) is expected
    assert (mailed.find(day, at, 0) is not None) is expected


def test_a_paper_is_found_under_the_id_that_it_has_now(
    installation: Installation, first: StoredEdition
) -> None:
    [paper] = [it for it in installation.app.papers.papers() if it.id == "1"]
    renamed = replace(paper, id="2602.00009", aliases=("1",))
    installation.add_papers(renamed)

    found = papers_of(installation, first.at).keys()

    assert found in ({"1", "2", None}, {"2602.00009", "2", None})
