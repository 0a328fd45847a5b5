"""A topic tried on past days before it is kept: what it would have brought. It only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app import lookup
from digest.app.examples import examples_by_topic, note_of_unknown
from digest.app.meaning import semantics_of
from digest.app.pipeline import background_of, edition_for
from digest.errors import NotFoundError
from digest.models.issue import Coverage
from digest.ranking.relevance import Relevance
from digest.ranking.trial import TrialDay, notes, try_topic
from digest.sources.fetch import no_progress
from digest.storage.past_days import PastDays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from subscribers.models import Topic


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a topic would have brought."""

    #: newest first
    days: Sequence[TrialDay]
    #: what of the topic can find nothing on these days
    notes: Sequence[str]


def try_on_days(
    app: App, topic: Topic, *, days: int, until: date, progress: ProgressBar = no_progress
) -> Trial:
    """Return what a topic would have brought on the last days that have papers.

    Papers are ranked as a run ranks them, with the votes that are known now, and with what the days
    before all of these teach. A run learns anew for each day, which would take most of the time.

    Raises:
        NotFoundError: no day has papers.

    """
    found = PastDays(app.engine).newest(days, until=until)
    if not found:
        raise NotFoundError("there are no papers yet; run `digest fetch` first")
    papers_of = {
        day: [paper for paper in app.papers.papers(day) if paper.withdrawn_on is None]
        for day in found
    }
    seen = [paper for papers in papers_of.values() for paper in papers]
    background = background_of(app, found[-1], [topic], seen)
    semantics = semantics_of(app, found[-1], seen, [topic], progress=progress)
    tried: list[TrialDay] = []
    with progress("days") as (total, advance):
        total(len(found))
        for day, papers in papers_of.items():
            coverage = Coverage(day=day, considered=len(papers))
            relevance = Relevance(papers, background, semantics)
            edition = edition_for(
                app,
                papers,
                [topic],
                coverage=coverage,
                background=background,
                relevance=relevance,
            )
            tried.append(try_topic(edition, topic, relevance))
            advance(1)
    unknown = note_of_unknown(
        examples_by_topic(app, [topic])[topic.slug], is_looked_up=lookup.is_possible(app)
    )
    return Trial(days=tried, notes=[*notes(topic, seen), *([unknown] if unknown else [])])
