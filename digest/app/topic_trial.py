"""A topic tried on past days before it is kept: what it would have brought. It only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.app.pipeline import background_of, edition_for
from digest.errors import NotFoundError
from digest.models.issue import Coverage
from digest.ranking.relevance import Relevance
from digest.ranking.trial import TrialDay, try_topic
from digest.sources.fetch import no_progress
from digest.storage.past_days import PastDays

if TYPE_CHECKING:
    from datetime import date

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from subscribers.models import Topic


def try_on_days(
    app: App, topic: Topic, *, days: int, until: date, progress: ProgressBar = no_progress
) -> list[TrialDay]:
    """Return what a topic would have brought on the last days that have papers, newest first.

    Papers are ranked as a run ranks them, with the votes that are known now.

    Raises:
        NotFoundError: no day has papers.

    """
    found = PastDays(app.engine).newest(days, until=until)
    if not found:
        raise NotFoundError("there are no papers yet; run `digest fetch` first")
    tried = []
    with progress("days") as (total, advance):
        total(len(found))
        for day in found:
            papers = [paper for paper in app.papers.papers(day) if paper.withdrawn_on is None]
            coverage = Coverage(day=day, considered=len(papers))
            background = background_of(app, day, [topic])
            edition = edition_for(app, papers, [topic], coverage=coverage, background=background)
            tried.append(try_topic(edition, topic, Relevance(papers, background)))
            advance(1)
    return tried
