"""Profiles as they are stored."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from support.builders import NOON, enrolled

from digest.models.feedback import Feedback, Verdict
from digest.models.profile import Interest, Profile
from digest.storage.feedback import FeedbackStore
from digest.storage.profiles import ProfileStore, load

if TYPE_CHECKING:
    import sqlalchemy as sa

    from subscribers.book import Book

PROFILE = Profile(
    interests=(
        Interest(
            terms={"diffus polici": 0.1 + 0.2, "robot": -0.25},
            words=("diffusion policy",),
            likes=2,
            vector=(0.5, -0.25),
        ),
        Interest(terms={}, likes=1),
    ),
    whole=Interest(terms={"robot": 0.5}, likes=3),
    likes=3,
)
LIKE = Feedback(paper_id="2401.00001", verdict=Verdict.LIKE, at=NOON, channel="mail")


def test_a_profile_comes_back_as_it_was(engine: sa.Engine, book: Book) -> None:
    store, reader = ProfileStore(engine), enrolled(book).id
    store.save({reader: Profile(interests=(), likes=9)}, at=NOON)
    store.save({reader: PROFILE}, at=NOON)

    assert store.of([reader, 12345]) == {reader: PROFILE}


def test_a_profile_that_an_earlier_build_stored_is_read() -> None:
    content = zlib.compress(b'[1,[[2,["robots"],[["robot",0.5],["arm",-0.25]],[]]]]')

    (interest,) = load(content, likes=2).interests

    assert interest == Interest(terms={"robot": 0.5, "arm": -0.25}, words=("robots",), likes=2)


def test_feedback_without_a_profile_is_missing(engine: sa.Engine, book: Book) -> None:
    store, feedback = ProfileStore(engine), FeedbackStore(engine)
    ada, ben = enrolled(book).id, enrolled(book, "ben@example.org").id
    assert store.missing(learned_before=NOON) == []
    feedback.give(ada, [LIKE])
    feedback.give(ben, [LIKE])
    store.save({ben: PROFILE}, at=NOON)

    assert store.missing(learned_before=NOON) == [ada]
    assert store.missing(learned_before=NOON + timedelta(seconds=1)) == [ada, ben]


def test_a_profile_with_vectors_of_another_model_is_missing(engine: sa.Engine, book: Book) -> None:
    store, ada = ProfileStore(engine), enrolled(book).id
    FeedbackStore(engine).give(ada, [LIKE])
    store.save({ada: PROFILE}, at=NOON, model="small")

    assert store.missing(learned_before=NOON, model="large") == [ada]
    assert store.missing(learned_before=NOON, model="small") == []
    assert store.missing(learned_before=NOON) == []


def test_new_feedback_makes_a_profile_missing(engine: sa.Engine, book: Book) -> None:
    store, ada = ProfileStore(engine), enrolled(book).id
    store.save({ada: PROFILE}, at=NOON)

    FeedbackStore(engine).give(ada, [LIKE])

    assert store.missing(learned_before=NOON) == [ada]
