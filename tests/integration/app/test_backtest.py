"""Past days ranked anew, with what was known on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from support.builders import NOON, ids, paper
from support.scripted_source import MONDAY, TUESDAY, WEDNESDAY

from digest.app import pipeline
from digest.app.backtest import BacktestRequest, Replay, replay
from digest.errors import ConfigError, NotFoundError
from digest.sources import get_kind
from digest.storage.schema import metadata

if TYPE_CHECKING:
    from support.installation import Installation

    from digest.models.paper import Paper

EQUAL = {"title": "An agent that plans", "abstract": "It never rests."}


def save(installation: Installation, *papers: Paper) -> None:
    authority = get_kind("huggingface").authority
    installation.app.papers.save(papers, source="first", authority=authority)


def read_at(found: Paper, votes: int, *, hours: int) -> Paper:
    """A paper whose votes were read so many hours after Monday's noon."""
    known = replace(found.signals, upvotes=votes)
    return replace(found, signals=known, observed_at=NOON + timedelta(hours=hours))


def replayed(installation: Installation, *rankers: str, **details: Any) -> Replay:
    request = BacktestRequest(
        **{
            "first": MONDAY,
            "last": WEDNESDAY,
            "rankers": rankers or ("digest",),
            "topics": installation.app.topics,
            **details,
        }
    )
    return replay(installation.app, request)


@pytest.fixture
def days(installation: Installation) -> Installation:
    """Two agents on Monday of which one was voted for at once and the other later; one a day on."""
    early = paper("2602.00001", day=MONDAY, **EQUAL)
    late = paper("2602.00002", day=MONDAY, title="An agent", abstract="Snow falls on far hills.")
    save(installation, read_at(early, 9, hours=1), read_at(late, 0, hours=1))
    save(installation, read_at(early, 10, hours=99), read_at(late, 80, hours=99))
    save(installation, paper("2602.00003", day=TUESDAY, title="Agents", abstract="Two more."))
    return installation


def test_a_ranker_sees_the_votes_of_the_day_and_is_compared_with_the_later_ones(
    days: Installation,
) -> None:
    found = replayed(days, "votes").days[0]

    assert found.shown["votes"]["agents"] == ("2602.00001", "2602.00002")
    assert found.gains["2602.00002"] > found.gains["2602.00001"]


def test_before_votes_no_ranker_sees_any(days: Installation) -> None:
    found = replayed(days, "votes", before_votes=True)

    # Without votes the larger id comes first.
    assert found.days[0].shown["votes"]["agents"] == ("2602.00002", "2602.00001")
    assert (found.papers, found.voted, found.known_then) == (3, 2, 0)


def test_votes_that_were_read_after_the_day_were_not_known(installation: Installation) -> None:
    save(installation, read_at(paper("2602.00001", day=MONDAY, **EQUAL), 80, hours=12))
    save(installation, paper("2602.00003", day=TUESDAY))

    found = replayed(installation)

    assert (found.voted, found.known_then) == (1, 0)


def test_a_later_day_changes_nothing_before_it(days: Installation) -> None:
    before = replayed(days, "digest", "bm25", "votes", "newest", "random")
    save(days, paper("2602.00009", day=WEDNESDAY, **EQUAL, votes=1000))

    after = replayed(days, "digest", "bm25", "votes", "newest", "random")

    assert [one.shown for one in after.days[:2]] == [one.shown for one in before.days]


def test_the_lists_are_those_of_a_mail(days: Installation) -> None:
    edition = pipeline.build_edition(days.app, TUESDAY)

    found = replayed(days).days[1]

    assert found.shown["digest"]["agents"] == tuple(ids(edition.ranked["agents"]))


def test_a_paper_that_was_withdrawn_by_the_day_is_left_out(days: Installation) -> None:
    save(days, paper("2602.00008", day=TUESDAY, **EQUAL, withdrawn_on=TUESDAY))
    later = {"title": "An agent", "abstract": "Snow falls.", "withdrawn_on": WEDNESDAY}
    save(days, paper("2602.00009", day=TUESDAY, **later))

    found = replayed(days).days[1].shown["digest"]["agents"]

    assert set(found) == {"2602.00003", "2602.00009"}


def test_nothing_is_written(days: Installation) -> None:
    def everything() -> list[Any]:
        with days.app.engine.connect() as db:
            return [list(db.execute(sa.select(table))) for table in metadata.sorted_tables]

    before = everything()

    replayed(days)

    assert everything() == before


@pytest.mark.parametrize(
    ("details", "error", "message"),
    [
        ({"first": WEDNESDAY, "last": MONDAY}, ConfigError, "2026-02-04 is after --to 2026-02-02"),
        ({"rankers": ("votes", "votes")}, ConfigError, "--ranker votes is named twice"),
        ({"rankers": ("vots",)}, ConfigError, "did you mean votes"),
        (
            {"first": date(2020, 1, 1), "last": date(2020, 2, 1)},
            NotFoundError,
            "no day from 2020-01-01 to 2020-02-01 has papers.*of 2026-02-02 to 2026-02-03",
        ),
        ({"first": TUESDAY}, NotFoundError, "only 2026-02-03 from .* needs two days"),
    ],
)
def test_what_cannot_be_compared_is_said(
    days: Installation, details: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        replayed(days, **details)


def test_a_store_without_papers_says_what_to_do(installation: Installation) -> None:
    with pytest.raises(NotFoundError, match="run `digest fetch` first"):
        replayed(installation)
