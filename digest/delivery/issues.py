"""The mailbag: makes the mails of one day's readers, and says why somebody gets none.

A mail that was made before is made again from the same desk and with the same papers, whatever
has come in since, so that a second attempt is the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digest.errors import RenderError
from digest.models.delivery import DeliveryState
from digest.models.issue import (
    NOTHING_SEEN,
    WITHDRAWN,
    Issue,
    IssueItem,
    NoIssue,
    Pick,
    Reason,
    Section,
)
from digest.ranking.compose import compose
from digest.ranking.personalize import personalize
from digest.ranking.select import with_similar
from digest.storage.contents import dump, list_items
from subscribers.errors import AddressError
from subscribers.models import OWN, OWN_NAME, WEEK

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from digest.mail.renderer import Draft, RenderedMessage, Renderer
    from digest.models.issue import Seen
    from digest.models.paper import Paper
    from digest.storage.editions import StoredEdition
    from subscribers.models import Subscriber

#: Different contents kept for readers who get the same.
CACHE_SIZE = 2048


@dataclass(frozen=True, kw_only=True)
class MailResult:
    """What becomes of one reader: a mail, or a state and the reason."""

    subscriber: Subscriber
    state: DeliveryState
    reason: str | None = None
    message: RenderedMessage | None = None


class IssueFactory:
    """Mails from one desk."""

    def __init__(self, frozen: StoredEdition, printer: Renderer) -> None:
        """Make mails from a desk, on a printer for it."""
        self.stored = frozen
        self._desk = frozen.edition
        self._printer = printer
        self._composed: OrderedDict[Hashable, Issue | NoIssue] = OrderedDict()
        self._places = {paper.id: place for place, paper in enumerate(self._desk.all_papers)}
        # By identity: to compare two issues would take longer than to list their papers.
        self._filed: OrderedDict[int, tuple[Issue, str]] = OrderedDict()

    def compose(self, reader: Subscriber, *, seen: Seen = NOTHING_SEEN) -> Issue | NoIssue:
        """Choose a reader's papers; readers who want and have seen the same get the same object."""
        weekday = WEEK[self._desk.coverage.day.weekday()]
        choice = reader.preferences
        if weekday not in choice.days:
            return NoIssue(reason=f"wants no mail on a {self._desk.coverage.day:%A}")
        key = (
            reader.topics, choice.words_in, choice.words_out, choice.authors, choice.papers, seen,
        )  # fmt: skip
        found = self._composed.get(key)
        if found is None:
            desk, wanted = personalize(self._desk, reader)
            found = self._composed[key] = compose(desk, wanted, seen=seen)
            if len(self._composed) > CACHE_SIZE:
                self._composed.popitem(last=False)
        return found

    def restore(self, rows: Sequence[IssueItem]) -> Issue:
        """Return the issue that was filed, from the desk it was made from."""
        picks, papers = self._picks, self._papers
        sections: dict[str, list[Pick]] = {}
        for row in rows:
            if row.behind is not None or row.topic == WITHDRAWN or row.paper_id not in papers:
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
            day=self._desk.coverage.day,
            sections=tuple(
                Section(slug=slug, name=named[slug], picks=tuple(chosen))
                for slug, chosen in sections.items()
            ),
            coverage=self._desk.coverage,
            withdrawn=tuple(
                papers[row.paper_id]
                for row in rows
                if row.topic == WITHDRAWN and row.paper_id in papers
            ),
        )

    @cached_property
    def _picks(self) -> dict[tuple[str, str], Pick]:
        ranked = self._desk.ranked.items()
        return {(slug, pick.paper.id): pick for slug, picks in ranked for pick in picks}

    @cached_property
    def _papers(self) -> dict[str, Paper]:
        return {paper.id: paper for paper in self._desk.all_papers}

    def items(self, issue: Issue) -> str:
        """Return an issue's papers for the ledger, written once for all who get it."""
        known = self._filed.get(id(issue))
        if known is None or known[0] is not issue:
            known = self._filed[id(issue)] = issue, dump(list_items(issue), self._places)
            if len(self._filed) > CACHE_SIZE:
                self._filed.popitem(last=False)
        return known[1]

    def render(self, reader: Subscriber, issue: Issue | NoIssue) -> MailResult:
        """Make the mail of an issue."""
        proof = self.prepare(reader, issue)
        if isinstance(proof, MailResult):
            return proof
        try:
            mail = proof.render()
        except RenderError as error:
            return MailResult(subscriber=reader, state=DeliveryState.DEFERRED, reason=str(error))
        return MailResult(subscriber=reader, state=DeliveryState.SENT, message=mail)

    def prepare(self, reader: Subscriber, issue: Issue | NoIssue) -> Draft | MailResult:
        """Say what the mail of an issue will hold, or why there is none."""
        if isinstance(issue, NoIssue):
            return MailResult(subscriber=reader, state=DeliveryState.SKIPPED, reason=issue.reason)
        try:
            return self._printer.prepare(issue, reader)
        except RenderError as error:
            # To be tried again once the template is mended: never a silent "nothing new".
            return MailResult(subscriber=reader, state=DeliveryState.DEFERRED, reason=str(error))
        except AddressError as error:
            return MailResult(subscriber=reader, state=DeliveryState.FAILED, reason=str(error))
