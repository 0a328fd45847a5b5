"""Issues, and what subscribers have seen of earlier ones."""

from __future__ import annotations

from datetime import date

import pytest
from support.builders import edition_of, ids, issue, paper, pick

from digest.models.issue import NOTHING_SEEN, Coverage, Section, Seen
from subscribers.models import EXPLORE


def test_the_picks_of_an_issue_are_those_of_its_sections_in_order() -> None:
    sections = tuple(
        Section(slug=name, name=name, picks=tuple(pick(f"{name}{n}") for n in (1, 2)))
        for name in ("b", "a")
    )

    assert ids(issue(sections=sections).picks) == ["b1", "b2", "a1", "a2"]


def test_the_top_pick_is_the_best_by_score_and_not_the_most_voted() -> None:
    found = issue(pick("voted", 0.2, trend=0.9), pick("best", 0.9, trend=0.1), pick("too", 0.9))

    assert found.top.paper.id == "best"


def test_a_paper_that_is_only_trending_is_the_top_pick_if_there_is_no_other() -> None:
    trending = Section(slug="all", name="All", picks=(pick("voted", 2.0),), trending=True)
    named = Section(slug="agents", name="Agents", picks=(pick("about it", 0.3),))

    assert issue(sections=(trending, named)).top.paper.id == "about it"
    assert issue(sections=(trending,)).top.paper.id == "voted"


def test_what_was_seen_in_two_issues_is_what_either_has_shown() -> None:
    first = Seen(papers=frozenset("ab"), withdrawals=frozenset("x"))
    second = Seen(papers=frozenset("bc"))

    assert first | second == Seen(papers=frozenset("abc"), withdrawals=frozenset("x"))
    assert first | NOTHING_SEEN == first


def test_a_mail_may_name_the_papers_of_its_edition_and_then_the_withdrawn_ones() -> None:
    edition = edition_of(issue(pick("1"), pick("2")), withdrawn=[paper("3")])

    assert ids(edition.all_papers) == ["1", "2", "3"]


def test_a_paper_outside_the_topics_is_the_top_pick_after_all_others() -> None:
    outside = Section(slug=EXPLORE, name="Outside your topics", picks=(pick("3", 9.0),))
    trending = Section(slug="all", name="Trending", picks=(pick("2", 5.0),), trending=True)

    assert issue(sections=(trending, outside)).top.paper.id == "2"
    assert issue(sections=(outside,)).top.paper.id == "3"


@pytest.mark.parametrize(
    ("since", "first_day", "days"),
    [
        (None, 9, 1),
        (date(2026, 2, 8), 9, 1),
        (date(2026, 2, 7), 8, 2),
        (date(2026, 2, 2), 3, 7),
        (date(2026, 2, 9), 9, 1),
        (date(2026, 3, 1), 9, 1),
        (date.max, 9, 1),
    ],
)
def test_an_edition_covers_the_days_after_the_issue_before_it(
    since: date | None, first_day: int, days: int
) -> None:
    coverage = Coverage(day=date(2026, 2, 9), since=since)

    assert (coverage.first_day, coverage.days) == (date(2026, 2, first_day), days)


def test_an_issue_without_papers_has_no_top_pick() -> None:
    with pytest.raises(ValueError, match="empty"):
        _ = issue(sections=(), quiet="Nothing.").top
