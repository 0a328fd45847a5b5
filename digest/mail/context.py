"""The variables that templates use, made from an issue. All that is decided here is wording."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from digest.mail.coverage import past_day, statement
from digest.text.clean import safe_url
from digest.text.dates import long_date, short_date
from digest.text.wording import count, join_words, shorten, summarize

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.models.issue import Coverage, Issue, Pick
    from digest.models.paper import Paper, Signals

#: Up to so many authors are all named. Of more, one fewer is named, since "and 1 more" is no
#: shorter than a name.
MAX_AUTHORS = 5
#: Characters.
TITLE_LENGTH = 300
#: RFC 5322 §2.1.1 asks for at most 78 characters in a line.
SUBJECT_LENGTH = 78
PREHEADER_LENGTH = 100
#: Characters of a venue or an organization, and of the one-sentence summary.
ORGANIZATION_LENGTH, TLDR_LENGTH = 60, 280
# Cached, since a language's date format is looked up for each call, and there are few days.
_short_date = lru_cache(1024)(short_date)


@dataclass(frozen=True, kw_only=True)
class SiteIdentity:
    """The sender's name and postal address, which are in every mail."""

    name: str
    postal_address: str


@dataclass(frozen=True, kw_only=True)
class SubscriberLinks:
    """The links by which a subscriber changes or stops the mail."""

    manage_url: str
    leave_url: str
    #: a mailto link by which a subscriber leaves
    leave_mailto: str


def shared_context(site: SiteIdentity, coverage: Coverage, language: str = "en") -> dict[str, Any]:
    """Return the variables that are the same for all subscribers with one language.

    Dates are in that `language`, everything else is English.
    """
    return {
        "site": site.name,
        "postal_address": site.postal_address,
        "date": long_date(coverage.day, language),
        "statement": statement(coverage, language),
    }


def issue_context(issue: Issue, language: str = "en") -> dict[str, str]:
    """Return the variables that describe an issue as a whole."""
    topics = ", ".join(section.name for section in issue.sections)
    return {
        "subject": subject(issue, language),
        "preheader": shorten(_preheader(issue, topics), PREHEADER_LENGTH),
        "total": count(len(issue.picks), "paper"),
        "updates": _updates(issue),
        "topics": topics,
    }


def _updates(issue: Issue) -> str:
    """Name the papers of earlier issues that were withdrawn: one line, or nothing."""
    titles = [f"“{shorten(paper.title, TITLE_LENGTH)}”" for paper in issue.withdrawn]
    if not titles:
        return ""
    have = "has" if len(titles) == 1 else "have"
    return f"Updates: {'; '.join(titles)}, which we sent you, {have} been withdrawn since."


def personal_context(
    *, address: str, topics: Sequence[str], links: SubscriberLinks
) -> dict[str, str]:
    """Return the variables of one subscriber; `topics` are the names of their topics."""
    return {
        "address": address,
        "topics_wanted": ", ".join(topics),
        "manage_url": links.manage_url,
        "leave_url": links.leave_url,
    }


def _preheader(issue: Issue, topics: str) -> str:
    """Name what the subject does not: the next paper, and the topics."""
    top = issue.top
    other = next((pick.paper.title for pick in issue.picks if pick is not top), "")
    return f"Also: {other} · {topics}" if other else topics


def subject(issue: Issue, language: str = "en") -> str:
    """Name the top paper, how many more there are, and the day, so that each day's differs."""
    more = len(issue.picks) - 1
    tail = f" · {_short_date(issue.day, language)}"
    tail = f" + {more} more{tail}" if more else tail
    return shorten(issue.top.paper.title, SUBJECT_LENGTH - len(tail)) + tail


def authors(paper: Paper) -> str:
    """Name the first authors and count the rest."""
    named, total = paper.authors, max(paper.author_count or 0, len(paper.authors))
    if not named:
        return count(total, "author") if total else ""
    if total <= MAX_AUTHORS and len(named) == total:
        return join_words(named)
    first = named[: MAX_AUTHORS - 1]
    return f"{', '.join(first)} and {total - len(first):,} more"


def byline(paper: Paper, language: str = "en", *, today: date) -> str:
    """Name a paper's authors, organization, venue and date of publication, as far as known.

    A paper that came too late for the edition of its own day is marked, such as `from Monday`.
    """
    published = paper.published_at
    when = f"{_short_date(published.date(), language)} {published.year}" if published else ""
    late = f"from {past_day(paper.day, today=today)}" if paper.day < today else ""
    organization = shorten(paper.organization, ORGANIZATION_LENGTH)
    venue = shorten(paper.venue, ORGANIZATION_LENGTH)
    return " · ".join(filter(None, (authors(paper), organization, venue, when, late)))


def paper_context(
    pick: Pick, summary_length: int, language: str = "en", *, today: date
) -> dict[str, Any]:
    """Return the variables of a paper's card, in a mail and on a web page.

    `summary_length` is in characters; `today` is the day of the edition.
    """
    paper = pick.paper
    return {
        "title": shorten(paper.title, TITLE_LENGTH),
        "url": _title_url(paper),
        "byline": byline(paper, language, today=today),
        "tldr": shorten(paper.tldr, TLDR_LENGTH),
        "summary": summarize(paper.abstract, summary_length),
        "why": "; ".join(reason.text for reason in pick.reasons),
        "signals": _signals(paper.signals),
        "links": _links(paper),
        "similar": [
            {"title": shorten(other.title, TITLE_LENGTH), "url": _title_url(other)}
            for other in pick.similar
        ],
    }


def _signals(signals: Signals) -> str:
    parts = [
        count(number, noun)
        for number, noun in (
            (signals.upvotes, "vote"),
            (signals.comments, "comment"),
            (signals.stars, "star"),
            (signals.citations, "citation"),
        )
        if number is not None
    ]
    return " · ".join(parts)


def _title_url(paper: Paper) -> str:
    """Return the link of a title: the paper, or a search for it where no link is known."""
    return safe_url(paper.links.best) or _search_url(paper)


def _search_url(paper: Paper) -> str:
    query = urlencode({"query": shorten(paper.title, TITLE_LENGTH), "searchtype": "title"})
    return f"https://arxiv.org/search/?{query}"


def _links(paper: Paper) -> list[dict[str, str]]:
    named = (
        ("Abstract", paper.links.abs),
        ("PDF", paper.links.pdf),
        ("Code", paper.links.code),
        ("Project", paper.links.project),
        ("Discussion", paper.links.page),
    )
    known = [{"name": name, "url": url} for name, link in named if (url := safe_url(link))]
    return known or [{"name": "Search arXiv", "url": _search_url(paper)}]
