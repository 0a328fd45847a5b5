"""Two lines on a quiet day: previewed, sent, kept in the ledger, and no paper counts as seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.installation import Installation, RecordingTransport, agents_paper, failing

from digest.models.delivery import DeliveryState, Outcome
from subscribers.book import Book
from subscribers.models import Preferences

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import sqlalchemy as sa

    from subscribers.models import Subscriber

QUIET = Preferences(quiet_mail=True)
LATER = Outcome(state=DeliveryState.DEFERRED, reason="451 try again later")
TOLD = "None of the day’s 2 papers is about Robots."


@pytest.fixture
def installation(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    """An installation whose readers want to be told of quiet days; two papers are about agents."""
    made = Installation(engine, tmp_path)
    stored = Book.some

    def some(book: Book, ids: Iterable[int]) -> list[Subscriber]:
        return [replace(one, preferences=QUIET) for one in stored(book, list(ids))]

    monkeypatch.setattr(Book, "some", some)
    made.add_agents_papers("1", "2")
    return made


def test_a_preview_shows_the_two_lines(installation: Installation) -> None:
    reader = replace(installation.subscribe("ada", "robots"), preferences=QUIET)

    result = installation.preview(reader)

    assert result.state is DeliveryState.SENT
    assert result.message is not None
    assert result.message.issue.picks == ()
    assert result.message.subject == "Nothing new for you · Mon 2 Feb"
    assert result.message.text.startswith(TOLD)


def test_a_run_sends_the_two_lines_once(installation: Installation) -> None:
    installation.subscribe("ada", "robots")
    transport = RecordingTransport()

    installation.send(transport)
    installation.send(transport)

    assert transport.recipients == ["ada@example.org"]
    record = installation.delivery("ada")
    assert (record.state, record.subject) == (
        DeliveryState.SENT, "Nothing new for you · Mon 2 Feb",
    )  # fmt: skip
    assert installation.shown("ada") == []
    assert installation.app.history.items([record.id]) == {record.id: []}


def test_a_second_attempt_on_the_same_edition_is_the_same_mail(
    installation: Installation,
) -> None:
    installation.subscribe("ada", "robots")
    first, second = failing(LATER, "ada"), RecordingTransport()

    installation.send(first)
    installation.wait(hours=6)
    installation.send(second)

    assert second.recipients == ["ada@example.org"]
    assert [one.content for one in first.attempted] == [one.content for one in second.attempted]


def test_what_comes_in_before_a_second_attempt_takes_the_place_of_the_two_lines(
    installation: Installation,
) -> None:
    installation.subscribe("ada", "robots")
    installation.send(failing(LATER, "ada"))
    installation.add_papers(
        agents_paper("3", title="Robots that fold", abstract="A robot folds."), source="second"
    )
    installation.wait(hours=6)

    installation.send()

    assert installation.shown("ada") == ["3"]
