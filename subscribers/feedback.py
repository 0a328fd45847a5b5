"""What readers say of papers, and what that teaches, as pages show it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from subscribers.links import MailRef
    from subscribers.models import Verdict


@dataclass(frozen=True, kw_only=True)
class JudgedPaper:
    """A paper, and what a reader said of it."""

    id: str
    #: its id, where nothing more is known
    title: str
    #: empty if there is none
    url: str = ""
    authors: Sequence[str] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, kw_only=True)
class Belief:
    """One thing that a reader seems to like: words, and from how many papers they come."""

    words: Sequence[str]
    papers: int


class ReaderFeedback(Protocol):
    """The feedback of all readers, as the site changes and shows it."""

    def is_sent(self, mail: MailRef) -> bool:
        """Whether mails are made from the edition of this one; if not, it is a preview."""

    def paper(self, mail: MailRef, position: int) -> JudgedPaper | None:
        """Return the paper at a position in the edition of a reader's mail, or None."""

    def give(self, subscriber_id: int, day: date, paper_id: str, verdict: Verdict) -> None:
        """Keep what a reader says of a paper in a mail; to repeat it changes nothing."""

    def withdraw(self, subscriber_id: int, paper_id: str) -> None:
        """Take back what a reader said of a paper."""

    def papers(self, subscriber_id: int) -> Sequence[JudgedPaper]:
        """Return the papers that a reader judged, the newest verdict first."""

    def beliefs(self, subscriber_id: int) -> Sequence[Belief]:
        """Return what a reader seems to like, the surest first."""

    def forget(self, subscriber_id: int) -> None:
        """Forget all that a reader said of papers, and what it taught."""

    def export(self, subscriber_id: int) -> dict[str, Any]:
        """Return all of it, ready for JSON: `feedback` and `profile`."""
