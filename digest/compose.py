"""One subscriber's issue out of the day's picks, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.dates import long_date
from digest.models import Edition, Issue, Section, Silence
from digest.ranking.select import select
from digest.text import count

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from digest.models import Paper, Pick
    from subscribers.models import Topic


@dataclass(frozen=True, kw_only=True)
class Desk:
    """All that is the same for every subscriber on one day, worked out once per run."""

    edition: Edition
    papers: Sequence[Paper]
    topics: Mapping[str, Topic]
    ranked: Mapping[str, Sequence[Pick]]
    similar: Mapping[str, frozenset[str]]
    per_topic: int
    max_papers: int
    trend_weight: float


def compose(desk: Desk, wanted: Sequence[str], *, seen: Collection[str]) -> Issue | Silence:
    """Lay out the issue of a subscriber who wants these topics and was shown these papers."""
    known = [slug for slug in wanted if slug in desk.topics]
    if not known:
        gone = ", ".join(wanted) or "none chosen"
        return Silence(reason=f"none of the topics exist: {gone}")
    if not desk.edition.considered:
        return Silence(reason=_no_papers(desk.edition))
    chosen = select(
        desk.ranked,
        known,
        seen=seen,
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
        return Silence(reason=_nothing_new(desk, known))
    return Issue(day=desk.edition.day, sections=sections, edition=desk.edition)


def statement(edition: Edition, language: str = "en") -> list[str]:
    """Write the edition statement: what was covered, what was missing, a line each."""
    covered = " and ".join(f"{name} ({count(number, 'paper')})" for name, number in edition.covered)
    considered, day = count(edition.considered, "paper"), long_date(edition.day, language)
    lines = [f"Chosen from {considered} of {day}: {covered}."]
    if edition.missing:
        lines.append(
            f"Could not be read today: {', '.join(edition.missing)}. Papers found only there are"
            " missing from this issue."
        )
    if edition.cut_off:
        lines.append(
            f"Could not be read again: {', '.join(edition.cut_off)}. Papers added there since are"
            " missing from this issue."
        )
    return lines


def _no_papers(edition: Edition) -> str:
    if edition.missing:
        return f"no papers for {edition.day}: {', '.join(edition.missing)} could not be read"
    if edition.stale:
        names = ", ".join(edition.stale)
        return f"no new papers for {edition.day}: {names} still shows those of another day"
    if edition.day.weekday() >= 5:
        return f"no papers were announced for {edition.day}, a {edition.day:%A}"
    return f"no papers were announced for {edition.day}"


def _nothing_new(desk: Desk, known: Sequence[str]) -> str:
    names = ", ".join(desk.topics[slug].name for slug in known)
    total = count(desk.edition.considered, "paper")
    if any(desk.ranked.get(slug) for slug in known):
        return f"every paper about {names} was in an earlier issue"
    return f"none of the day’s {total} is about {names}"
