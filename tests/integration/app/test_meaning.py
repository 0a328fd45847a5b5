"""Sentence vectors in an installation: whether they are used, and which are made."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, ids, paper
from support.fake_encoder import FakeEncoder, install

from digest.app import meaning
from digest.app.meaning import FEWEST_PAPERS as FEWEST
from digest.app.meaning import semantics_of, state, vectors_of
from digest.errors import ConfigError
from digest.models.days import days_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.installation import Installation

    from digest.models.paper import Paper

PAPERS = [
    paper(f"2602.{n:05}", title=f"An agent of kind{n}", abstract=f"It does thing{n}.", day=DAY)
    for n in range(FEWEST)
]


@pytest.fixture
def fake(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    return install(installation, monkeypatch)


def configured(installation: Installation, semantic: object) -> Any:
    ranking = installation.app.config.ranking.model_copy(update={"semantic": semantic})
    return installation.app.config.model_copy(update={"ranking": ranking})


def semantics(installation: Installation, papers: Sequence[Paper], **settings: Any) -> Any:
    app = replace(installation.app, **settings)
    app.__dict__.update(encoder=installation.app.__dict__.get("encoder"))
    return semantics_of(app, DAY, papers, app.topics)


def test_only_papers_that_are_new_or_have_changed_are_read(
    installation: Installation, fake: FakeEncoder
) -> None:
    installation.add_papers(*PAPERS)
    before = state(installation.app)
    first = vectors_of(installation.app, PAPERS)
    fake.texts.clear()
    changed = [replace(PAPERS[0], title="A whale"), *PAPERS[1:]]

    second = vectors_of(installation.app, changed)

    assert fake.texts == ["A whale. thing0"]
    assert second.pop(PAPERS[0].id) != first.pop(PAPERS[0].id)
    assert second == first
    assert before == "used by the next run, if it knows 100 papers"
    assert state(installation.app) == "used; 100 papers have one"


def test_an_installation_that_is_only_read_keeps_no_vectors(
    installation: Installation, fake: FakeEncoder
) -> None:
    installation.add_papers(*PAPERS)
    found = semantics(installation, PAPERS, only_reads=True)

    assert len(found.vectors) == len(PAPERS)
    assert meaning.stored_vectors(installation.app, PAPERS) == {}


def test_a_run_ranks_by_words_alone_until_enough_papers_are_known(
    installation: Installation, fake: FakeEncoder
) -> None:
    assert semantics(installation, PAPERS[1:]) is None
    assert fake.texts == []


def test_the_two_ways_go_through_the_same_interface(
    installation: Installation, fake: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.add_papers(*PAPERS)
    with_extra = installation.edition()
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    without = installation.edition()

    assert set(with_extra.vectors) == {one.id for one in PAPERS}
    assert without.vectors == {}
    assert ids(with_extra.ranked["agents"]) != ids(without.ranked["agents"])
    assert with_extra.papers == without.papers


def test_earlier_papers_are_read_too_and_bounded(
    installation: Installation, fake: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "CORPUS", 3)
    before = days_before(DAY, 3)
    earlier = [replace(one, id=f"2601.{n:05}", day=before) for n, one in enumerate(PAPERS[:9])]
    installation.add_papers(*earlier)
    shown: list[str] = []

    @contextmanager
    def progress(label: str) -> Any:
        shown.append(label)
        yield (lambda total: shown.append(str(total))), lambda _number: None

    found = semantics_of(installation.app, DAY, PAPERS, [], progress=progress)

    assert found is not None
    assert len(found.vectors) == FEWEST + 3
    assert shown == ["sentence vectors", str(FEWEST + 3)]


def test_false_switches_it_off(installation: Installation, fake: FakeEncoder) -> None:
    config = configured(installation, semantic=False)

    assert semantics(installation, PAPERS, config=config) is None
    app = replace(installation.app, config=config)
    assert state(app) == "not used: [ranking] semantic is false"


def test_auto_works_without_the_extra_and_true_names_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "is_installed", lambda: False)
    config = configured(installation, semantic=True)

    assert semantics(installation, PAPERS) is None
    assert 'pip install "papers-digest[semantic]"' in state(installation.app)
    with pytest.raises(ConfigError, match=r"semantic = true needs the extra: pip install"):
        semantics(installation, PAPERS, config=config)


def test_a_model_that_cannot_be_used_costs_no_run_unless_it_is_asked_for(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: object) -> None:
        raise ConfigError("another file")

    monkeypatch.setattr(meaning, "is_installed", lambda: True)
    monkeypatch.setattr(type(installation.app), "encoder", property(refuse))

    with caplog.at_level(logging.WARNING):
        assert semantics_of(installation.app, DAY, PAPERS, []) is None
    app = replace(installation.app, config=configured(installation, semantic=True))
    with pytest.raises(ConfigError, match="another file"):
        semantics_of(app, DAY, PAPERS, [])

    assert "sentence vectors are not used" in caplog.text


def test_nothing_of_the_extra_is_imported_to_say_whether_it_is_used(
    installation: Installation,
) -> None:
    assert state(installation.app).startswith(("used", "not used"))
    assert isinstance(meaning.is_installed(), bool)
