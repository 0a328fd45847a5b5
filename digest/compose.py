"""One subscriber's issue out of the day's picks, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.filed import told_of
from digest.models import Issue, Section, Silence
from digest.ranking.select import select
from digest.statement import why_empty
from digest.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from digest.models import Edition, Paper, Pick
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
    #: papers of earlier issues that were withdrawn since
    withdrawn: Sequence[Paper] = ()

    @property
    def named(self) -> tuple[Paper, ...]:
        """All papers that a mail may name, each at its place."""
        return (*self.papers, *self.withdrawn)


def compose(desk: Desk, wanted: Sequence[str], *, seen: Collection[str]) -> Issue | Silence:
    """Lay out the issue of a subscriber who wants these topics and was shown these papers."""
    known = [slug for slug in wanted if slug in desk.topics]
    if not known:
        gone = ", ".join(wanted) or "none chosen"
        return Silence(reason=f"none of the topics exist: {gone}")
    if not desk.edition.considered:
        return Silence(reason=why_empty(desk.edition))
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
    return Issue(
        day=desk.edition.day,
        sections=sections,
        edition=desk.edition,
        withdrawn=tuple(p for p in desk.withdrawn if p.id in seen and told_of(p.id) not in seen),
    )


def _nothing_new(desk: Desk, known: Sequence[str]) -> str:
    names = ", ".join(desk.topics[slug].name for slug in known)
    total = count(desk.edition.considered, "paper")
    if any(desk.ranked.get(slug) for slug in known):
        return f"every paper about {names} was in an earlier issue"
    return f"none of the day’s {total} is about {names}"
