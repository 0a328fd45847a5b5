"""Why a paper was picked, in words a reader understands."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from digest.models.picks import Reason
from digest.text.wording import count, join_words, stands_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.models.trend import Rise, Trend, WellReceived
    from digest.ranking.relevance import Match

#: A reason quotes at most so many words.
MAX_WORDS = 3
#: Characters of an example's title in a reason.
_LONGEST_TITLE = 90
#: The rank by votes is a reason in this share of the day's papers with votes, from the top.
_TOP_SHARE = 0.25


def explain(match: Match, trend: Trend) -> tuple[Reason, ...]:
    """Return the reasons of a pick, the strongest first."""
    reasons: list[Reason] = []
    if match.authors:
        follower = "you follow" if match.is_own else "this topic follows"
        text = f"by {join_words(match.authors)}, whom {follower}"
        reasons.append(Reason(kind="author", text=text, values=match.authors))
    if match.title_words:
        reasons.append(_words("{} in the title", "title", match.title_words))
    if match.keywords and len(match.title_words) < MAX_WORDS:
        reasons.append(_words("{} among its keywords", "keywords", match.keywords))
    if match.abstract_words and len(match.title_words) < MAX_WORDS:
        reasons.append(_words("the abstract speaks of {}", "abstract", match.abstract_words))
    if match.summary_words and len(match.title_words) < MAX_WORDS:
        reasons.append(_words("the summary speaks of {}", "summary", match.summary_words))
    reasons += _closeness(match)
    if match.categories:
        text = f"filed under {join_words(match.categories)}"
        reasons.append(Reason(kind="category", text=text, values=match.categories))
    if of_trend := _of_trend(trend, is_trending=match.trending):
        reasons.append(of_trend)
    if match.trending and not reasons:
        reasons.append(_listed(trend))
    return tuple(reasons)


def similar_reason(number: int) -> Reason:
    """Return the reason of a pick that stands for so many near-duplicates."""
    return Reason(kind="similar", text=stands_for(number), number=number)


def _closeness(match: Match) -> Iterator[Reason]:
    if match.example:
        title = shorten(match.example, _LONGEST_TITLE, placeholder="…")
        text = f"like this topic’s example “{title}”"
        yield Reason(kind="example", text=text, values=(match.example,))
    if match.close_by:
        papers = "examples" if match.by_example else "papers"
        text = f"close to this topic’s {papers}: {join_words(match.close_by)}"
        yield Reason(kind="close", text=text, values=match.close_by)


def liked_reason(words: Sequence[str]) -> Reason:
    """Return the reason of a pick that has these words in common with papers a reader liked."""
    text = "like what you liked"
    text = f"{text}: {_quoted(words)}" if words else text
    return Reason(kind="liked", text=text, values=tuple(words))


def meaning_reason() -> Reason:
    """Return the reason of a pick that says in other words what papers say that a reader liked."""
    return Reason(kind="liked", text="close in meaning to what you liked")


def _of_trend(trend: Trend, *, is_trending: bool) -> Reason | None:
    """Return what votes say for a pick, or what is expected of it before there are any."""
    if trend.rise is not None:
        return _rise(trend.rise)
    if vote_rank := _vote_rank(trend, is_trending=is_trending):
        return vote_rank
    return _well_received(trend.well_received) if trend.well_received else None


def _vote_rank(trend: Trend, *, is_trending: bool) -> Reason | None:
    """Return the rank by votes, or None when it is no reason.

    A topic of trending papers names the rank of every paper that is not tied.
    """
    if trend.rank is None or trend.cohort < 2:
        return None
    # Tied papers all get the last of their ranks, so that a tie is not called the first.
    rank = trend.rank + trend.tied - 1
    is_top = rank <= trend.cohort * _TOP_SHARE or rank == 1
    if not is_top and not (is_trending and trend.tied == 1):
        return None
    text = f"most voted of the {count(trend.cohort, 'paper')} with votes"
    if trend.tied > 1:
        text = f"among the {rank} {text}"
    elif rank > 1:
        text = f"{ordinal(rank)} {text}"
    return Reason(kind="trend", text=text, number=rank, of=trend.cohort)


def _rise(rise: Rise) -> Reason:
    text = f"now trending: {count(rise.votes, 'vote')}, up from {rise.before:,}"
    return Reason(kind="rise", text=text, number=rise.votes, of=rise.before)


def _well_received(found: WellReceived) -> Reason:
    text = (
        f"{found.top:,} of {count(found.papers, 'earlier paper')} by {found.author}"
        " were among the most voted of their day"
    )
    values = (found.author,)
    return Reason(kind="prior", text=text, values=values, number=found.top, of=found.papers)


def _listed(trend: Trend) -> Reason:
    """Return why a topic of trending papers has a paper of which no vote says anything."""
    if trend.many_authors is None:
        return Reason(kind="trend", text="on the day’s list")
    text = f"by {trend.many_authors:,} authors; papers with many authors often get more votes"
    return Reason(kind="prior", text=text, number=trend.many_authors)


def ordinal(number: int) -> str:
    """Write 1 as 1st, 2 as 2nd, 11 as 11th."""
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def _words(text: str, place: str, words: Sequence[str]) -> Reason:
    named = tuple(words[:MAX_WORDS])
    return Reason(kind="word", text=text.format(_quoted(named)), place=place, values=named)


def _quoted(words: Sequence[str]) -> str:
    return join_words([f"“{word}”" for word in words[:MAX_WORDS]])
