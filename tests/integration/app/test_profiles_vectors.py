"""Sentence vectors of readers' profiles, where the extra is used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, paper
from support.fake_encoder import FakeEncoder, install
from support.fields import day_paper, feedback

from digest.app import meaning
from digest.app.meaning import MODEL
from digest.app.profiles import Profiles, learn_profiles, profile_of
from digest.errors import ConfigError
from digest.ranking.semantic import text_of
from digest.sources.fetch import no_progress
from subscribers.models import LIKED

if TYPE_CHECKING:
    from support.installation import Installation

    from subscribers.models import Subscriber

OTHERS = [
    paper(f"2602.{n:05}", title=f"An agent of kind{n}", abstract=f"It does thing{n}.", day=DAY)
    for n in range(100)
]
WHALES = day_paper("whales")
IN_OTHER_WORDS = paper("2602.99999", title="Humpbacks", abstract="Their calls at depth.", day=DAY)


@pytest.fixture
def fake(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    return install(installation, monkeypatch)


@pytest.fixture
def reader(installation: Installation) -> Subscriber:
    """A reader who likes three papers that the store does not know."""
    installation.add_papers(WHALES, day_paper("whales", 1), *OTHERS, IN_OTHER_WORDS)
    reader = installation.subscribe("ada")
    installation.app.feedback.give(reader.id, [feedback("whales", n) for n in range(3)])
    return reader


def test_a_run_makes_the_vectors_of_papers_that_nobody_else_needs_and_keeps_none(
    installation: Installation, reader: Subscriber, fake: FakeEncoder
) -> None:
    app, edition = installation.app, installation.edition()
    kept = app.paper_vectors.count(model=MODEL)
    fake.texts.clear()

    assert learn_profiles(app, edition, progress=no_progress) == 1
    assert learn_profiles(app, edition, progress=no_progress) == 0
    (interest,) = app.profiles.of([reader.id])[reader.id].interests
    assert interest.vector
    assert fake.texts == [text_of(day_paper("whales", n)) for n in range(3)]
    assert app.paper_vectors.count(model=MODEL) == kept


def test_before_a_run_only_stored_vectors_count(
    installation: Installation, reader: Subscriber, fake: FakeEncoder
) -> None:
    app, edition = installation.app, installation.edition()
    fake.texts.clear()

    (of_seeds,) = Profiles(app, edition).of([reader.id])[reader.id].interests
    app.feedback.give(reader.id, [replace(feedback("whales"), paper_id=WHALES.id)])
    (of_mail,) = Profiles(app, edition).of([reader.id])[reader.id].interests

    assert not of_seeds.vector
    assert of_mail.vector
    assert fake.texts == []


def test_a_page_loads_no_model(
    installation: Installation, reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise ConfigError("it was loaded")

    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    monkeypatch.setattr(type(installation.app), "encoder", property(refuse))

    found = profile_of(installation.app, reader.id)

    assert found is not None
    assert "whale" in found.interests[0].words


def test_once_the_extra_is_installed_the_next_run_learns_again(
    installation: Installation,
    reader: Subscriber,
    fake: FakeEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, profiles = installation.app, installation.app.profiles
    with monkeypatch.context() as before:
        before.setattr(meaning, "is_installed", lambda: False)
        learn_profiles(app, installation.edition(), progress=no_progress)
        without = profiles.of([reader.id])[reader.id]

    assert learn_profiles(app, installation.edition(), progress=no_progress) == 1
    having = profiles.of([reader.id])[reader.id]
    assert not without.interests[0].vector
    assert having.interests[0].vector
    assert having.interests[0].terms == without.interests[0].terms


def test_a_mail_brings_a_paper_that_says_in_other_words_what_was_liked(
    installation: Installation,
    reader: Subscriber,
    fake: FakeEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake.stands_for = {"Humpbacks": text_of(WHALES)}
    learn_profiles(installation.app, installation.edition(), progress=no_progress)

    having = installation.preview(reader).message
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    without = installation.preview(reader).message

    reasons: dict[str, dict[str, list[str]]] = {"having": {}, "without": {}}
    for way, found in (("having", having), ("without", without)):
        assert found is not None
        (section,) = (one for one in found.issue.sections if one.slug == LIKED)
        for pick in section.picks:
            reasons[way][pick.paper.id] = [one.text for one in pick.reasons if one.kind == "liked"]
            assert pick.reasons
    assert reasons["having"][IN_OTHER_WORDS.id] == ["close in meaning to what you liked"]
    assert IN_OTHER_WORDS.id not in reasons["without"]
    assert reasons["without"].items() <= reasons["having"].items()
