"""One subscriber's issue out of the day's picks, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.models.issue import Edition, Issue, NoIssue, Section
from digest.ranking.select import select
from digest.text.wording import _list, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.models.issue import Coverage, Seen


def compose(desk: Edition, wanted: Sequence[str], *, seen: Seen) -> Issue | NoIssue:
    """Lay out the issue of a subscriber who wants these topics and was shown these papers."""
    known = [slug for slug in wanted if slug in desk.topics]
    if not known:
        gone = ", ".join(wanted) or "none chosen"
        return NoIssue(reason=f"none of the topics exist: {gone}")
    if not desk.coverage.considered:
        return NoIssue(reason=why_empty(desk.coverage))
    chosen = select(
        desk.ranked,
        known,
        seen=seen.papers,
        similar=desk.similar,
        per_topic=desk.per_topic,
        max_papers=desk.max_papers,
        last=[slug for slug in known if desk.topics[slug].trending],
    )
    sections = tuple(
        Section(slug=slug, name=desk.topics[slug].name, picks=tuple(picks))
        for slug, picks in chosen.items()
        if picks
    )
    if not sections:
        return NoIssue(reason=_nothing_new(desk, known))
    return Issue(
        day=desk.coverage.day,
        sections=sections,
        coverage=desk.coverage,
        withdrawn=tuple(
            paper
            for paper in desk.withdrawn
            if paper.id in seen.papers and paper.id not in seen.withdrawals
        ),
    )


def _nothing_new(desk: Edition, known: Sequence[str]) -> str:
    names = ", ".join(desk.topics[slug].name for slug in known)
    total = count(desk.coverage.considered, "paper")
    if any(desk.ranked.get(slug) for slug in known):
        return f"every paper about {names} was in an earlier issue"
    return f"none of the day’s {total} is about {names}"


def why_empty(edition: Coverage) -> str:
    """Say why there are no papers at all on a day."""
    if edition.missing:
        return f"no papers for {edition.day}: {_list(edition.missing)} could not be read"
    if edition.stale:
        names = _list(edition.stale)
        return f"no new papers for {edition.day}: {names} still shows those of another day"
    if edition.excused:
        return f"no papers for {edition.day}: {'; '.join(edition.excused)}"
    if edition.day.weekday() >= 5:
        return f"no papers were announced for {edition.day}, a {edition.day:%A}"
    return f"no papers were announced for {edition.day}"
