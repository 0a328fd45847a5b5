"""Keep a mail under the size at which Gmail hides its end, and with it the link to leave.

Gmail clips the HTML part at about 102,400 bytes. Summaries are shortened first, then papers are
dropped from the end of the longest section; what was dropped does not count as shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from digest.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.models.issue import Issue

#: Bytes of UTF-8 HTML.
BUDGET = 90_000
_SHORTER = (1.0, 0.6, 0.3, 0.0)


class HasSize(Protocol):
    """An issue set in type."""

    @property
    def size(self) -> int:
        """The bytes of its HTML."""


RenderedT = TypeVar("RenderedT", bound=HasSize)


def fit_to_budget(
    issue: Issue,
    typeset: Callable[[Issue, int], RenderedT],
    *,
    summary_length: int,
    budget: int = BUDGET,
) -> RenderedT:
    """Return as much of the issue as fits, set in type.

    `typeset` is given the issue and the longest summary in characters. What fits is left as it is:
    the issue that comes out, put in again, gives the same.

    Raises:
        RenderError: not even one paper fits.

    """
    while True:
        for share in _SHORTER:
            found = typeset(issue, int(summary_length * share))
            if found.size <= budget:
                return found
        if len(issue.picks) == 1:
            break
        issue = _without_one(issue)
    raise RenderError(f"one paper alone takes {found.size:,} bytes, more than {budget:,}")


def _without_one(issue: Issue) -> Issue:
    longest = max(issue.sections, key=lambda section: len(section.picks))
    sections = tuple(
        replace(section, picks=section.picks[:-1]) if section is longest else section
        for section in issue.sections
    )
    return replace(issue, sections=tuple(section for section in sections if section.picks))
