"""Mails stay under the size at which their end is hidden."""

from __future__ import annotations

import pytest
from builders import ids, issue, paper, pick

from digest.errors import RenderError
from digest.models import Edition, Issue, Section
from digest.rendering.fit import fit
from digest.rendering.templates import Rendered


def render(of: Issue, summary_length: int) -> Rendered:
    """A mail of 100 bytes a paper and as many as its summary may have."""
    size = sum(100 + min(summary_length, len(p.paper.abstract)) for p in of.picks)
    return Rendered(subject="s", text="t", html="x" * size)


def papers(number: int) -> Issue:
    return issue(*(pick(paper(f"{i}", abstract="y" * 100), 1 - i / 99) for i in range(number)))


def test_an_issue_that_fits_is_left_as_it_is() -> None:
    whole = papers(5)

    fitted, rendered = fit(whole, render, summary_length=100, budget=1000)

    assert fitted is whole
    assert len(rendered.html) == 1000


def test_summaries_are_shortened_before_papers_are_dropped() -> None:
    fitted, rendered = fit(papers(5), render, summary_length=100, budget=900)

    assert len(fitted.picks) == 5
    assert len(rendered.html) == 5 * (100 + 60)


def test_papers_are_dropped_from_the_end_of_the_longest_section() -> None:
    long, short = papers(4).picks, (pick(paper("z", abstract=""), 0.1),)
    sections = (
        Section(slug="long", name="Long", picks=long),
        Section(slug="short", name="Short", picks=short),
    )
    whole = Issue(day=papers(1).day, sections=sections, edition=Edition(day=papers(1).day))

    fitted, rendered = fit(whole, render, summary_length=100, budget=300)

    assert [ids(section) for section in fitted.sections] == [["0", "1"], ["z"]]
    assert len(rendered.html) == 300


def test_one_paper_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(RenderError, match="100 bytes, more than 50"):
        fit(papers(1), render, summary_length=100, budget=50)
