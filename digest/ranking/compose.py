"""One subscriber's issue out of the day's picks, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Edition, Issue, NoIssue, Section
from digest.ranking.select import select
from digest.text.wording import count, join_words
from subscribers.models import EXPLORE, EXPLORE_NAME, LIKED, LIKED_NAME, OWN, OWN_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.models.issue import Coverage, Seen
    from digest.models.picks import Pick

#: Of the sections that no topic of the edition makes.
_NAMES = {OWN: OWN_NAME, LIKED: LIKED_NAME, EXPLORE: EXPLORE_NAME}


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
        return NoIssue(reason=why_empty(edition.coverage))
    selected = select_from(edition.ranked, edition, known, seen=seen)
    sections = tuple(section_of(edition, slug, picks) for slug, picks in selected.items() if picks)
    if not sections:
        return NoIssue(reason=_nothing_new(edition, known))
    return Issue(
        day=edition.coverage.day,
        sections=sections,
        coverage=edition.coverage,
        withdrawn=tuple(
            paper
            for paper in edition.withdrawn
            if paper.id in seen.papers and paper.id not in seen.withdrawals
        ),
    )


def select_from(
    ranked: Mapping[str, Sequence[Pick]], edition: Edition, known: Sequence[str], *, seen: Seen
) -> dict[str, list[Pick]]:
    """Return what a ranking of an edition's papers brings for some of its topics."""
    return select(
        ranked,
        known,
        seen=seen.papers,
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


def _nothing_new(edition: Edition, known: Sequence[str]) -> str:
    if known == [LIKED]:
        total = count(edition.coverage.considered, "paper")
        return f"none of the day’s {total} is like what the reader liked"
    names = ", ".join(edition.topics[slug].name for slug in known)
    total = count(edition.coverage.considered, "paper")
    about = [pick for slug in known for pick in edition.ranked.get(slug, ())]
    excluded = sum(pick.paper.id in edition.excluded for pick in about)
    if about and excluded == len(about):
        return f"the reader excludes a word or an author of every paper about {names}"
    if about:
        also = " or has a word or an author that the reader excludes" if excluded else ""
        return f"every paper about {names} was in an earlier issue{also}"
    return f"none of the day’s {total} is about {names}"


def why_empty(coverage: Coverage) -> str:
    """Return why a day has no papers at all, for people to read."""
    if coverage.missing:
        return f"no papers for {coverage.day}: {join_words(coverage.missing)} could not be read"
    if coverage.stale:
        names = join_words(coverage.stale)
        return f"no new papers for {coverage.day}: {names} still shows those of another day"
    if coverage.excused:
        return f"no papers for {coverage.day}: {'; '.join(coverage.excused)}"
    if coverage.day.weekday() >= 5:
        return f"no papers were announced for {coverage.day}, a {coverage.day:%A}"
    return f"no papers were announced for {coverage.day}"
