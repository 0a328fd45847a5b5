"""The mailbag: makes the mails of one day's readers, and says why somebody gets none.

A mail that was made before is made again from the same desk and with the same papers, whatever
has come in since, so that a second attempt is the same bytes.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from digest.compose import compose
from digest.errors import RenderError
from digest.models import Issue, Pick, Reason, Section, Silence, State
from digest.ranking.select import with_similar
from digest.tailor import OWN, OWN_NAME, tailor
from subscribers.errors import AddressError
from subscribers.models import WEEK

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Sequence

    from digest.delivery.desks import Frozen
    from digest.press import Mail, Printer
    from subscribers.models import Subscriber

#: Different contents kept for readers who get the same.
KEPT = 2048


class Filed(NamedTuple):
    """A paper in a mail, as the ledger keeps it; see `delivery.tables.delivered_papers`."""

    paper_id: str
    position: int
    topic: str
    behind: int | None
    score: float | None
    trend: float | None
    #: a list in JSON
    reasons: str | None


class Row(Protocol):
    """A paper as it was filed with a mail, read back."""

    paper_id: str
    position: int
    topic: str
    behind: int | None
    score: float | None
    trend: float | None
    reasons: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What becomes of one reader: a mail, or a state and the reason."""

    reader: Subscriber
    state: State
    reason: str | None = None
    mail: Mail | None = None


class Mailbag:
    """Mails from one desk."""

    def __init__(self, frozen: Frozen, printer: Printer) -> None:
        """Make mails from a desk, on a printer for it."""
        self.frozen = frozen
        self._desk = frozen.desk
        self._printer = printer
        self._composed: OrderedDict[Hashable, Issue | Silence] = OrderedDict()
        # By identity: to compare two issues would take longer than to list their papers.
        self._filed: OrderedDict[int, tuple[Issue, tuple[Filed, ...]]] = OrderedDict()

    def compose(self, reader: Subscriber, *, seen: Collection[str] = ()) -> Issue | Silence:
        """Choose a reader's papers; readers who want and have seen the same get the same object."""
        weekday = WEEK[self._desk.edition.day.weekday()]
        choice = reader.preferences
        if weekday not in choice.days:
            return Silence(reason=f"wants no mail on a {self._desk.edition.day:%A}")
        key = (
            reader.topics, choice.words_in, choice.words_out, choice.authors, choice.papers,
            frozenset(seen),
        )  # fmt: skip
        found = self._composed.get(key)
        if found is None:
            desk, wanted = tailor(self._desk, reader)
            found = self._composed[key] = compose(desk, wanted, seen=seen)
            if len(self._composed) > KEPT:
                self._composed.popitem(last=False)
        return found

    def recall(self, rows: Sequence[Row]) -> Issue:
        """Return the issue that was filed, from the desk it was made from."""
        picks = {
            (slug, pick.paper.id): pick
            for slug, ranked in self._desk.ranked.items()
            for pick in ranked
        }
        papers = {paper.id: paper for paper in self._desk.papers}
        sections: dict[str, list[Pick]] = {}
        for row in rows:
            if row.behind is not None or row.paper_id not in papers:
                continue
            pick = picks.get((row.topic, row.paper_id)) or Pick(
                paper=papers[row.paper_id],
                topic=row.topic,
                relevance=0.0,
                trend=row.trend or 0.0,
                score=row.score or 0.0,
                reasons=tuple(Reason(kind="word", text=text) for text in row.reasons or ()),
            )
            behind = [papers[o.paper_id] for o in rows if o.behind == row.position]
            sections.setdefault(row.topic, []).append(with_similar(pick, behind))
        named = {**{slug: t.name for slug, t in self._desk.topics.items()}, OWN: OWN_NAME}
        return Issue(
            day=self._desk.edition.day,
            sections=tuple(
                Section(slug=slug, name=named[slug], picks=tuple(chosen))
                for slug, chosen in sections.items()
            ),
            edition=self._desk.edition,
        )

    def filed(self, issue: Issue) -> tuple[Filed, ...]:
        """Return an issue's papers for the ledger, worked out once for all who get it."""
        known = self._filed.get(id(issue))
        if known is None or known[0] is not issue:
            known = self._filed[id(issue)] = issue, contents(issue)
            if len(self._filed) > KEPT:
                self._filed.popitem(last=False)
        return known[1]

    def print(self, reader: Subscriber, issue: Issue | Silence) -> Outcome:
        """Make the mail of an issue."""
        if isinstance(issue, Silence):
            return Outcome(reader=reader, state=State.SKIPPED, reason=issue.reason)
        try:
            mail = self._printer.print(issue, reader)
        except RenderError as error:
            # To be tried again once the template is mended: never a silent "nothing new".
            return Outcome(reader=reader, state=State.DEFERRED, reason=str(error))
        except AddressError as error:
            return Outcome(reader=reader, state=State.FAILED, reason=str(error))
        return Outcome(reader=reader, state=State.SENT, mail=mail)


def contents(issue: Issue) -> tuple[Filed, ...]:
    """List the papers of an issue for the ledger, near-duplicates behind the one they are like.

    Scores and reasons are on the desk, but for those of a reader's own words.
    """
    rows: dict[str, Filed] = {}
    for pick in issue.picks:
        own = pick.topic == OWN
        position = len(rows)
        reasons = [reason.text for reason in pick.reasons if reason.kind != "similar"]
        rows[pick.paper.id] = Filed(
            paper_id=pick.paper.id,
            position=position,
            topic=pick.topic,
            behind=None,
            score=pick.score if own else None,
            trend=pick.trend if own else None,
            reasons=json.dumps(reasons, ensure_ascii=False) if own else None,
        )
        for other in pick.similar:
            behind = Filed(other.id, len(rows), pick.topic, position, None, None, None)
            rows.setdefault(other.id, behind)
    return tuple(rows.values())
