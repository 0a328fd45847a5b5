"""Profiles of an installation's readers: stored by a run, and learned on the spot before it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.fields import FIELDS, day_paper, feedback
from support.readers import CHOSEN_AT

from digest.app import profiles
from digest.app.profiles import Profiles, learn_profiles, profile_of
from digest.models.issue import Issue
from digest.sources.fetch import no_progress
from subscribers.models import LIKED, Preferences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.installation import Installation

    from digest.sources.file_fetcher import StepCounter
    from subscribers.models import Subscriber


@pytest.fixture
def reader(installation: Installation) -> Subscriber:
    installation.add_papers(*(day_paper(name, n) for name in FIELDS for n in range(6)))
    return installation.subscribe("ada")


def like(installation: Installation, reader: Subscriber, name: str = "whales") -> None:
    installation.app.feedback.give(reader.id, [feedback(name, n) for n in range(3)])


def test_without_feedback_nobody_has_a_profile(
    installation: Installation, reader: Subscriber
) -> None:
    assert profile_of(installation.app, reader.id) is None
    assert learn_profiles(installation.app, installation.edition(), progress=no_progress) == 0


def test_a_run_stores_what_new_feedback_teaches(
    installation: Installation, reader: Subscriber
) -> None:
    like(installation, reader)
    app, edition = installation.app, installation.edition()

    assert learn_profiles(app, edition, progress=no_progress) == 1
    assert learn_profiles(app, edition, progress=no_progress) == 0
    stored = app.profiles.of([reader.id])[reader.id]
    assert stored.likes == 3
    assert "ocean" in stored.interests[0].terms
    assert app.word_counts.day() == DAY


def test_what_no_run_has_learned_yet_is_learned_alike(
    installation: Installation, reader: Subscriber
) -> None:
    like(installation, reader)
    edition = installation.edition()

    before = Profiles(installation.app, edition).of([reader.id])
    assert installation.app.profiles.of([reader.id]) == {}
    learn_profiles(installation.app, edition, progress=no_progress)

    assert before == installation.app.profiles.of([reader.id])
    assert profile_of(installation.app, reader.id) == before[reader.id]


def test_before_the_first_run_stored_papers_say_which_words_are_common(
    installation: Installation, reader: Subscriber
) -> None:
    given = replace(feedback("whales"), abstract="A study of krill and of a sextant.")
    installation.app.feedback.give(reader.id, [given])

    found = profile_of(installation.app, reader.id)

    assert found
    assert found.interests[0].terms["krill"] > found.interests[0].terms.get("studi", 0)


def test_without_any_paper_a_profile_is_learned_all_the_same(installation: Installation) -> None:
    ada = installation.subscribe("ada")
    like(installation, ada)

    found = profile_of(installation.app, ada.id)

    assert found
    assert "ocean" in found.interests[0].terms


def test_a_profile_is_learned_again_when_it_is_old(
    installation: Installation, reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    like(installation, reader)
    edition = installation.edition()
    monkeypatch.setattr(profiles, "now", lambda: NOON)
    learn_profiles(installation.app, edition, progress=no_progress)

    monkeypatch.setattr(profiles, "now", lambda: NOON + profiles.LASTS + timedelta(seconds=1))

    assert learn_profiles(installation.app, edition, progress=no_progress) == 1


def test_a_mail_brings_papers_like_those_that_were_liked_and_says_so(
    installation: Installation, reader: Subscriber
) -> None:
    like(installation, reader)

    found = installation.preview(reader).message

    assert found is not None
    (section,) = (one for one in found.issue.sections if one.slug == LIKED)
    assert {pick.paper.id.split("-")[1] for pick in section.picks} == {"whales"}
    assert all("liked" in {one.kind for one in pick.reasons} for pick in section.picks)
    assert "like what you liked: " in found.text


def test_who_does_not_want_to_be_learned_from_gets_what_the_topics_give(
    installation: Installation, reader: Subscriber
) -> None:
    like(installation, reader)
    installation.app.book.choose(reader.id, reader.topics, Preferences(learns=False), at=CHOSEN_AT)
    unmoved = installation.app.book.get(reader.id)
    assert unmoved is not None

    found = installation.preview(unmoved).message

    assert found is None or all(one.slug != LIKED for one in found.issue.sections)


def test_a_second_attempt_is_the_issue_of_the_first(
    installation: Installation, reader: Subscriber
) -> None:
    like(installation, reader)
    before = installation.preview(reader).message
    installation.send()

    after = installation.preview(reader).message

    assert before is not None
    assert after is not None
    assert isinstance(after.issue, Issue)
    assert before.outgoing.content == after.outgoing.content


def test_a_bar_shows_how_many_are_learned(installation: Installation, reader: Subscriber) -> None:
    like(installation, reader)
    shown: list[object] = []

    @contextmanager
    def progress(label: str) -> Iterator[StepCounter]:
        shown.append(label)
        yield shown.append, shown.append

    learn_profiles(installation.app, installation.edition(), progress=progress)

    assert shown == ["profiles", 1, 1]
