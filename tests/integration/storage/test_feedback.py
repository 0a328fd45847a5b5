"""Feedback as it is stored: the last verdict counts, and a change removes the profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, enrolled, paper

from digest.models.feedback import Feedback, Verdict
from digest.models.profile import Profile
from digest.sources import get_kind
from digest.storage.feedback import FeedbackStore
from digest.storage.papers import PaperStore
from digest.storage.profiles import ProfileStore

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.models.paper import Paper
    from subscribers.book import Book

LIKE = Feedback(paper_id="2401.00001", verdict=Verdict.LIKE, at=NOON, channel="mail", title="Lamps")


@pytest.fixture
def reader(book: Book) -> int:
    return enrolled(book).id


@pytest.fixture
def store(engine: sa.Engine) -> FeedbackStore:
    return FeedbackStore(engine)


def keep(engine: sa.Engine, *papers: Paper) -> None:
    PaperStore(engine).save(papers, source="a", authority=get_kind("jsonl").authority)


def verdicts(store: FeedbackStore, reader: int) -> dict[str, str]:
    return {one.paper_id: one.verdict for one in store.of([reader]).get(reader, [])}


def test_to_repeat_feedback_changes_nothing(store: FeedbackStore, reader: int) -> None:
    assert store.give(reader, [LIKE]) == 1
    later = replace(LIKE, at=NOON + timedelta(hours=1))

    assert store.give(reader, [later, later]) == 0
    assert store.of([reader]) == {reader: [LIKE]}


def test_the_last_verdict_on_a_paper_counts(store: FeedbackStore, reader: int) -> None:
    store.give(reader, [LIKE])

    assert store.give(reader, [replace(LIKE, verdict=Verdict.LESS)]) == 1
    assert verdicts(store, reader) == {"2401.00001": "less"}


def test_a_like_of_a_saved_paper_keeps_it_saved(store: FeedbackStore, reader: int) -> None:
    store.give(reader, [replace(LIKE, verdict=Verdict.SAVE)])

    assert store.give(reader, [LIKE]) == 0
    assert verdicts(store, reader) == {"2401.00001": "save"}


def test_a_paper_that_the_store_knows_keeps_no_text_of_its_own(
    store: FeedbackStore, reader: int, engine: sa.Engine
) -> None:
    known = paper("2401.00001", title="Lamps that think", aliases=("10.1000/lamps",))
    keep(engine, known)

    store.give(reader, [replace(LIKE, paper_id="10.1000/lamps"), LIKE])

    (found,) = store.of([reader])[reader]
    assert (found.paper_id, found.title) == ("2401.00001", "Lamps that think")
    assert found.abstract == known.abstract


def test_feedback_follows_a_paper_to_its_better_id(
    store: FeedbackStore, reader: int, engine: sa.Engine
) -> None:
    weak, strong = paper("title:abc", title="Lamps that think"), paper("2401.00001")
    keep(engine, weak)
    store.give(reader, [replace(LIKE, paper_id=weak.id)])

    keep(engine, replace(strong, title=weak.title))

    assert verdicts(store, reader) == {"2401.00001": "like"}


def test_two_ids_that_become_one_papers_count_once(
    store: FeedbackStore, reader: int, engine: sa.Engine
) -> None:
    store.give(reader, [replace(LIKE, paper_id="10.1000/lamps"), LIKE])
    assert len(verdicts(store, reader)) == 2

    keep(engine, paper("2401.00001", aliases=("10.1000/lamps",)))

    assert verdicts(store, reader) == {"2401.00001": "like"}


def test_feedback_is_taken_back_by_any_id(
    store: FeedbackStore, reader: int, engine: sa.Engine
) -> None:
    keep(engine, paper("2401.00001", aliases=("10.1000/lamps",)))
    store.give(reader, [LIKE])

    assert store.withdraw(reader, ["10.1000/lamps", "2401.00099"]) == 1
    assert verdicts(store, reader) == {}


def test_feedback_is_forgotten_alone(
    store: FeedbackStore, reader: int, engine: sa.Engine, book: Book
) -> None:
    store.give(reader, [LIKE])
    ProfileStore(engine).save({reader: Profile(interests=(), likes=1)}, at=NOON)

    assert store.forget(reader) == 1
    assert store.of([reader]) == {}
    assert ProfileStore(engine).of([reader]) == {}
    assert book.get(reader) is not None


def test_more_than_one_statement_holds_is_taken_back(store: FeedbackStore, reader: int) -> None:
    ids = [f"2401.{number:05}" for number in range(1, 1_202)]
    assert store.give(reader, [replace(LIKE, paper_id=one) for one in ids]) == 1_201

    assert store.withdraw(reader, ids) == 1_201


def test_papers_without_an_abstract_are_unknown(
    store: FeedbackStore, reader: int, engine: sa.Engine
) -> None:
    described = replace(LIKE, abstract="We light lamps.")
    store.give(reader, [described, *(replace(LIKE, paper_id=f"2401.0000{n}") for n in (2, 3))])
    keep(engine, paper("2401.00003"))

    assert store.unknown() == {"2401.00002"}


def test_a_verdict_is_found_by_any_id_of_its_paper(
    store: FeedbackStore, reader: int, engine: sa.Engine
) -> None:
    keep(engine, replace(paper("2401.00001"), aliases=("10.1000/lamps",)))
    store.give(reader, [LIKE])

    names = ["2401.00001", "10.1000/lamps", "2401.00002"]

    assert store.judged(reader, names) == {"2401.00001", "10.1000/lamps"}
    assert store.judged(reader + 1, names) == set()
