"""The issues of one edition: composed for a subscriber, or restored from the ledger.

A second attempt restores the issue of the first from the same edition, whatever papers came in
since. So both attempts are the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from digest.models.issue import NOTHING_SEEN, WITHDRAWN, Issue, IssueItem, NoIssue
from digest.models.picks import Pick
from digest.ranking.chance import Chance
from digest.ranking.compose import quiet_issue, section_of, told_of_nothing
from digest.ranking.personalize import Personalizer, Reader
from digest.ranking.select import with_similar
from digest.storage.contents import dump, list_items
from subscribers.models import WEEK

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from digest.models.issue import Edition, Seen
    from digest.models.paper import Paper
    from digest.models.profile import Profile
    from subscribers.models import Subscriber

#: A composer keeps at most this many different issues, and as many ledger lines.
CACHE_SIZE = 2048


class IssueComposer:
    """Composes issues from one edition; subscribers with the same wishes share one object."""

    def __init__(self, edition: Edition, *, secret: str = "") -> None:
        """Compose from an edition; without a secret, nothing is drawn by chance."""
        self._edition, self._day = edition, edition.coverage.day
        has_draws = bool(secret and (edition.explore or edition.rival))
        self._chance = Chance(secret, self._day) if has_draws else None
        self._personalizer = Personalizer(edition, self._chance, may_wait=True)
        self._positions = edition.positions
        self._issues: OrderedDict[Hashable, Issue | NoIssue] = OrderedDict()
        # Keyed by identity, because comparing two issues takes longer than listing their papers.
        self._contents: OrderedDict[int, tuple[Issue, str]] = OrderedDict()

    def compose(
        self,
        subscriber: Subscriber,
        *,
        seen: Seen = NOTHING_SEEN,
        profile: Profile | None = None,
    ) -> Issue | NoIssue:
        """Return a subscriber's issue, or why there is none; see `compose_all`."""
        return self.compose_all([Reader(subscriber, seen, profile)])[0]

    def compose_all(self, readers: Sequence[Reader]) -> list[Issue | NoIssue]:
        """Return the issue of each reader, or why there is none.

        Subscribers who want the same and have seen the same get the same object, or one for each
        variant of what is drawn by chance. Words of their own and profiles are looked up together,
        so many at once are quicker than one after another.
        """
        wishes = [self._wish(reader) for reader in readers]
        found: dict[Hashable, Issue | NoIssue] = {
            wish: self._issues[wish] for wish in wishes if wish in self._issues
        }
        new = {
            wish: reader
            for wish, reader in zip(wishes, readers, strict=True)
            if wish not in found and self._is_day(reader)
        }
        composed = self._personalizer.compose(list(new.values()))
        for (wish, reader), issue in zip(new.items(), composed, strict=True):
            found[wish] = self._issues[wish] = self._told(reader, issue)
            if len(self._issues) > CACHE_SIZE:
                self._issues.popitem(last=False)
        not_today = NoIssue(reason=f"wants no mail on a {self._day:%A}")
        return [
            found[wish] if self._is_day(reader) else not_today
            for wish, reader in zip(wishes, readers, strict=True)
        ]

    def _wish(self, reader: Reader) -> Hashable:
        """Return all that an issue of the edition depends on; nobody has another's profile."""
        subscriber, choice = reader.subscriber, reader.subscriber.preferences
        variant = self._chance.variant_of(subscriber.id) if self._chance else None
        return (
            subscriber.topics, choice.words_in, choice.words_out, choice.authors, choice.muted,
            choice.papers, choice.quiet_mail, choice.frequency == "enough", reader.seen,
            subscriber.id if reader.profile else None, variant,
        )  # fmt: skip

    def _told(self, reader: Reader, issue: Issue | NoIssue) -> Issue | NoIssue:
        """Return two lines in place of none on a quiet day, for a reader who asked for them."""
        asked = reader.subscriber.preferences.quiet_mail
        if asked and isinstance(issue, NoIssue) and issue.is_quiet:
            return quiet_issue(self._edition, issue, seen=reader.seen)
        return issue

    def _is_day(self, reader: Reader) -> bool:
        days = reader.subscriber.preferences.mail_days
        return reader.is_due or WEEK[self._day.weekday()] in days

    def contents(self, issue: Issue) -> str:
        """Return the ledger line of an issue; it is written once for all who get the object."""
        found = self._contents.get(id(issue))
        if found is None or found[0] is not issue:
            found = self._contents[id(issue)] = issue, dump(list_items(issue), self._positions)
            if len(self._contents) > CACHE_SIZE:
                self._contents.popitem(last=False)
        return found[1]


class IssueRestorer:
    """Restores issues that were composed from one edition."""

    def __init__(self, edition: Edition) -> None:
        """Index the edition's picks and papers."""
        self._edition = edition
        self._papers = {paper.id: paper for paper in edition.all_papers}
        self._picks = {
            (slug, pick.paper.id): pick for slug, picks in edition.ranked.items() for pick in picks
        }

    def restore(self, items: Sequence[IssueItem]) -> Issue:
        """Return the issue that has these items; papers the edition lacks are left out.

        Picks that were ranked for a subscriber alone, drawn by chance or chosen by a rival are not
        in the edition's ranking. They get the score, the trend and the reasons that the ledger
        keeps. Without picks it is a quiet day's, whose reason the ledger does not keep.
        """
        sections: dict[str, list[Pick]] = {}
        withdrawn = []
        for item in items:
            paper = self._papers.get(item.paper_id)
            if paper is None or item.behind is not None:
                continue
            if item.topic == WITHDRAWN:
                withdrawn.append(paper)
                continue
            pick = self._pick(item, paper)
            similar = [self._papers[it.paper_id] for it in items if it.behind == item.position]
            sections.setdefault(item.topic, []).append(with_similar(pick, similar))
        return Issue(
            day=self._edition.coverage.day,
            sections=tuple(
                section_of(self._edition, slug, picks) for slug, picks in sections.items()
            ),
            coverage=self._edition.coverage,
            withdrawn=tuple(withdrawn),
            quiet="" if sections else told_of_nothing(self._edition),
        )

    def _pick(self, item: IssueItem, paper: Paper) -> Pick:
        ranked = self._picks.get((item.topic, paper.id)) if item.reasons is None else None
        pick = ranked or Pick(
            paper=paper,
            topic=item.topic,
            relevance=0.0,
            trend=item.trend or 0.0,
            score=item.score or 0.0,
            reasons=item.reasons or (),
            is_personal=True,
        )
        if item.team is None and item.propensity is None:
            return pick
        return pick._replace(team=item.team or "", propensity=item.propensity)
