"""One subscriber's issue out of the day's picks, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from digest.models.issue import Edition, Issue, NoIssue, Section
from digest.ranking.select import select
from digest.text import bounds
from digest.text.bounds import first_of
from digest.text.wording import count, join_words
from subscribers.models import EXPLORE, EXPLORE_NAME, LIKED, LIKED_NAME, OWN, OWN_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.issue import Coverage, Seen
    from digest.models.paper import Paper
    from digest.models.picks import Pick

#: Of the sections that no topic of the edition makes.
_NAMES = {OWN: OWN_NAME, LIKED: LIKED_NAME, EXPLORE: EXPLORE_NAME}
#: A subscriber who wants mail when there is something waits until so many papers are new.
ENOUGH = 3


class _Person(NamedTuple):
    """How a reason speaks of the reader: to those who run the program, or to the reader."""

    excludes: str
    liked: str


_READER = _Person("the reader excludes", "the reader liked")
_YOU = _Person("you exclude", "you liked")


def compose(edition: Edition, wanted: Sequence[str], *, seen: Seen) -> Issue | NoIssue:
    """Return the issue of a subscriber who wants these topics and has seen these papers.

    `wanted` holds slugs in the order of the issue; unknown ones are ignored. The issue reports
    each withdrawal of a paper that the subscriber has seen, once.
    """
    known = [slug for slug in wanted if slug in edition.topics]
    if not known:
        none = f"none of the topics exist: {', '.join(wanted)}" if wanted else "no topic is chosen"
        return NoIssue(reason=none)
    if not edition.coverage.considered:
        return _no_issue(edition, why_empty(edition.coverage), told=_none_announced(edition))
    selected = select_from(edition.ranked, edition, known, seen=seen)
    sections = tuple(section_of(edition, slug, picks) for slug, picks in selected.items() if picks)
    if not sections:
        reason = "; ".join([_nothing_new(edition, known, _READER), *_unread(edition.coverage)])
        return _no_issue(edition, reason, told=_nothing_new(edition, known, _YOU))
    return Issue(
        day=edition.coverage.day,
        sections=sections,
        coverage=edition.coverage,
        withdrawn=withdrawn_for(edition, seen),
    )


def withdrawn_for(edition: Edition, seen: Seen) -> tuple[Paper, ...]:
    """Return the papers whose withdrawal is news to a subscriber who has seen these papers."""
    return tuple(
        paper
        for paper in edition.withdrawn
        if paper.id in seen.papers and paper.id not in seen.withdrawals
    )


def if_enough(
    issue: Issue | NoIssue, edition: Edition, wanted: Sequence[str], *, seen: Seen
) -> Issue | NoIssue:
    """Return the issue of a subscriber who wants mail when there is something; or that it waits.

    There is something if `ENOUGH` papers of their topics are new, however few an issue may show, or
    one for their own words and authors. What they liked counts if they chose nothing else. Nothing
    tells such a subscriber of a quiet day.

    Args:
        issue: what `compose` returned.
        edition: the edition it was composed from, with the subscriber's own topics.
        wanted: the slugs of the subscriber's topics.
        seen: what the subscriber has seen.

    """
    if isinstance(issue, NoIssue):
        return NoIssue(reason=issue.reason)
    known = [slug for slug in wanted if slug in edition.topics]
    topics = [slug for slug in known if slug != LIKED] or known
    # A topic shows its clear papers first, and others only up to its share: here, all it may need.
    most = max(edition.max_papers, ENOUGH * len(topics))
    roomy = replace(edition, per_topic=max(edition.per_topic, ENOUGH), max_papers=most)
    selected = select_from(edition.ranked, roomy, topics, seen=seen)
    new = [pick for picks in selected.values() for pick in picks]
    own = {pick.paper.id for pick in edition.ranked.get(OWN, ())}
    has_own = any(paper.id in own for pick in new for paper in (pick.paper, *pick.similar))
    if has_own or len(new) >= ENOUGH:
        return issue
    there = f"there {'is' if len(new) == 1 else 'are'} {len(new)} so far"
    return NoIssue(reason=f"waits until {ENOUGH} papers are new; {there}")


def select_from(
    ranked: Mapping[str, Sequence[Pick]], edition: Edition, known: Sequence[str], *, seen: Seen
) -> dict[str, list[Pick]]:
    """Return what a ranking of an edition's papers brings for some of its topics."""
    return select(
        ranked,
        known,
        seen=seen.known,
        similar=edition.similar,
        per_topic=edition.per_topic,
        max_papers=edition.max_papers,
        last=[slug for slug in known if edition.topics[slug].trending],
        excluded=edition.excluded,
    )


def section_of(edition: Edition, slug: str, picks: Sequence[Pick]) -> Section:
    """Return a section of an issue that is made from this edition.

    It depends on nothing but the edition, the topic and the picks, so that a stored issue is
    restored as it was. A day is short for a topic if it has fewer papers about it than an issue may
    show.
    """
    if slug in _NAMES:
        return Section(slug=slug, name=_NAMES[slug], picks=tuple(picks))
    topic = edition.topics[slug]
    about = len(edition.ranked[slug])
    return Section(
        slug=slug,
        name=topic.name,
        picks=tuple(picks),
        trending=topic.trending,
        short=about if about < edition.per_topic and not topic.trending else None,
    )


def quiet_issue(edition: Edition, none: NoIssue, *, seen: Seen) -> Issue:
    """Return what a subscriber is told who asked to be told of quiet days, on one of them."""
    return Issue(
        day=edition.coverage.day,
        sections=(),
        coverage=edition.coverage,
        withdrawn=withdrawn_for(edition, seen),
        quiet=none.told,
    )


def told_of_nothing(edition: Edition) -> str:
    """Return why an issue of the edition has no papers, whoever gets it, as a sentence."""
    if not edition.coverage.considered:
        return _none_announced(edition)
    return _sentence(f"{_none_of(edition.coverage, _YOU)} new to you")


def _no_issue(edition: Edition, reason: str, *, told: str) -> NoIssue:
    """Return why there is no issue, and whether that is all that there is to say.

    A day on which something could not be read is not quiet, since papers may be there.
    """
    if _unread(edition.coverage):
        return NoIssue(reason=reason)
    return NoIssue(reason=reason, is_quiet=True, told=told)


def _unread(coverage: Coverage) -> list[str]:
    """Return why papers of the days that are covered may be unknown, as clauses.

    A source that has nothing by its calendar is none of the reasons.
    """
    early = [one.source for one in coverage.sources if one.is_early]
    stale = [name for name in coverage.stale if name not in coverage.missing]
    overdue = [(name, day) for name, day in coverage.overdue if day >= coverage.first_day]
    return [
        *(f"{name} could not be read" for name in coverage.missing),
        *(f"{name} still shows the papers of another day" for name in stale),
        *(f"{name} could not be read in full" for name in coverage.partial),
        *(f"{name} had not listed all of its papers yet" for name in early),
        *(f"{name} could not be read for {day} yet" for name, day in overdue),
    ]


def _nothing_new(edition: Edition, known: Sequence[str], person: _Person) -> str:
    """Return why no paper is new: a clause about the reader, or a sentence to them."""
    clause = _clause(edition, known, person)
    return _sentence(clause) if person is _YOU else clause


def _clause(edition: Edition, known: Sequence[str], person: _Person) -> str:
    none = _none_of(edition.coverage, person)
    if known == [LIKED]:
        return f"{none} like what {person.liked}"
    names = _named(edition, known, person)
    about = [pick for slug in known for pick in edition.ranked.get(slug, ())]
    excluded = sum(pick.paper.id in edition.excluded for pick in about)
    if about and excluded == len(about):
        return f"{person.excludes} a word or an author of every paper about {names}"
    if about:
        also = f" or has a word or an author that {person.excludes}" if excluded else ""
        return f"every paper about {names} was in an earlier issue{also}"
    return f"{none} about {names}"


def _named(edition: Edition, known: Sequence[str], person: _Person) -> str:
    """Name topics in a clause; to a reader, their own one as they know it."""
    names = [edition.topics[slug].name for slug in known]
    if person is _YOU:
        in_a_sentence = {OWN: "your own words", LIKED: "what you liked"}
        names = [in_a_sentence.get(slug) or edition.topics[slug].name for slug in known]
        names = first_of(names, bounds.TOPICS, "more")
    return ", ".join(names)


def _none_of(coverage: Coverage, person: _Person) -> str:
    """Begin a clause: `none of the day’s 41 papers is`, or of all days that are covered."""
    span = f" of these {coverage.days} days" if coverage.days > 1 else ""
    whose = "" if span else "day’s "
    if coverage.considered == 1 and person is _YOU:
        return f"the {whose}only paper{span} is not"
    return f"none of the {whose}{count(coverage.considered, 'paper')}{span} is"


def _none_announced(edition: Edition) -> str:
    days = edition.coverage.days
    return f"No papers were announced {f'on these {days} days' if days > 1 else 'today'}."


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


def why_empty(coverage: Coverage) -> str:
    """Return why a day, or several together, have no papers at all, for people to read."""
    is_span = coverage.days > 1
    when = f"{coverage.first_day} to {coverage.day}" if is_span else f"{coverage.day}"
    if coverage.missing:
        return f"no papers for {when}: {join_words(coverage.missing)} could not be read"
    if coverage.stale:
        names = join_words(coverage.stale)
        return f"no new papers for {when}: {names} still shows those of another day"
    if reasons := [*_unread(coverage), *coverage.excused]:
        return f"no papers for {when}: {'; '.join(reasons)}"
    if coverage.day.weekday() >= 5 and not is_span:
        return f"no papers were announced for {when}, a {coverage.day:%A}"
    return f"no papers were announced for {when}"
