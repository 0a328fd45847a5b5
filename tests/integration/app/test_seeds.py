"""A library as likes: each paper once, however often and in whatever order it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.builders import NOON

from digest.app.seeds import SeedReport, give_seeds
from digest.models.feedback import Feedback, Verdict
from digest.sources.library import Library, Seed

if TYPE_CHECKING:
    from support.installation import Installation

LIBRARY = Library(
    seeds=(
        Seed(paper_id="2401.00001", title="Lamps", abstract="We light lamps."),
        Seed(paper_id="2401.00002", title="Bells"),
        Seed(paper_id="10.1000/c", title="Canals"),
    )
)


def give(installation: Installation, reader: int, *, dry_run: bool = False) -> SeedReport:
    return give_seeds(installation.app, reader, LIBRARY, at=NOON, dry_run=dry_run)


def test_a_library_becomes_likes_with_its_texts(installation: Installation) -> None:
    reader = installation.subscribe("ada").id

    assert give(installation, reader) == SeedReport(new=3, known=0, waiting=1)
    likes = installation.app.feedback.of([reader])[reader]
    assert {(like.verdict, like.channel) for like in likes} == {(Verdict.LIKE, "import")}
    assert {like.title: like.abstract for like in likes} == {
        "Lamps": "We light lamps.", "Bells": "", "Canals": "",
    }  # fmt: skip


def test_an_import_twice_is_one(installation: Installation) -> None:
    reader = installation.subscribe("ada").id
    give(installation, reader)
    before = installation.app.feedback.of([reader])

    assert give(installation, reader) == SeedReport(new=0, known=3, waiting=1)
    assert installation.app.feedback.of([reader]) == before


def test_a_library_overrules_no_verdict(installation: Installation) -> None:
    reader = installation.subscribe("ada").id
    less = Feedback(paper_id="2401.00001", verdict=Verdict.LESS, at=NOON, channel="mail")
    installation.app.feedback.give(reader, [less])

    assert give(installation, reader).new == 2
    verdicts = {it.paper_id: it.verdict for it in installation.app.feedback.of([reader])[reader]}
    assert verdicts["2401.00001"] is Verdict.LESS


def test_a_trial_changes_nothing(installation: Installation) -> None:
    reader = installation.subscribe("ada").id

    assert give(installation, reader, dry_run=True) == SeedReport(new=3, known=0, waiting=1)
    assert installation.app.feedback.of([reader]) == {}


def test_a_paper_that_is_stored_waits_for_nothing(installation: Installation) -> None:
    reader = installation.subscribe("ada").id
    installation.add_agents_papers("2401.00002")

    assert give(installation, reader).waiting == 0
