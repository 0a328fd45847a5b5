"""Readers' profiles: learned by a run, and on the spot for who gave feedback since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from digest.app.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digest.app.pipeline import ProgressBar
    from digest.app.services import App
    from digest.models.feedback import Feedback
    from digest.models.issue import Edition, WordCounts
    from digest.models.profile import Profile
    from digest.ranking.profiles import ProfileLearner

#: A profile is learned again after so long, since words become common or rare.
LASTS = timedelta(days=30)
#: So many readers' feedback is in memory at once.
_BATCH = 500


@dataclass
class Profiles:
    """The profiles of an installation's readers."""

    app: App
    #: how common words are; those of the newest edition unless they are given
    counts: WordCounts | None = None
    _learner: ProfileLearner | None = field(default=None, init=False)

    def of(self, subscriber_ids: Iterable[int]) -> dict[int, Profile]:
        """Return the profiles of readers who gave feedback; what is not learned yet is learned."""
        ids = list(subscriber_ids)
        found = self.app.profiles.of(ids)
        for subscriber_id, given in self.app.feedback.of(set(ids) - found.keys()).items():
            found[subscriber_id] = self.learn(given)
        return found

    def learn(self, given: Iterable[Feedback]) -> Profile:
        """Return what feedback teaches."""
        if self._learner is None:
            # Imported here, since it brings scipy, which most runs can do without.
            from digest.ranking.profiles import ProfileLearner

            counts = self.app.word_counts.newest() if self.counts is None else self.counts
            self._learner = ProfileLearner(counts)
        return self._learner.learn(list(given))


def profile_of(app: App, subscriber_id: int) -> Profile | None:
    """Return what a reader's feedback teaches; None if there is none."""
    return Profiles(app).of([subscriber_id]).get(subscriber_id)


def learn_profiles(app: App, edition: Edition, *, progress: ProgressBar) -> int:
    """Store what readers' new feedback teaches, before an edition is sent; return for how many.

    It also keeps how common words are, for pages that show what feedback teaches.
    """
    if edition.all_counts is not None:
        app.word_counts.save(edition.coverage.day, edition.all_counts)
    waiting = app.profiles.missing(learned_before=now() - LASTS)
    if not waiting:
        return 0
    learned = Profiles(app, edition.all_counts)
    with progress("profiles") as (total, advance):
        total(len(waiting))
        for some in _batches(waiting):
            of_some: Mapping[int, list[Feedback]] = app.feedback.of(some)
            found = {reader: learned.learn(given) for reader, given in of_some.items()}
            app.profiles.save(found, at=now())
            advance(len(some))
    return len(waiting)


def _batches(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
