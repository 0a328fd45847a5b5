"""A topic tried on the days of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.builders import ids, paper, topic
from support.scripted_source import MONDAY, TUESDAY, WEDNESDAY

from digest.app import pipeline
from digest.app.topic_trial import try_on_days
from digest.errors import NotFoundError
from digest.ranking.relevance import Relevance
from digest.sources import get_kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from support.installation import Installation

    from digest.app.services import App
    from digest.models.paper import Paper
    from digest.ranking.background import Background
    from subscribers.models import Topic

AGENTS = topic("agents")


@pytest.fixture
def days(installation: Installation) -> Installation:
    """An agent on Monday and one on Wednesday."""
    for number, day in enumerate((MONDAY, WEDNESDAY)):
        save(installation, f"2602.0000{number}", day)
    return installation


def save(installation: Installation, id_: str, day: date, **details: object) -> None:
    found = paper(id_, title="An agent", abstract=f"It is {id_}.", day=day, **details)
    authority = get_kind("jsonl").authority
    installation.app.papers.save([found], source="first", authority=authority)


def test_the_last_days_with_papers_come_newest_first(days: Installation) -> None:
    found = try_on_days(days.app, AGENTS, days=2, until=WEDNESDAY).days

    assert [(one.day, ids(one.picks)) for one in found] == [
        (WEDNESDAY, ["2602.00001"]),
        (MONDAY, ["2602.00000"]),
    ]
    until_tuesday = try_on_days(days.app, AGENTS, days=5, until=TUESDAY).days
    assert [one.day for one in until_tuesday] == [MONDAY]


def test_a_topic_that_there_is_brings_what_a_run_brings(days: Installation) -> None:
    (found,) = try_on_days(days.app, days.app.topics[0], days=1, until=WEDNESDAY).days

    edition = pipeline.build_edition(days.app, WEDNESDAY)
    assert list(found.picks) == list(edition.ranked["agents"])


def test_a_withdrawn_paper_is_left_out(days: Installation) -> None:
    save(days, "2602.00009", WEDNESDAY, withdrawn_on=WEDNESDAY)

    (found,) = try_on_days(days.app, AGENTS, days=1, until=WEDNESDAY).days

    assert found.considered == 1


def test_categories_of_earlier_papers_teach_how_much_they_say(days: Installation) -> None:
    for number in range(20):
        save(days, f"2602.001{number:02}", MONDAY, categories=("cs.MA",))
        other = paper(f"2602.002{number:02}", title="Sorting", abstract="Numbers.", day=MONDAY)
        days.app.papers.save([other], source="first", authority=get_kind("jsonl").authority)
    wanted = topic("agents", categories=("cs.MA",))

    learned = pipeline.background_of(days.app, WEDNESDAY, [wanted])

    assert learned.centroids["agents"].categories["cs.MA"] > 1


def test_the_days_before_all_of_them_teach_once_for_all(
    days: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[date, int]] = []
    read: list[int] = []

    def learned(
        app: App, day: date, topics: Sequence[Topic], papers: Sequence[Paper]
    ) -> Background:
        asked.append((day, len(topics)))
        return pipeline.background_of(app, day, topics, papers)

    class Counted(Relevance):
        def __init__(self, papers: Sequence[Paper], *learned: Any) -> None:
            read.append(len(papers))
            super().__init__(papers, *learned)

    monkeypatch.setattr("digest.app.topic_trial.background_of", learned)
    for module in ("digest.app.topic_trial", "digest.ranking.edition"):
        monkeypatch.setattr(f"{module}.Relevance", Counted)

    try_on_days(days.app, AGENTS, days=7, until=WEDNESDAY)

    assert asked == [(MONDAY, 1)]
    assert read == [1, 1]


def test_without_papers_it_says_what_to_do(installation: Installation) -> None:
    with pytest.raises(NotFoundError, match="run `digest fetch` first"):
        try_on_days(installation.app, AGENTS, days=7, until=WEDNESDAY)


def test_a_topic_of_one_example_finds_papers_like_it_on_the_first_days(days: Installation) -> None:
    for number in range(20):
        other = paper(f"2602.002{number:02}", title="Sorting", abstract="Numbers.", day=MONDAY)
        days.app.papers.save([other], source="first", authority=get_kind("jsonl").authority)
    for number in range(5):
        save(days, f"2602.0001{number}", MONDAY)
    wanted = topic("agents", words_in=("arXiv:2602.00001v2",))

    found = try_on_days(days.app, wanted, days=7, until=WEDNESDAY)

    assert [ids(one.picks) for one in found.days] == [[], ["2602.00014"]]
    assert found.days[1].picks[0].reasons[0].text == "like this topic’s example “An agent”"
    assert not found.notes


def test_an_example_whose_text_is_not_known_is_named(days: Installation) -> None:
    wanted = topic("agents", words_in=("agent", "2401.00001"))

    found = try_on_days(days.app, wanted, days=7, until=WEDNESDAY)

    assert [ids(one.picks) for one in found.days] == [["2602.00001"], ["2602.00000"]]
    assert any("2401.00001" in note and "nobody is asked" in note for note in found.notes)
