"""Readers' profiles: learned by a run, and on the spot for who gave feedback since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from digest.app.clock import now
from digest.app.meaning import MODEL, corpus_vectors, stored_vectors, vectors_of
from digest.models.days import days_before
from digest.models.issue import WordCounts
from digest.sources.fetch import no_progress
from digest.storage.in_lists import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.models.feedback import Feedback
    from digest.models.issue import Edition
    from digest.models.profile import Profile
    from digest.ranking.semantic import SemanticVectors

#: Papers that are read for a page before the first run, which takes half a second.
_SOME_PAPERS = 500
#: A profile is learned again after so long, since words become common or rare.
LASTS = timedelta(days=30)


@dataclass
class Profiles:
    """The profiles of an installation's readers."""

    app: App
    #: the edition that profiles are learned for; the newest that was sent unless it is given
    edition: Edition | None = None
    #: whether they may have sentence vectors, if the extra is used
    with_vectors: bool = True
    #: whether vectors are made of papers that have none; if not, such papers teach words alone
    makes_vectors: bool = False
    #: shows how many vectors were made
    progress: ProgressBar = no_progress

    @classmethod
    def of_run(cls, app: App, edition: Edition, *, progress: ProgressBar = no_progress) -> Profiles:
        """Return the profiles as the run of an edition learns them; the model may be loaded."""
        has_vectors = bool(edition.vectors)
        return cls(app, edition, with_vectors=has_vectors, makes_vectors=True, progress=progress)

    def of(self, subscriber_ids: Iterable[int]) -> dict[int, Profile]:
        """Return the profiles of readers who gave feedback; what is not learned yet is learned."""
        ids = list(subscriber_ids)
        found = self.app.profiles.of(ids)
        for subscriber_id, given in self.app.feedback.of(set(ids) - found.keys()).items():
            found[subscriber_id] = self.learn(given)
        return found

    def learn(self, given: Iterable[Feedback]) -> Profile:
        """Return what feedback teaches."""
        # Imported here, since it brings scipy, which most runs can do without.
        from digest.ranking.profiles import ProfileLearner

        given = list(given)
        return ProfileLearner(self._counts, self._vectors(given)).learn(given)

    @property
    def model(self) -> str:
        """What makes the sentence vectors of profiles; "" without."""
        return MODEL if self._corpus else ""

    @cached_property
    def _counts(self) -> WordCounts:
        known = self.edition.all_counts if self.edition else None
        known = self.app.word_counts.newest() if known is None else known
        return known if known.papers or self.edition else self._counts_before_a_run()

    def _counts_before_a_run(self) -> WordCounts:
        """Count the words of some papers that are stored: without any, all words say as much."""
        from digest.ranking.background import DAYS, learn

        newest = self.app.papers.newest_day(until=now().date())
        if newest is None:
            return WordCounts()
        texts = self.app.papers.texts_between(days_before(newest, DAYS), newest, most=_SOME_PAPERS)
        return learn(texts, ()).counts

    @cached_property
    def _corpus(self) -> Mapping[str, bytes]:
        """The vectors whose mean is taken off those of papers."""
        day = self.edition.coverage.day if self.edition else self.app.word_counts.day()
        return corpus_vectors(self.app, day) if day and self.with_vectors else {}

    def _vectors(self, given: Sequence[Feedback]) -> SemanticVectors | None:
        """Return the vectors of papers that a reader judged."""
        if not self._corpus:
            return None
        from digest.ranking.profiles import judged_papers
        from digest.ranking.semantic import SemanticVectors

        papers = judged_papers(given)
        if self.makes_vectors:
            known = vectors_of(self.app, papers, progress=self.progress)
        else:
            known = stored_vectors(self.app, papers)
        return SemanticVectors({**self._corpus, **known}, self._corpus)


def profile_of(app: App, subscriber_id: int) -> Profile | None:
    """Return what a reader's feedback teaches, in words; None if there is none."""
    return Profiles(app, with_vectors=False).of([subscriber_id]).get(subscriber_id)


def learn_profiles(app: App, edition: Edition, *, progress: ProgressBar) -> int:
    """Store what readers' new feedback teaches, before an edition is sent; return for how many.

    It also keeps how common words are, for pages that show what feedback teaches.
    """
    if edition.all_counts is not None:
        app.word_counts.save(edition.coverage.day, edition.all_counts)
    learned = Profiles.of_run(app, edition)
    waiting = app.profiles.missing(learned_before=now() - LASTS, model=learned.model)
    if not waiting:
        return 0
    with progress("profiles") as (total, advance):
        total(len(waiting))
        for some in pieces(waiting):  # the feedback of so many is in memory at once
            of_some: Mapping[int, list[Feedback]] = app.feedback.of(some)
            found = {reader: learned.learn(given) for reader, given in of_some.items()}
            app.profiles.save(found, at=now(), model=learned.model)
            advance(len(some))
    return len(waiting)
