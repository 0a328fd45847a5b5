"""A library as likes: each paper once, however often and in whatever order it is imported."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.builders import NOON
from support.examples import share
from support.library_files import WRITERS, Work, works

from digest.app.seeds import SeedReport, give_seeds
from digest.models.feedback import Feedback, Verdict
from digest.sources.library import Format, Library, Seed, read

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


def counts(report: SeedReport) -> tuple[int, int, int]:
    return report.new, report.known, report.waiting


def test_a_library_becomes_likes_with_its_texts(installation: Installation) -> None:
    reader = installation.subscribe("ada").id

    assert counts(give(installation, reader)) == (3, 0, 1)
    likes = installation.app.feedback.of([reader])[reader]
    assert {(like.verdict, like.channel) for like in likes} == {(Verdict.LIKE, "import")}
    assert {like.title: like.abstract for like in likes} == {
        "Lamps": "We light lamps.", "Bells": "", "Canals": "",
    }  # fmt: skip


def test_an_import_twice_is_one(installation: Installation) -> None:
    reader = installation.subscribe("ada").id
    give(installation, reader)
    before = installation.app.feedback.of([reader])

    assert counts(give(installation, reader)) == (0, 3, 1)
    assert installation.app.feedback.of([reader]) == before


READERS = count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=share(30))
@given(library=works(), formats=st.permutations(Format), data=st.data())
def test_an_import_twice_in_any_order_and_format_is_one(
    installation: Installation, library: list[Work], formats: list[Format], data: st.DataObject
) -> None:
    """A library that a reader imports from one program, and again from another."""
    reader = installation.subscribe(f"reader{next(READERS)}").id
    written = [WRITERS[one](data.draw(st.permutations(library))).encode() for one in formats]
    libraries = [read(text, of) for text, of in zip(written, formats, strict=True)]
    first = give_seeds(installation.app, reader, libraries[0], at=NOON)
    before = installation.app.feedback.of([reader])

    again = [give_seeds(installation.app, reader, one, at=NOON).new for one in libraries]

    assert (first.new, again) == (len(library), [0] * len(formats))
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

    report = give(installation, reader, dry_run=True)

    assert counts(report) == (3, 0, 1)
    assert next((one.paper_id, one.title, one.is_new) for one in report.papers) == (
        "2401.00001",
        "Lamps",
        True,
    )
    assert installation.app.feedback.of([reader]) == {}


def test_a_paper_that_is_stored_waits_for_nothing(installation: Installation) -> None:
    reader = installation.subscribe("ada").id
    installation.add_agents_papers("2401.00002")

    assert give(installation, reader).waiting == 0
