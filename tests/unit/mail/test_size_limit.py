"""A mail stays under the size at which Gmail hides its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import ids, issue, paper, pick

from digest.errors import RenderError
from digest.mail.size_limit import fit_to_budget
from digest.models.issue import Coverage, Issue, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTH = 100
SHARES = (100, 60, 30, 0)


@dataclass(frozen=True)
class RenderedSize:
    """A mail of 50 bytes a section, 100 a paper, and as many as its summary may have."""

    issue: Issue
    length: int

    @property
    def size(self) -> int:
        papers = [100 + min(self.length, len(p.paper.abstract)) for p in self.issue.picks]
        return 50 * len(self.issue.sections) + sum(papers)


def fitted(whole: Issue, budget: int) -> RenderedSize:
    return fit_to_budget(whole, RenderedSize, summary_length=LENGTH, budget=budget)


def sections(*abstracts: Sequence[int]) -> Issue:
    """An issue with a section for each list of lengths, and a paper for each length."""
    made = tuple(
        Section(
            slug=f"s{index}",
            name=f"S{index}",
            picks=tuple(
                pick(paper(f"{index}.{number}", abstract="y" * length), 1 / (number + 1))
                for number, length in enumerate(lengths)
            ),
        )
        for index, lengths in enumerate(abstracts)
    )
    return Issue(day=issue().day, sections=made, coverage=Coverage(day=issue().day))


def shorter_ones(whole: Issue) -> list[Issue]:
    """The issue, and what is left when papers go one by one from the longest section's end."""
    found = [whole]
    while len(found[-1].picks) > 1:
        longest = max(found[-1].sections, key=lambda section: len(section.picks))
        left = [
            Section(slug=s.slug, name=s.name, picks=s.picks[:-1] if s is longest else s.picks)
            for s in found[-1].sections
        ]
        kept = tuple(section for section in left if section.picks)
        found.append(Issue(day=whole.day, sections=kept, coverage=whole.coverage))
    return found


ISSUES = st.lists(
    st.lists(st.integers(0, 200), min_size=1, max_size=6), min_size=1, max_size=4
).map(lambda lengths: sections(*lengths))


def test_an_issue_that_fits_is_left_as_it_is() -> None:
    whole = sections([100] * 5)

    assert fitted(whole, 1050) == RenderedSize(whole, 100)
    assert fitted(whole, 1050).issue is whole


def test_summaries_are_shortened_before_papers_are_dropped() -> None:
    whole = sections([100] * 5)

    assert fitted(whole, 900) == RenderedSize(whole, 60)


def test_papers_are_dropped_from_the_end_of_the_longest_section() -> None:
    found = fitted(sections([100] * 4, [0]), 400)

    assert [ids(section) for section in found.issue.sections] == [["0.0", "0.1"], ["1.0"]]
    assert found.size == 400


def test_one_paper_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(RenderError, match="150 bytes, more than 50"):
        fitted(sections([100]), 50)


def test_an_issue_without_papers_fits_or_is_an_error() -> None:
    quiet = sections()

    assert fitted(quiet, 0) == RenderedSize(quiet, 100)
    with pytest.raises(RenderError, match="a mail without papers takes 0 bytes, more than -1"):
        fitted(quiet, -1)


@given(ISSUES, st.integers(150, 5000))
def test_what_was_made_to_fit_is_not_changed_again(whole: Issue, budget: int) -> None:
    once = fitted(whole, budget)

    assert fitted(once.issue, budget) == once


@given(ISSUES, st.integers(150, 5000))
def test_as_few_papers_go_as_can_and_summaries_are_as_long_as_can_be(
    whole: Issue, budget: int
) -> None:
    found = fitted(whole, budget)

    fitting = [
        RenderedSize(candidate, length)
        for candidate in shorter_ones(whole)
        for length in SHARES
        if RenderedSize(candidate, length).size <= budget
    ]
    assert found == fitting[0]
