"""The variables that templates use, made from an issue. All that is decided here is wording."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from digest.mail.coverage import covered_days, past_day, quiet_statement, sources_read, statement
from digest.text import bounds
from digest.text.bounds import Room, bounded, first_of
from digest.text.dates import short_date, span, weekday_date, weekday_span
from digest.text.wording import count, join_words, summarize
from subscribers.models import EXPLORE, LIKED, OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from digest.models.issue import Coverage, Issue
    from digest.models.paper import Paper, Signals
    from digest.models.picks import Pick

#: What the sections that no topic makes are called in a sentence.
IN_A_SENTENCE = {
    OWN: "your own words",
    LIKED: "what you liked",
    EXPLORE: "papers outside your topics",
}
#: How papers of such a section are counted: "2 like what you liked".
_COUNTED = {
    OWN: "about your own words",
    LIKED: "like what you liked",
    EXPLORE: "outside your topics",
}
#: What a mail without papers is called.
NOTHING_NEW = "Nothing new for you"
#: Papers that the preheader names.
_NAMED = 2
#: An issue of so many days names what it shows the best of them.
_WEEK = 7
# Cached, since a language's date format is looked up for each call, and there are few days.
_short_date = lru_cache(1024)(short_date)
_weekday_date = lru_cache(1024)(weekday_date)
_weekday_span = lru_cache(1024)(weekday_span)
_span = lru_cache(1024)(span)


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
    #: the address a mail to which means the same; empty where nothing can be done by mail
    leave_address: str = ""
    #: what the links of papers begin with; empty without a web server
    feedback_url: str = ""


def shared_context(
    site: SiteIdentity, coverage: Coverage, language: str = "en", *, is_quiet: bool = False
) -> dict[str, Any]:
    """Return the variables that are the same for all subscribers with one language.

    Dates are in that `language`, everything else is English. The mails of those who are told that
    nothing is new, which `is_quiet`, have their own.
    """
    return {
        "site": site.name,
        "postal_address": site.postal_address,
        "date": covered_days(coverage, language),
        "statement": quiet_statement(coverage) if is_quiet else statement(coverage, language),
        "is_quiet": is_quiet,
        "read": sources_read(coverage) if is_quiet else "",
    }


def issue_context(issue: Issue, language: str = "en") -> dict[str, str]:
    """Return the variables that describe an issue as a whole."""
    return {
        "subject": subject(issue, language),
        "preheader": _preheader(issue),
        "total": count(len(issue.picks), "paper"),
        "updates": _updates(issue),
        "topics": _topics([IN_A_SENTENCE.get(it.slug, it.name) for it in issue.sections]),
        "headline": _headline(issue, language),
        "quiet": bounded(issue.quiet, bounds.STATEMENT),
    }


def _headline(issue: Issue, language: str) -> str:
    """Say how many papers there are, and of what: topics by name, and by number what is none.

    Such as `2 papers for you in Agents`, or `6 papers for you: 5 in Agents, Robots; 1 outside your
    topics`. An issue of a week or more names the days: `2 papers for you: the best of 3–9 February
    in Agents`.
    """
    if issue.quiet:
        return NOTHING_NEW
    total = f"{count(len(issue.picks), 'paper')} for you"
    coverage = issue.coverage
    is_of_week = coverage.days >= _WEEK
    best = f"the best of {_span(coverage.first_day, coverage.day, language)}" if is_of_week else ""
    topics = [section for section in issue.sections if section.slug not in _COUNTED]
    parts = [
        (
            sum(len(section.picks) for section in topics),
            f"in {_topics([section.name for section in topics])}",
        ),
        *((len(it.picks), _COUNTED[it.slug]) for it in issue.sections if it.slug in _COUNTED),
    ][0 if topics else 1 :]
    if len(parts) == 1:
        return f"{total}: {best} {parts[0][1]}" if best else f"{total} {parts[0][1]}"
    total += f", {best}" if best else ""
    return f"{total}: {'; '.join(f'{number:,} {what}' for number, what in parts)}"


def _topics(names: Sequence[str]) -> str:
    return ", ".join(first_of(names, bounds.TOPICS, "more"))


def _updates(issue: Issue) -> str:
    """Name the papers of earlier issues that were withdrawn: one line, or nothing."""
    titles = [f"“{bounded(paper.title, bounds.MENTIONED_TITLE)}”" for paper in issue.withdrawn]
    if not titles:
        return ""
    have = "has" if len(titles) == 1 else "have"
    named = "; ".join(first_of(titles, bounds.WITHDRAWN, "more"))
    return f"Updates: {named}, which we sent you, {have} been withdrawn since."


def personal_context(
    *, address: str, topics: Sequence[str], links: SubscriberLinks
) -> dict[str, str]:
    """Return the variables of one subscriber; `topics` are the names of their topics."""
    return {
        "address": address,
        "topics_wanted": _topics(topics),
        "manage_url": links.manage_url,
        "leave_url": links.leave_url,
        "feedback_url": links.feedback_url,
    }


def _preheader(issue: Issue) -> str:
    """Name papers in a sentence: first those that the subject does not name.

    Without papers, say why there are none.
    """
    if issue.quiet:
        return bounded(issue.quiet, bounds.PREHEADER)
    first = [pick.paper.title for pick in issue.picks if pick is not issue.top]
    named = (first or [issue.top.paper.title])[:_NAMED]
    more = len(issue.picks) - len(named)
    start, end = "In this issue: ", f" and {more:,} more." if more else "."
    each = (bounds.PREHEADER - len(start) - len(end)) // len(named) - len("; ")
    return f"{start}{'; '.join([bounded(title, each) for title in named])}{end}"


def subject(issue: Issue, language: str = "en") -> str:
    """Name the top paper, how many more there are, and the day, so that each day's differs."""
    if issue.quiet:
        return f"{NOTHING_NEW} · {_days_in_short(issue, language, _weekday_date)}"
    more = len(issue.picks) - 1
    tail = f" · {_days_in_short(issue, language, _short_date)}"
    tail = f" + {more} more{tail}" if more else tail
    return bounded(issue.top.paper.title, bounds.SUBJECT - len(tail)) + tail


def _days_in_short(issue: Issue, language: str, of_day: Callable[[date, str], str]) -> str:
    """Return the day of an issue as `of_day` writes it, or the days that it covers."""
    coverage = issue.coverage
    if coverage.days == 1:
        return of_day(issue.day, language)
    return _weekday_span(coverage.first_day, coverage.day, language)


def section_context(name: str, short: int | None) -> dict[str, str]:
    """Return the variables of a section's heading.

    The note names the number of papers of a short day; on another day, `short` is None.
    """
    note = "" if short is None else f"A short day for {name}: {count(short, 'paper')}."
    return {"name": name, "note": note}


def authors(paper: Paper) -> str:
    """Name the first authors and count the rest."""
    total = max(paper.author_count or 0, len(paper.authors))
    named = [bounded(name, bounds.NAME) for name in paper.authors[: bounds.AUTHORS]]
    if not named:
        return count(total, "author") if total else ""
    if total == len(named):
        return join_words(named)
    first = named[: bounds.AUTHORS - 1]
    return f"{', '.join(first)} and {total - len(first):,} more"


def byline(paper: Paper, language: str = "en", *, today: date) -> str:
    """Name a paper's authors, organization, venue and date of publication, as far as known.

    A paper that came too late for the edition of its own day is marked, such as `from Monday`.
    """
    published = paper.published_at
    when = f"{_short_date(published.date(), language)} {published.year}" if published else ""
    late = f"from {past_day(paper.day, today=today)}" if paper.day < today else ""
    organization = bounded(paper.organization, bounds.ORGANIZATION)
    venue = bounded(paper.venue, bounds.ORGANIZATION)
    return " · ".join(filter(None, (authors(paper), organization, venue, when, late)))


def paper_context(
    pick: Pick,
    summary_length: int,
    language: str = "en",
    *,
    today: date,
    position: int | None = None,
) -> dict[str, Any]:
    """Return the variables of one paper's card; `summary_length` is in characters.

    What a reader needs most takes its room first. `today` is the day of the edition. With a
    `position` in that edition the card has links for feedback.
    """
    paper, room = pick.paper, Room(summary_length)
    url, title = _title_url(paper, room), room.take(paper.title, bounds.TITLE)
    shown_byline = room.take(byline(paper, language, today=today), bounds.BYLINE)
    links = _links(paper, room)
    why = room.take("; ".join(reason.text for reason in pick.reasons), bounds.REASONS)
    tldr = room.take(paper.tldr, bounds.TLDR)
    summary = room.take(paper.abstract, summary_length, summarize)
    similar = _similar(pick.similar, room)
    more = len(pick.similar) - len(similar)
    return {
        "title": title,
        "url": url,
        "byline": shown_byline,
        "tldr": tldr,
        "summary": summary,
        "why": why,
        "signals": _signals(paper.signals),
        "links": links,
        "similar": similar,
        "more_similar": f"and {more:,} more" if similar and more else "",
        "feedback": [] if position is None else _feedback(paper, position),
    }


def _feedback(paper: Paper, position: int) -> list[dict[str, str]]:
    """Return what a reader can say of a paper, each with what follows `feedback_url`."""
    named = [("More like this", "more"), ("Less like this", "less"), ("Save", "save")]
    if paper.authors:
        named.append(("Mute an author", "mute"))
    return [{"name": name, "path": f"{position}/{verdict}"} for name, verdict in named]


def _similar(papers: Sequence[Paper], room: Room) -> list[dict[str, str]]:
    """Return the titles and addresses of the first papers, as far as there is room."""
    shown = []
    for paper in papers[: bounds.SIMILAR]:
        url, title = _title_url(paper, room), room.take(paper.title, bounds.MENTIONED_TITLE)
        if not url or not title:
            break
        shown.append({"title": title, "url": url})
    return shown


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


def _title_url(paper: Paper, room: Room) -> str:
    """Return the link of a title: the paper, or a search for it where no link can be shown."""
    usable = filter(None, map(room.take_address, paper.links.best_first))
    return next(usable, "") or room.take_address(_search_url(paper))


def _search_url(paper: Paper) -> str:
    """Return the address of a search for the words with which a title begins."""
    words = bounded(paper.title, bounds.MENTIONED_TITLE).rstrip("…")
    while len(quote_plus(words)) > bounds.QUERY:
        words = words.rpartition(" ")[0] or words[:-1]
    query = urlencode({"query": words, "searchtype": "title"})
    return f"https://arxiv.org/search/?{query}"


def _links(paper: Paper, room: Room) -> list[dict[str, str]]:
    named = (
        ("Abstract", paper.links.abs),
        ("PDF", paper.links.pdf),
        ("Code", paper.links.code),
        ("Project", paper.links.project),
        ("Discussion", paper.links.page),
    )
    known = [{"name": name, "url": url} for name, link in named if (url := room.take_address(link))]
    return known or [{"name": "Search arXiv", "url": _search_url(paper)}]
