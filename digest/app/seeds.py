"""What the papers of a reader's library become: likes, each once, that overrule no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app import lookup
from digest.models.feedback import Feedback, Verdict
from digest.models.identity import arxiv_id

if TYPE_CHECKING:
    from datetime import datetime

    from digest.app.services import App
    from digest.sources.library import Library, Rejected


@dataclass(frozen=True, kw_only=True)
class SeedPaper:
    """A paper as it was recognised."""

    #: canonical
    paper_id: str
    title: str
    #: whether the reader had given no verdict on it
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class SeedReport:
    """What became of a library."""

    #: papers that are now likes
    new: int
    #: papers on which the reader had given a verdict before
    known: int
    #: papers of arXiv without an abstract
    waiting: int
    #: whether the next fetch asks arXiv for these
    is_looked_up: bool = True
    #: all papers of the library, in its order
    papers: tuple[SeedPaper, ...] = ()
    rejected: tuple[Rejected, ...] = ()


def give_seeds(
    app: App, subscriber_id: int, library: Library, *, at: datetime, dry_run: bool = False
) -> SeedReport:
    """Give the papers of a library as likes of a reader; `dry_run` only counts them."""
    ids = [seed.paper_id for seed in library.seeds]
    judged = app.feedback.judged(subscriber_id, ids)
    likes = [
        Feedback(
            paper_id=seed.paper_id,
            verdict=Verdict.LIKE,
            at=at,
            channel="import",
            title=seed.title,
            abstract=seed.abstract,
        )
        for seed in library.seeds
        if seed.paper_id not in judged
    ]
    new = len(likes) if dry_run else app.feedback.give(subscriber_id, likes)
    bare = {seed.paper_id for seed in library.seeds if not seed.abstract}
    wanted = {paper_id for paper_id in bare if arxiv_id(paper_id)}
    return SeedReport(
        new=new,
        known=len(ids) - new,
        waiting=len(wanted - app.papers.known(wanted)),
        is_looked_up=lookup.is_possible(app),
        papers=tuple(
            SeedPaper(paper_id=seed.paper_id, title=seed.title, is_new=seed.paper_id not in judged)
            for seed in library.seeds
        ),
        rejected=library.rejected,
    )
