"""What the website needs of readers' feedback: the papers of their mails, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.app import serializers
from digest.app.profiles import profile_of
from digest.models.feedback import Feedback
from digest.models.identity import addresses
from digest.text import bounds
from digest.text.bounds import Room, bounded
from subscribers.feedback import Belief, JudgedPaper

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from digest.app.services import App
    from digest.models.paper import Paper
    from subscribers.links import MailRef
    from subscribers.models import Verdict


@dataclass(frozen=True)
class AppFeedback:
    """The feedback in an installation's database; see `subscribers.feedback.ReaderFeedback`."""

    app: App
    clock: Callable[[], datetime]

    def is_sent(self, mail: MailRef) -> bool:
        """Whether mails are made from the edition of this one; if not, it is a preview."""
        return self.app.mailed_papers.is_known(mail.day, mail.at)

    def paper(self, mail: MailRef, position: int) -> JudgedPaper | None:
        """Return the paper at a position in the edition of a reader's mail, or None."""
        paper_id = self.app.mailed_papers.find(mail.day, mail.at, position)
        paper = self.app.papers.paper(paper_id) if paper_id else None
        if paper is None:
            return None
        return _judged(paper, self.app.feedback.verdict(mail.subscriber_id, paper.id))

    def give(self, subscriber_id: int, day: date, paper_id: str, verdict: Verdict) -> None:
        """Keep what a reader says of a paper in their mail of a day."""
        said = Feedback(
            paper_id=paper_id, verdict=verdict, at=self.clock(), channel="mail", day=day
        )
        self.app.feedback.give(subscriber_id, [said])

    def withdraw(self, subscriber_id: int, paper_id: str) -> None:
        """Take back what a reader said of a paper."""
        self.app.feedback.withdraw(subscriber_id, [paper_id])

    def papers(self, subscriber_id: int) -> list[JudgedPaper]:
        """Return the papers that a reader judged, the newest verdict first."""
        given = self.app.feedback.of([subscriber_id]).get(subscriber_id, [])
        return [
            JudgedPaper(
                id=one.paper_id,
                title=bounded(one.title, bounds.TITLE) or one.paper_id,
                url=addresses([one.paper_id]).get("abs", ""),
                verdict=one.verdict,
            )
            for one in given
        ]

    def beliefs(self, subscriber_id: int) -> list[Belief]:
        """Return what a reader seems to like, the surest first."""
        profile = profile_of(self.app, subscriber_id)
        interests = sorted(profile.interests, key=lambda one: -one.likes) if profile else []
        return [Belief(words=one.words, papers=one.likes) for one in interests]

    def forget(self, subscriber_id: int) -> None:
        """Forget all that a reader said of papers, and what it taught."""
        self.app.feedback.forget(subscriber_id)

    def export(self, subscriber_id: int) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        return serializers.feedback_of(self.app, subscriber_id)


def _judged(paper: Paper, verdict: Verdict | None) -> JudgedPaper:
    """Return a paper in texts that a page can show."""
    room = Room(0)
    return JudgedPaper(
        id=paper.id,
        title=bounded(paper.title, bounds.TITLE),
        url=next(filter(None, map(room.take_address, paper.links.best_first)), ""),
        authors=paper.authors,
        verdict=verdict,
    )
