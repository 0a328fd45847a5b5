"""A digest of several days and one of a quiet day, as they are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from support.builders import covered, issue, paper, pick
from support.digest_bodies import changed, rendered, variables

from digest.app.config.resources import templates_dir
from digest.mail.templates import DigestTemplates, Templates
from digest.models.issue import Coverage, Issue, SourceCoverage
from digest.models.source import Channel

if TYPE_CHECKING:
    from pathlib import Path

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
ARXIV = SourceCoverage(
    source="arXiv", papers=29, channels=(Channel(name="cs.CL", parsed=29, declared=29),)
)
SOURCES = (ARXIV, covered("Hugging Face", 12))

SPAN = issue(
    pick(paper("1", title="Agents that plan", day=MONDAY), 0.9),
    pick(paper("2", title="Agents that rest", day=date(2026, 2, 7)), 0.8),
    day=MONDAY,
    coverage=Coverage(
        day=MONDAY,
        since=date(2026, 2, 5),
        sources=SOURCES,
        considered=41,
        late=((date(2026, 2, 4), 2), (date(2026, 2, 7), 3)),
    ),
)
FEEDBACK = f"More or less like this: https://example.org/feedback/{'f' * 67}"
FOOT = """\
You get this because reader@example.org is subscribed to Agents, Q&A.

Change your topics: https://example.org/m?a=1&b=2
Leave this digest: https://example.org/l

Trending Papers, 1 Main Street
"""
SPAN_TEXT = f"""\
In this issue: Agents that rest and 1 more.

Trending Papers
Fri 6 – Mon 9 Feb 2026

2 papers for you in Agents.


AGENTS

Agents that plan

  We study a thing. It works.

  Why: “agents” in the title
  Abstract: https://arxiv.org/abs/1
  {FEEDBACK}/40/more

Agents that rest
from Saturday

  We study a thing. It works.

  Why: “agents” in the title
  Abstract: https://arxiv.org/abs/2
  {FEEDBACK}/41/more


--{" "}
Chosen from 41 papers for Fri 6 – Mon 9 Feb 2026, 2 of them from
Wednesday: arXiv (cs.CL 29/29) and Hugging Face (12 papers).

{FOOT}"""

QUIET = Issue(
    day=TUESDAY,
    sections=(),
    coverage=Coverage(day=TUESDAY, sources=SOURCES, considered=41, overdue=(("bioRxiv", MONDAY),)),
    quiet="None of the day’s 41 papers is about Agents, Q&A.",
    withdrawn=(paper("9", title="A paper taken back"),),
)
QUIET_TEXT = f"""\
None of the day’s 41 papers is about Agents, Q&A.
Read: arXiv (cs.CL 29/29) and Hugging Face (12 papers).

Trending Papers
Tuesday 10 February 2026

Nothing new for you.


Updates: “A paper taken back”, which we sent you, has been withdrawn
since.

--{" "}
Still missing: bioRxiv of Monday.

{FOOT}"""


class _Visible(HTMLParser):
    """The paragraphs and headings of a mail, without what is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag in ("p", "h1", "h2", "h3"):
            self._is_inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_inside &= tag not in ("p", "h1", "h2", "h3")

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found[-1] += data


def visible(html: str) -> list[str]:
    parser = _Visible()
    parser.feed(html)
    return parser.found


def test_the_text_of_several_days() -> None:
    found = rendered(SPAN)

    assert found.text == SPAN_TEXT
    assert found.subject == "Agents that plan + 1 more · Fri 6 – Mon 9 Feb"
    assert visible(found.html)[0] == "Fri 6 – Mon 9 Feb 2026"


def test_the_text_of_a_quiet_day() -> None:
    found = rendered(QUIET)

    assert found.text == QUIET_TEXT
    assert found.subject == "Nothing new for you · Tue 10 Feb"


def test_the_html_of_a_quiet_day_says_the_same() -> None:
    assert visible(rendered(QUIET).html) == [
        "Tuesday 10 February 2026",
        "Trending Papers",
        "Nothing new for you. Leave",
        "None of the day’s 41 papers is about Agents, Q&A.",
        "Read: arXiv (cs.CL 29/29) and Hugging Face (12 papers).",
        "Still missing: bioRxiv of Monday.",
        "Updates: “A paper taken back”, which we sent you, has been withdrawn since.",
        "You get this because reader@example.org is subscribed to Agents, Q&A.",
        "Change your topics · Leave this digest",
        "Trending Papers · 1 Main Street",
    ]


def test_what_a_quiet_day_says_is_escaped() -> None:
    found = rendered(replace(QUIET, quiet="<b>None</b>."))

    assert "<b>" not in found.html
    assert "&lt;b&gt;None&lt;/b&gt;." in found.html


def test_the_blocks_joined_are_what_the_whole_templates_give() -> None:
    whole = Templates(templates_dir(), "digest")

    assert rendered(QUIET) == whole.render(variables(QUIET))


def test_without_sources_nothing_stands_in_their_line() -> None:
    found = rendered(replace(QUIET, coverage=Coverage(day=TUESDAY, missing=("arXiv",))))

    assert found.text.startswith(f"{QUIET.quiet}\n\nTrending Papers\n")
    assert "Read:" not in found.html
    assert "<p></p>" not in found.html


def test_templates_that_know_nothing_of_quiet_days_still_say_it(tmp_path: Path) -> None:
    folder = changed(tmp_path, "body.txt", "{% if is_quiet %}", "{% if false %}")

    found = rendered(QUIET, DigestTemplates(folder, "digest"))

    assert found.text.startswith(f"{QUIET.quiet}\n\nTrending Papers\n")
