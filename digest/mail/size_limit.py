"""Keeps a mail under the size at which Gmail cuts it off, and hides the link to leave with it.

Gmail clips the HTML part at about 102,400 bytes. Summaries are shortened first, then papers are
dropped from the end of the longest section. A paper that was dropped does not count as shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.models.issue import Issue

#: Bytes of HTML in UTF-8.
BUDGET = 90_000
#: Shares of the summaries' full length, tried in this order.
_SHARES = (1.0, 0.6, 0.3, 0.0)


class HasSize(Protocol):
    """A rendered issue."""

    @property
    def size(self) -> int:
        """Bytes of the HTML."""


RenderedT = TypeVar("RenderedT", bound=HasSize)


def fit_to_budget(
    issue: Issue,
    render: Callable[[Issue, int], RenderedT],
    *,
    summary_length: int,
    budget: int = BUDGET,
) -> RenderedT:
    """Return as much of the issue as fits into `budget` bytes, rendered.

    `render` takes an issue and the longest length of a summary in characters. An issue that fits is
    not changed, so the issue that comes out gives the same when it is put in again.

    Raises:
        RenderError: not even one paper fits, or what a mail without papers says.

    """
    while True:
        for share in _SHARES:
            rendered = render(issue, int(summary_length * share))
            if rendered.size <= budget:
                return rendered
        if len(issue.picks) <= 1:
            break
        issue = _without_last(issue)
    alone = "one paper alone" if issue.picks else "a mail without papers"
    raise RenderError(f"{alone} takes {rendered.size:,} bytes, more than {budget:,}")


def _without_last(issue: Issue) -> Issue:
    longest = max(issue.sections, key=lambda section: len(section.picks))
    sections = tuple(
        replace(section, picks=section.picks[:-1]) if section is longest else section
        for section in issue.sections
    )
    return replace(issue, sections=tuple(section for section in sections if section.picks))
