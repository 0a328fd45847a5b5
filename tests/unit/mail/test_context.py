"""An issue as the variables of templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, issue, paper, pick

from digest.mail.context import (
    authors,
    byline,
    issue_context,
    paper_context,
    subject,
)
from digest.models.issue import Coverage, Issue, Section
from digest.models.paper import Links, Signals
from digest.text import bounds
from subscribers.models import EXPLORE, LANGUAGES, LIKED, OWN


def shown(**details: Any) -> dict[str, Any]:
    return paper_context(pick(paper(**details)), 60, today=DAY)


def test_the_subject_names_the_top_paper_the_number_of_others_and_the_day() -> None:
    found = issue(pick(paper("1", title="Small"), 0.1), pick(paper("2", title="Great"), 0.9))

    assert subject(found) == "Great + 1 more · 2 Feb"


def test_the_subject_of_a_single_paper_counts_no_others() -> None:
    assert subject(issue(pick(paper(title="Alone")))) == "Alone · 2 Feb"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=200))
def test_the_subject_never_exceeds_its_length(title: str) -> None:
    assert len(subject(issue(pick(paper(title=title)), pick(paper("2"), 0.1)))) <= bounds.SUBJECT


MONDAY = date(2026, 2, 9)


def of_days(since: date, *slugs: str) -> Issue:
    """An issue of the days after one, with a paper of each topic."""
    sections = (
        Section(slug=slug, name=slug, picks=(pick(paper(slug, title=slug)),)) for slug in slugs
    )
    coverage = Coverage(day=MONDAY, since=since, considered=41)
    return issue(day=MONDAY, sections=tuple(sections), coverage=coverage)


def test_the_subject_of_several_days_names_the_first_and_the_last() -> None:
    found = of_days(date(2026, 2, 5), "Agents", "Robots")

    assert subject(found) == "Agents + 1 more · Fri 6 – Mon 9 Feb"
    assert subject(found, "de") == "Agents + 1 more · Fr., 6. – Mo., 9. Feb."
    assert subject(of_days(date(2026, 2, 8), "Agents")) == "Agents · 9 Feb"


@given(st.dates(date(2024, 1, 1), MONDAY), st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_a_subject_of_many_days_keeps_its_length_too(
    since: date, title: str, language: str
) -> None:
    found = of_days(since, title)

    assert len(subject(found, language)) <= bounds.SUBJECT


@pytest.mark.parametrize(
    ("since", "slugs", "headline"),
    [
        (date(2026, 2, 3), ["Agents"], "1 paper for you in Agents"),
        (date(2026, 2, 2), ["Agents"], "1 paper for you: the best of 3–9 February in Agents"),
        (
            date(2026, 1, 26),
            ["A", EXPLORE],
            "2 papers for you, the best of 27 January – 9 February: 1 in A; 1 outside your topics",
        ),
    ],
)
def test_an_issue_of_a_week_is_the_best_of_its_days(
    since: date, slugs: list[str], headline: str
) -> None:
    assert issue_context(of_days(since, *slugs))["headline"] == headline


def test_the_best_of_a_week_has_its_days_in_the_readers_language() -> None:
    found = issue_context(of_days(date(2026, 2, 2), "Agents"), "nl")

    assert found["headline"] == "1 paper for you: the best of 3–9 februari in Agents"


def test_a_paper_of_an_issue_of_several_days_says_from_which_it_is() -> None:
    found = [byline(paper(day=date(2026, 2, day)), today=MONDAY) for day in (2, 3, 7, 9)]

    assert found == ["from 2 February", "from Tuesday", "from Saturday", ""]


WHY = "None of the day’s 41 papers is about Agents."


def quiet(**coverage: Any) -> Issue:
    return Issue(
        day=date(2026, 2, 10),
        sections=(),
        coverage=Coverage(day=date(2026, 2, 10), **coverage),
        quiet=WHY,
        withdrawn=(paper(title="Gone"),),
    )


def test_an_issue_without_papers_says_so_and_why() -> None:
    assert issue_context(quiet()) == {
        "subject": "Nothing new for you · Tue 10 Feb",
        "preheader": WHY,
        "total": "0 papers",
        "updates": "Updates: “Gone”, which we sent you, has been withdrawn since.",
        "topics": "",
        "headline": "Nothing new for you",
        "quiet": WHY,
    }


def test_an_issue_without_papers_names_its_days_in_the_readers_language() -> None:
    assert subject(quiet(), "fr") == "Nothing new for you · mar. 10 févr."
    week = quiet(since=date(2026, 2, 3))
    assert subject(week) == "Nothing new for you · Wed 4 – Tue 10 Feb"
    assert issue_context(week)["headline"] == "Nothing new for you"


def test_a_long_reason_is_cut_where_inboxes_cut_it() -> None:
    found = issue_context(replace(quiet(), quiet="word " * 900))

    assert len(found["preheader"]) <= bounds.PREHEADER < len(found["quiet"]) <= bounds.STATEMENT


@pytest.mark.parametrize(
    ("sections", "headline", "topics"),
    [
        ({"Agents": 1}, "1 paper for you in Agents", "Agents"),
        ({"Agents": 3, "Robots": 2}, "5 papers for you in Agents, Robots", "Agents, Robots"),
        ({OWN: 2}, "2 papers for you about your own words", "your own words"),
        ({LIKED: 2}, "2 papers for you like what you liked", "what you liked"),
        (
            {"Agents": 3, "Robots": 2, EXPLORE: 1},
            "6 papers for you: 5 in Agents, Robots; 1 outside your topics",
            "Agents, Robots, papers outside your topics",
        ),
        (
            {OWN: 1, "Agents": 2, LIKED: 3},
            "6 papers for you: 2 in Agents; 1 about your own words; 3 like what you liked",
            "your own words, Agents, what you liked",
        ),
    ],
)
def test_the_headline_counts_what_is_no_topic(
    sections: dict[str, int], headline: str, topics: str
) -> None:
    made = issue(
        sections=tuple(
            Section(slug=name, name=name, picks=tuple(pick(paper(f"{n}")) for n in range(number)))
            for name, number in sections.items()
        )
    )

    assert issue_context(made)["headline"] == headline
    assert issue_context(made)["topics"] == topics


def test_the_preheader_says_what_the_subject_does_not() -> None:
    found = issue(pick(paper("1", title="Small"), 0.1), pick(paper("2", title="Great"), 0.9))

    assert issue_context(found)["preheader"] == "In this issue: Small and 1 more."
    assert issue_context(issue(pick(paper(title="Alone"))))["preheader"] == "In this issue: Alone."


def test_the_preheader_is_a_sentence_that_names_two_papers_and_counts_the_others() -> None:
    found = issue(*(pick(paper(f"{n}", title=f"Paper {n}"), 1 / (n + 1)) for n in range(5)))

    assert issue_context(found)["preheader"] == "In this issue: Paper 1; Paper 2 and 3 more."


@given(st.lists(st.text(max_size=400), min_size=1, max_size=4))
def test_the_preheader_is_cut_where_inboxes_cut_it(titles: list[str]) -> None:
    picks = [pick(paper(f"{n}", title=title), 1 / (n + 1)) for n, title in enumerate(titles)]

    assert len(issue_context(issue(*picks))["preheader"]) <= bounds.PREHEADER


@pytest.mark.parametrize(
    ("names", "counted", "shown"),
    [
        ((), None, ""),
        ((), 7, "7 authors"),
        (("A",), None, "A"),
        (("A", "B"), None, "A and B"),
        (("A", "B", "C", "D", "E"), None, "A, B, C, D and E"),
        (("A", "B", "C", "D", "E", "F"), None, "A, B, C, D and 2 more"),
        (("A", "B"), 9, "A, B and 7 more"),
        (("A", "B"), 5, "A, B and 3 more"),
    ],
)
def test_authors_are_cut_and_the_rest_is_counted(
    names: tuple[str, ...], counted: int | None, shown: str
) -> None:
    assert authors(paper(authors=names, author_count=counted)) == shown


def test_t13_of_three_thousand_authors_four_are_named() -> None:
    many = paper(authors=tuple("ABCDE") * 600)

    assert authors(many) == "A, B, C, D and 2,996 more"


def test_the_summary_is_cut_at_a_sentence() -> None:
    abstract = "A first sentence stands here. A second one makes it far too long for this."

    assert shown(abstract=abstract)["summary"] == "A first sentence stands here."


def test_unknown_signals_are_not_shown_and_nothing_is_not_unknown() -> None:
    assert shown(signals=Signals())["signals"] == ""
    assert shown(signals=Signals(upvotes=0, comments=1))["signals"] == "0 votes · 1 comment"


def test_only_links_that_are_known_and_safe_are_shown() -> None:
    links = Links(abs="https://arxiv.org/abs/1", code="javascript:alert(1)", page="https://hf.co/1")

    found = shown(links=links)["links"]

    assert found == [
        {"name": "Abstract", "url": "https://arxiv.org/abs/1"},
        {"name": "Discussion", "url": "https://hf.co/1"},
    ]


def test_a_paper_without_any_address_leads_to_a_search_for_its_title() -> None:
    found = shown(links=Links(), title="Agents & tools")

    address = "https://arxiv.org/search/?query=Agents+%26+tools&searchtype=title"
    assert found["url"] == address
    assert found["links"] == [{"name": "Search arXiv", "url": address}]


def test_the_byline_tells_how_old_a_paper_is() -> None:
    old = datetime(2021, 2, 26, tzinfo=UTC)

    assert shown(authors=("A",), published_at=old)["byline"] == "A · 26 Feb 2021"
    assert shown(published_at=old)["byline"] == "26 Feb 2021"
    assert shown()["byline"] == ""


def test_reasons_are_joined_and_near_duplicates_named() -> None:
    twin = paper("2", title="Twin")

    found = paper_context(pick("1", similar=(twin,)), 60, today=DAY)

    assert found["why"] == "“agents” in the title"
    assert found["similar"] == [{"title": "Twin", "url": "https://arxiv.org/abs/2"}]
