"""What each topic would have brought: a week's papers of the sources, or the sample day.

Nothing of it is kept, but for what the services' rate limits need to know.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app import config, pipeline, services
from digest.app.clock import now
from digest.app.config.resources import sample_day
from digest.app.config.schema import SourceSettings
from digest.models.issue import Coverage
from digest.sources.fetch import no_progress
from digest.storage.past_days import PastDays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from digest.app.config.schema import TopicSettings
    from digest.app.pipeline import ProgressBar
    from digest.app.services import App

#: So many days are looked at, if they can be read in so many seconds; then fewer are.
DAYS, PATIENCE = 7, 25
#: Seconds that a service may take for an answer before it counts as one that cannot be read.
_TIMEOUT = 10.0


@dataclass(frozen=True, kw_only=True)
class Week:
    """What topics would have brought, by their slugs."""

    #: papers about each topic
    matched: Mapping[str, int]
    #: the title of the best of them
    best: Mapping[str, str]
    #: papers that were looked through, and days that have any
    papers: int
    days: int
    #: whether they are those of the sample day, since no source could be read
    is_sample: bool
    #: why sources could not be read
    unread: tuple[str, ...] = ()


def look(
    topics: Sequence[TopicSettings],
    sources: Sequence[SourceSettings],
    *,
    folder: Path,
    cache: Path,
    contact: str,
    progress: ProgressBar = no_progress,
) -> Week:
    """Read the last days of the sources, and count the papers about each topic.

    Args:
        topics: those to count for.
        sources: those to read.
        folder: that of the configuration, from which the paths of sources start.
        cache: the folder for answers and times of requests.
        contact: an address at which we can be reached; services are told it.
        progress: shows how far each source is read.

    """
    there = [
        it.model_copy(update={"path": str(folder / it.path)}) if it.path else it for it in sources
    ]
    with _scratch(there, topics, cache=cache, contact=contact) as app:
        unread = _read_days(app, until=now() + timedelta(seconds=PATIENCE), progress=progress)
        found = _count(app, topics, unread=unread)
    if found.days:
        return found
    sample = SourceSettings(path=str(sample_day()))
    with _scratch([sample], topics, cache=cache, contact=contact) as app:
        pipeline.fetch(app)
        return _count(app, topics, unread=unread, is_sample=True)


@contextmanager
def _scratch(
    sources: Sequence[SourceSettings],
    topics: Sequence[TopicSettings],
    *,
    cache: Path,
    contact: str,
) -> Iterator[App]:
    with tempfile.TemporaryDirectory(prefix="digest-setup-") as folder:
        settings = config.build(
            {
                "site": {"secret_key": "for a look, and for nothing else at all"},
                "sources": [source.model_dump() for source in sources],
                "topics": [asdict(topic) for topic in topics],
                "fetch": {"contact": contact, "directory": str(cache), "timeout": _TIMEOUT},
                "ranking": {"semantic": False},
            },
            folder=Path(folder),
            where="the setup",
        )
        app = services.open_app(settings, is_new=True)
        try:
            yield app
        finally:
            app.close()


def _read_days(app: App, *, until: datetime, progress: ProgressBar) -> tuple[str, ...]:
    """Read the day of a run and those before it while there is time; return what went wrong."""
    newest = pipeline.run_day(app).day
    errors: dict[str, None] = {}
    for back in range(DAYS):
        only_files = all(source.path for source in app.sources)
        day = None if only_files else newest - timedelta(days=back)
        reports = pipeline.fetch(app, day, progress=progress)
        failed = [f"{report.source}: {report.error}" for report in reports if report.error]
        errors |= dict.fromkeys(failed)
        if only_files or len(failed) == len(reports) or now() > until:
            break
    return tuple(errors)


def _count(
    app: App, topics: Sequence[TopicSettings], *, unread: Sequence[str], is_sample: bool = False
) -> Week:
    matched: Counter[str] = Counter({topic.slug: 0 for topic in topics})
    best: dict[str, tuple[float, str]] = {}
    days = PastDays(app.engine).newest(DAYS, until=pipeline.run_day(app).day)
    papers_seen = 0
    for day in days:
        papers = app.papers.papers(day)
        papers_seen += len(papers)
        coverage = Coverage(day=day, considered=len(papers))
        edition = pipeline.edition_for(app, papers, topics, coverage=coverage)
        for slug, picks in edition.ranked.items():
            matched[slug] += len(picks)
            if picks:
                best[slug] = max(best.get(slug, (0.0, "")), (picks[0].score, picks[0].paper.title))
    return Week(
        matched=matched,
        best={slug: title for slug, (_, title) in best.items()},
        papers=papers_seen,
        days=len(days),
        is_sample=is_sample,
        unread=tuple(unread),
    )
