"""Keep a mail under the size at which Gmail hides its end, and with it the link to leave.

Gmail clips the HTML part at about 102,400 bytes. Summaries are shortened first, then papers are
dropped from the end of the longest section; what was dropped does not count as shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.models import Issue
    from digest.rendering.templates import Rendered

#: Bytes of UTF-8 HTML.
BUDGET = 90_000
_SHORTER = (1.0, 0.6, 0.3, 0.0)


def fit(
    issue: Issue,
    render: Callable[[Issue, int], Rendered],
    *,
    summary_length: int,
    budget: int = BUDGET,
) -> tuple[Issue, Rendered]:
    """Return as much of the issue as fits, and how it looks.

    `render` is given the issue and the longest summary in characters.

    Raises:
        RenderError: not even one paper fits.

    """
    for share in _SHORTER:
        rendered = render(issue, int(summary_length * share))
        if _size(rendered) <= budget:
            return issue, rendered
    while len(issue.picks) > 1:
        issue = _without_one(issue)
        rendered = render(issue, 0)
        if _size(rendered) <= budget:
            return issue, rendered
    raise RenderError(f"one paper alone takes {_size(rendered):,} bytes, more than {budget:,}")


def _size(rendered: Rendered) -> int:
    return len(rendered.html.encode())


def _without_one(issue: Issue) -> Issue:
    longest = max(issue.sections, key=lambda section: len(section.picks))
    sections = tuple(
        replace(section, picks=section.picks[:-1]) if section is longest else section
        for section in issue.sections
    )
    return replace(issue, sections=tuple(section for section in sections if section.picks))
