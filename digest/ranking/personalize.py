"""Issues of one edition for subscribers: own words, feedback, excluded words, fewer papers."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from digest.models.issue import NOTHING_SEEN, Issue, Seen
from digest.models.picks import Ranking
from digest.ranking.compose import compose, if_enough, section_of
from digest.ranking.experiments import Experiments
from digest.ranking.explain import liked_reason, meaning_reason
from subscribers.models import LIKED, LIKED_TOPIC, OWN, Subscriber, own_topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.models.issue import Edition, NoIssue
    from digest.models.picks import Pick, Reason
    from digest.models.profile import Profile
    from digest.ranking.affinity import Affinity, Found
    from digest.ranking.chance import Chance
    from digest.ranking.own_words import OwnWords
    from digest.ranking.personal_rankings import PersonalRankings
    from digest.ranking.relevance import Relevance
    from subscribers.models import Topic


class Reader(NamedTuple):
    """A subscriber, what they have seen, and what their feedback taught."""

    subscriber: Subscriber
    seen: Seen = NOTHING_SEEN
    profile: Profile | None = None
    #: whether it is a day of theirs, whatever its weekday: the plan has looked at their hour
    is_due: bool = False

    @property
    def learned(self) -> Profile | None:
        """What may change the reader's issue; None if nothing does, or they do not want it."""
        profile = self.profile
        if profile is None or not profile.interests or not self.subscriber.preferences.learns:
            return None
        return profile


class _Wishes(NamedTuple):
    """What a reader's own words and exclusions find in the edition."""

    reader: Reader
    #: the reader's own topic and its picks
    own: Topic | None
    own_picks: Ranking
    #: the ids of papers that the reader does not want
    excluded: frozenset[str]

    @property
    def barred(self) -> Iterator[str]:
        """The ids of papers that feedback alone must not bring: they had them, or words do."""
        found = (pick.paper.id for pick in self.own_picks)
        return chain(self.excluded, self.reader.seen.known, found)


class _Taught(NamedTuple):
    """What a reader's profile says of the day, and the rankings of topics that it changes."""

    interests: Sequence[Found]
    ranked: Mapping[str, Ranking]
    #: by a rival that is interleaved; empty without one
    rival: Mapping[str, Ranking] = MappingProxyType({})


class Personalizer:
    """Adapts an edition to its subscribers, and composes their issues.

    Own words and authors make a topic of their own, which comes first. Feedback changes the order
    of every topic, and papers like those that a subscriber liked make a topic that comes last.
    Papers with an excluded word or by a muted author are left out everywhere.
    """

    def __init__(
        self, edition: Edition, chance: Chance | None = None, *, may_wait: bool = False
    ) -> None:
        """Read nothing yet; papers are read when a subscriber has wishes of their own.

        Without a `chance`, nothing is drawn: no paper outside the topics, and no rival's. With
        `may_wait`, a subscriber who wants mail when there is something gets none before.
        """
        self._edition, self._may_wait = edition, may_wait
        self._experiments = Experiments(edition, chance) if chance else None

    def compose(self, readers: Sequence[Reader]) -> Iterator[Issue | NoIssue]:
        """Return each reader's issue, or why there is none, in their order.

        The words and profiles of all of them are looked up together.
        """
        wishes = [*self._look_up(readers)]
        learned = [each for each in wishes if each.reader.learned]
        taught = iter(self._rank(learned) if learned else ())
        for each in wishes:
            yield self._compose(each, next(taught) if each.reader.learned else None)

    def _look_up(self, readers: Sequence[Reader]) -> Iterator[_Wishes]:
        """Yield what each reader's own words and exclusions find."""
        own_topics = [own_topic(reader.subscriber) for reader in readers]
        with_own = [
            reader.subscriber.preferences
            for reader, own in zip(readers, own_topics, strict=True)
            if own
        ]
        picks = self._own_words.rank(with_own) if with_own else iter(())
        for reader, own in zip(readers, own_topics, strict=True):
            excluded: frozenset[str] = frozenset()
            preferences = reader.subscriber.preferences
            if preferences.words_out or preferences.muted:
                excluded = self._own_words.excluded(
                    preferences.words_out
                ) | self._own_words.by_authors(preferences.muted)
            yield _Wishes(reader, own, next(picks) if own else Ranking(), excluded)

    def _rank(self, wishes: Sequence[_Wishes]) -> Sequence[_Taught]:
        """Return the rankings of readers with profiles, by our ranker and by a rival."""
        readers = [each.reader for each in wishes]
        profiles = [reader.learned for reader in readers if reader.learned]
        interests = [
            self._affinity.find(profile, reader.subscriber.preferences.unlearned)
            for profile, reader in zip(profiles, readers, strict=True)
        ]
        verdicts = [profile.likes + profile.less for profile in profiles]
        closeness = self._affinity.closeness(interests)
        wanted = [reader.subscriber.topics for reader in readers]
        barred = [self._affinity.rows(each.barred) for each in wishes]
        ours = self._personal_rankings.rank(wanted, closeness, verdicts, barred)
        if not self._edition.rival:
            return [_Taught(*both) for both in zip(interests, ours, strict=True)]
        theirs = self._rival_rankings.rank(wanted, closeness, verdicts, barred)
        return [_Taught(*each) for each in zip(interests, ours, theirs, strict=True)]

    def _compose(self, wishes: _Wishes, taught: _Taught | None) -> Issue | NoIssue:
        reader, own, own_picks, excluded = wishes
        edition, preferences = self._edition, reader.subscriber.preferences
        changes: dict[str, Any] = {}
        wanted = reader.subscriber.topics
        if preferences.papers is not None:
            changes["max_papers"] = min(preferences.papers, edition.max_papers)
        if excluded:
            changes["excluded"] = excluded
        if own or taught:
            changes["topics"] = {**edition.topics}
            changes["ranked"] = {**edition.ranked, **(taught.ranked if taught else {})}
        if own:
            changes["topics"][OWN], changes["ranked"][OWN] = own, own_picks
            wanted = (OWN, *wanted)
        if taught:
            changes["rival_ranked"] = {**edition.rival_ranked, **taught.rival}
        if taught and (taught.ranked[LIKED] or not wanted):
            changes["topics"][LIKED] = LIKED_TOPIC
            wanted = (*wanted, LIKED)
        edition = replace(edition, **changes) if changes else edition
        issue = compose(edition, wanted, seen=reader.seen)
        if self._may_wait and preferences.frequency == "enough":
            issue = if_enough(issue, edition, wanted, seen=reader.seen)
        if self._experiments and isinstance(issue, Issue):
            issue = self._experiments.add_to(
                issue, edition, wanted, seen=reader.seen, reader=reader.subscriber.id
            )
        return self._explained(issue, own, taught) if isinstance(issue, Issue) else issue

    def _explained(self, issue: Issue, own: Topic | None, taught: _Taught | None) -> Issue:
        """Give the picks that were ranked for one subscriber their reasons."""
        if not (own or taught):
            return issue
        personal = [pick for pick in issue.picks if pick.is_personal and pick.topic != OWN]
        ids = [pick.paper.id for pick in personal]
        liked = (
            dict(zip(ids, self._affinity.words(taught.interests, ids), strict=True))
            if taught
            else {}
        )

        def explained(pick: Pick) -> Pick:
            if not pick.is_personal:
                return pick
            reasons: Sequence[Reason]
            if pick.topic == OWN and own:
                reasons = self._own_words.reasons(own, pick)
            else:
                reasons = self._reasons_of.get((pick.topic, pick.paper.id), ())
                if words := liked.get(pick.paper.id):
                    reasons = (*reasons, liked_reason(words))
                elif taught and self._affinity.is_close_in_meaning(taught.interests, pick.paper.id):
                    reasons = (*reasons, meaning_reason())
                elif pick.topic == LIKED:
                    reasons = (*reasons, liked_reason(()))
            return pick._replace(reasons=(*reasons, *pick.reasons))

        sections = (
            section_of(self._edition, section.slug, [*map(explained, section.picks)])
            for section in issue.sections
        )
        return replace(issue, sections=tuple(sections))

    @cached_property
    def _reasons_of(self) -> Mapping[tuple[str, str], tuple[Reason, ...]]:
        """The reasons of the edition's picks, and of a rival's, by topic and paper."""
        return {
            (slug, pick.paper.id): pick.reasons
            for ranked in (self._edition.rival_ranked, self._edition.ranked)
            for slug, picks in ranked.items()
            for pick in picks
        }

    @cached_property
    def _relevance(self) -> Relevance:
        # Imported here because few subscribers have wishes of their own, and numpy and scipy take a
        # third of a worker's memory.
        from digest.ranking.background import Background
        from digest.ranking.relevance import Relevance

        return Relevance(self._edition.papers, Background(counts=self._edition.counts))

    @cached_property
    def _own_words(self) -> OwnWords:
        from digest.ranking.own_words import OwnWords

        return OwnWords(self._edition, self._relevance)

    @cached_property
    def _affinity(self) -> Affinity:
        from digest.ranking.affinity import Affinity
        from digest.ranking.semantic import SemanticVectors

        vectors = SemanticVectors(self._edition.vectors) if self._edition.vectors else None
        return Affinity(self._relevance.index, self._edition.counts, vectors)

    @cached_property
    def _personal_rankings(self) -> PersonalRankings:
        from digest.ranking.personal_rankings import PersonalRankings

        return PersonalRankings(self._edition, self._relevance.papers)

    @cached_property
    def _rival_rankings(self) -> PersonalRankings:
        from digest.ranking.personal_rankings import PersonalRankings

        edition = replace(self._edition, ranked=self._edition.rival_ranked)
        return PersonalRankings(edition, self._relevance.papers)
