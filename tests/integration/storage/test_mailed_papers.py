"""The paper that a link of a mail means, while its delivery is kept, pruned, or was never made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON

from digest.storage.mailed_papers import MailedPapers

if TYPE_CHECKING:
    from support.installation import Installation

    from subscribers.models import Subscriber


@pytest.fixture
def ada(installation: Installation) -> Subscriber:
    """A reader of a day's mail; the day had another edition since."""
    subscriber = installation.subscribe("ada")
    installation.add_agents_papers("1", "2")
    installation.send()
    installation.add_agents_papers("0")
    later = installation.app.editions.save(installation.edition(), mail_key="", now=NOON)
    assert "0" in later.edition.positions
    return subscriber


def papers_of(installation: Installation, subscriber_id: int) -> set[str | None]:
    mailed = MailedPapers(installation.app.engine)
    return {mailed.find(subscriber_id, DAY, position) for position in range(5)}


def test_a_position_is_of_the_edition_that_the_mail_was_made_from(
    installation: Installation, ada: Subscriber
) -> None:
    assert papers_of(installation, ada.id) == {"1", "2", None}


def test_a_position_is_still_known_when_the_delivery_is_pruned(
    installation: Installation, ada: Subscriber
) -> None:
    installation.app.pruning.prune(
        DAY, before=DAY + timedelta(days=1), closed_before=NOON + timedelta(days=9), limit=9,
        now=NOON,
    )  # fmt: skip

    assert installation.app.history.record(DAY, ada.id) is None
    assert papers_of(installation, ada.id) == {"1", "2", None}


def test_a_preview_has_the_positions_of_the_newest_edition(
    installation: Installation, ada: Subscriber
) -> None:
    assert papers_of(installation, ada.id + 1) == {"0", "1", "2", None}


@pytest.mark.parametrize("position", [-1, 2**31, 2**63, 10**40])
def test_a_position_that_no_edition_can_have_is_not_looked_up(
    installation: Installation, ada: Subscriber, position: int
) -> None:
    assert MailedPapers(installation.app.engine).find(ada.id, DAY, position) is None


def test_a_day_without_an_edition_has_no_papers(
    installation: Installation, ada: Subscriber
) -> None:
    mailed = MailedPapers(installation.app.engine)

    assert mailed.find(ada.id, DAY + timedelta(days=1), 0) is None


def test_a_paper_is_found_under_the_id_that_it_has_now(
    installation: Installation, ada: Subscriber
) -> None:
    [paper] = [it for it in installation.app.papers.papers() if it.id == "1"]
    renamed = replace(paper, id="2602.00009", aliases=("1",))
    installation.add_papers(renamed)

    found = papers_of(installation, ada.id)

    assert found in ({"1", "2", None}, {"2602.00009", "2", None})
