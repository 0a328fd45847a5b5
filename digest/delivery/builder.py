"""Messages of a batch of ledger rows, and previews of single messages.

A row that was attempted before gets the issue of its first attempt again. When an issue of
another day has shown one of its papers since, a new issue is composed of what is still new.

The database is read once for each batch. Nothing is kept for a subscriber beyond the batch, so
memory does not grow with the number of subscribers.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from digest.delivery.issues import IssueComposer, IssueRestorer
from digest.delivery.worker import Prepared
from digest.errors import NotFoundError, RenderError
from digest.models.delivery import SHOWN, DeliveryState
from digest.models.issue import NOTHING_SEEN, WITHDRAWN, Issue, NoIssue, Seen
from digest.ranking.personalize import Reader
from digest.storage.claims import Claim
from digest.storage.reader_schedules import window_of
from subscribers.errors import AddressError
from subscribers.models import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from digest.delivery.stats import StageTimer
    from digest.mail.renderer import Draft, MailSettings, RenderedMessage, Renderer
    from digest.models.issue import IssueItem
    from digest.models.profile import Profile
    from digest.storage.claims import DueDelivery
    from digest.storage.editions import EditionStore, StoredEdition
    from digest.storage.history import DeliveryHistory
    from digest.storage.reader_schedules import ReaderSchedules
    from subscribers.book import Book
    from subscribers.models import Subscriber

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class MailResult:
    """One subscriber's rendered message, or the state and reason when there is none."""

    subscriber: Subscriber
    state: DeliveryState
    reason: str | None = None
    message: RenderedMessage | None = None


def prepare_message(
    renderer: Renderer, subscriber: Subscriber, issue: Issue | NoIssue
) -> Draft | MailResult:
    """Return the draft of a message: all but its bytes; or why there is no message."""
    if isinstance(issue, NoIssue):
        return MailResult(subscriber=subscriber, state=DeliveryState.SKIPPED, reason=issue.reason)
    try:
        return renderer.prepare(issue, subscriber)
    except RenderError as error:
        # Deferred, not skipped: it can be sent once the template is mended.
        return MailResult(subscriber=subscriber, state=DeliveryState.DEFERRED, reason=str(error))
    except AddressError as error:
        return MailResult(subscriber=subscriber, state=DeliveryState.FAILED, reason=str(error))


def render_message(
    renderer: Renderer, subscriber: Subscriber, issue: Issue | NoIssue
) -> MailResult:
    """Return the rendered message of an issue, or why there is none."""
    draft = prepare_message(renderer, subscriber, issue)
    if isinstance(draft, MailResult):
        return draft
    try:
        message = draft.render()
    except RenderError as error:
        return MailResult(subscriber=subscriber, state=DeliveryState.DEFERRED, reason=str(error))
    return MailResult(subscriber=subscriber, state=DeliveryState.SENT, message=message)


class MessageBuilder:
    """Builds new messages from the newest edition, and second attempts from that of the first."""

    def __init__(
        self,
        stored: StoredEdition,
        *,
        settings: MailSettings,
        book: Book,
        editions: EditionStore,
        reader_schedules: ReaderSchedules,
        history: DeliveryHistory,
        profiles: Callable[[Collection[int]], Mapping[int, Profile]],
        windows: Mapping[date, StoredEdition] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Build new messages from `stored`, or from the day's edition since a reader's last issue.

        `profiles` returns those of some readers. `windows` are the editions since a day; None for
        those that are stored. `at` is the time of previews, at which nothing is planned.
        """
        self._at = at or stored.at
        self._newest = stored
        self._reader_schedules, self._given_windows = reader_schedules, windows
        self._settings, self._book = settings, book
        self._editions, self._history, self._profiles = editions, history, profiles
        self._opened: dict[int, _OpenEdition] = {}
        #: by edition: which papers of today it had
        self._offered: dict[int, frozenset[str]] = {}

    def prepare(self, rows: Sequence[DueDelivery], timer: StageTimer) -> list[Prepared]:
        """Return the prepared message of each row; a row of an erased subscriber is left out."""
        with timer.stage("select"):
            found = self._book.some([row.subscriber_id for row in rows])
            subscribers = {subscriber.id: subscriber for subscriber in found}
            known = [row for row in rows if row.subscriber_id in subscribers]
            composed = self._compose(known, subscribers)
        with timer.stage("render"):
            return [_prepared(one, subscribers[one.row.subscriber_id]) for one in composed]

    def preview(self, subscriber: Subscriber) -> MailResult:
        """Return the message a subscriber got today, or would get now. Nothing is written."""
        record = self._history.record(self._day, subscriber.id)
        planned_at = (record.planned_at if record else None) or self._at
        items = self._history.items([record.id]).get(record.id, ()) if record else ()
        seen = self._seen([subscriber.id], items).get(subscriber.id, NOTHING_SEEN)
        newest = self._edition_of([subscriber.id])[subscriber.id]
        if record is not None and record.edition_id is not None and items:
            with suppress(NotFoundError):
                first = self._open_id(record.edition_id)
                if record.state in SHOWN or not _is_stale(items, seen):
                    issue = first.restorer.restore(items)
                    return render_message(first.renderer(planned_at), subscriber, issue)
        return render_message(
            newest.renderer(planned_at),
            subscriber,
            newest.composer.compose(
                subscriber, seen=seen, profile=self._profiles([subscriber.id]).get(subscriber.id)
            ),
        )

    @property
    def _day(self) -> date:
        return self._newest.edition.coverage.day

    def _seen(self, subscriber_ids: Sequence[int], items: Iterable[IssueItem]) -> dict[int, Seen]:
        """Return, by subscriber, what the issues of other days have shown of today's papers."""
        papers = self._newest.also_elsewhere | {item.paper_id for item in items}
        papers |= frozenset().union(*(one.also_elsewhere for one in self._windows.values()))
        if not papers:
            return {}
        found = self._history.seen(subscriber_ids, papers, apart_from=self._day)
        for one, passed_over in self._passed_over(subscriber_ids).items():
            found[one] = found.get(one, NOTHING_SEEN) | Seen(passed_over=passed_over)
        return found

    def _passed_over(self, subscriber_ids: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return, by subscriber, the papers of today that their last issue was chosen from too.

        A day's list grows, so its next edition has what came after the first one; whoever had a
        later one has been offered it. Papers that took off since are new all the same.
        """
        found = {}
        last = self._reader_schedules.last_editions(
            subscriber_ids, day=self._day, last_mailed=self._last_mailed
        )
        for one, edition_id in last.items():
            if edition_id not in self._offered:
                ids = self._editions.paper_ids(edition_id)
                self._offered[edition_id] = frozenset(ids & self._not_rising)
            if self._offered[edition_id]:
                found[one] = self._offered[edition_id]
        return found

    @cached_property
    def _last_mailed(self) -> date | None:
        return self._editions.last_mailed_day(before=self._day)

    @cached_property
    def _not_rising(self) -> frozenset[str]:
        """The papers of today that an edition of another day has, but for those that took off."""
        stored = (self._newest, *self._windows.values())
        rising = {
            paper_id
            for one in stored
            for paper_id, trend in one.edition.trends.items()
            if trend.rise is not None
        }
        return frozenset().union(*(one.also_elsewhere for one in stored)) - rising

    def _compose(
        self, rows: Sequence[DueDelivery], subscribers: dict[int, Subscriber]
    ) -> list[_Composed]:
        attempted = [row.delivery_id for row in rows if row.edition_id is not None]
        items_of = self._history.items(attempted) if attempted else {}
        seen_by = self._seen([row.subscriber_id for row in rows], chain(*items_of.values()))
        edition_of = self._edition_of([row.subscriber_id for row in rows])
        composed: dict[int, _Composed] = {}
        profiles = self._profiles([row.subscriber_id for row in rows])
        new: dict[int, Reader] = {}
        for place, row in enumerate(rows):
            subscriber = subscribers[row.subscriber_id]
            items = items_of.get(row.delivery_id, ())
            seen = seen_by.get(subscriber.id, NOTHING_SEEN)
            if subscriber.status is not Status.CONFIRMED:
                none = NoIssue(reason=f"the reader is {subscriber.status} now")
                edition = edition_of[subscriber.id]
                composed[place] = _Composed(row=row, edition=edition, issue=none)
            elif not _is_stale(items, seen) and (first := self._first_edition(row, items)):
                issue = first.restorer.restore(items)
                composed[place] = _Composed(row=row, edition=first, issue=issue, is_restored=True)
            else:
                new[place] = Reader(
                    subscriber,
                    seen,
                    profiles.get(subscriber.id),
                    is_due=subscriber.preferences.hour is not None,
                )
        places: dict[_OpenEdition, list[int]] = {}
        for place, reader in new.items():
            places.setdefault(edition_of[reader.subscriber.id], []).append(place)
        for edition, some in places.items():
            issues = edition.composer.compose_all([new[place] for place in some])
            for place, found in zip(some, issues, strict=True):
                composed[place] = _Composed(row=rows[place], edition=edition, issue=found)
        return [composed[place] for place in range(len(rows))]

    @cached_property
    def _windows(self) -> Mapping[date, StoredEdition]:
        """The editions for readers who have missed some, by the day of their last issue."""
        if self._given_windows is not None:
            return self._given_windows
        ids = self._editions.newest_since(self._day)
        return {since: self._editions.get(one) for since, one in ids.items() if since is not None}

    def _edition_of(self, subscriber_ids: Sequence[int]) -> dict[int, _OpenEdition]:
        """Return the edition that a new issue of each reader is made from."""
        newest = self._open(self._newest)
        if not self._windows:
            return dict.fromkeys(subscriber_ids, newest)
        covered = self._reader_schedules.covered(subscriber_ids, day=self._day)
        found = {}
        for one in subscriber_ids:
            since = window_of(covered[one], self._day) if one in covered else None
            window = self._windows.get(since) if since else None
            found[one] = self._open(window) if window else newest
        return found

    def _first_edition(self, row: DueDelivery, items: Sequence[IssueItem]) -> _OpenEdition | None:
        """Return the edition of a row's first attempt, if there was one and it is still kept."""
        # Of an issue that showed no paper the words are not kept.
        has_papers = any(item.topic != WITHDRAWN for item in items)
        if row.edition_id is None or not has_papers:
            return None
        with suppress(NotFoundError):
            return self._open_id(row.edition_id)
        return None

    def _open_id(self, edition_id: int) -> _OpenEdition:
        """Return a stored edition with what makes messages of it.

        Raises:
            NotFoundError: the edition is not kept.

        """
        if edition_id in self._opened:
            return self._opened[edition_id]
        is_newest = edition_id == self._newest.id
        return self._open(self._newest if is_newest else self._editions.get(edition_id))

    def _open(self, stored: StoredEdition) -> _OpenEdition:
        """Return an edition with what makes messages of it; each is opened once."""
        # Those that are not stored have no id, but an object each.
        key = stored.id or -id(stored)
        if key not in self._opened:
            if stored.mail_key != self._settings.key:
                # The papers are those of the first attempt; the text around them is not.
                log.warning("templates have changed", extra={"edition": stored.id})
            self._opened[key] = _OpenEdition(stored, self._settings)
        return self._opened[key]


class _OpenEdition:
    """A stored edition and what turns it into messages."""

    def __init__(self, stored: StoredEdition, settings: MailSettings) -> None:
        self.id = stored.id
        self.composer = IssueComposer(stored.edition, secret=settings.secret)
        self._stored = stored
        self._renderers = {stored.at: settings.renderer(stored.edition, at=stored.at)}

    def renderer(self, planned_at: datetime) -> Renderer:
        """Return what renders a mail that was planned at a time, which is its Date.

        Readers have their hours, and one edition: the mail of the evening is not as old as that of
        the morning. A Date has whole seconds, and none is older than its edition.
        """
        at = max(self._stored.at, planned_at.replace(microsecond=0))
        if at not in self._renderers:
            self._renderers[at] = self._renderers[self._stored.at].dated(at)
        return self._renderers[at]

    @cached_property
    def restorer(self) -> IssueRestorer:
        return IssueRestorer(self._stored.edition)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Composed:
    """The issue of a row, and the edition it was made from."""

    row: DueDelivery
    edition: _OpenEdition
    issue: Issue | NoIssue
    #: whether the ledger has its contents already, from an earlier attempt
    is_restored: bool = False


def _is_stale(items: Iterable[IssueItem], seen: Seen) -> bool:
    """Whether an issue of another day has shown one of the papers."""
    return any(item.paper_id in seen.papers for item in items if item.topic != WITHDRAWN)


def _prepared(composed: _Composed, subscriber: Subscriber) -> Prepared:
    renderer = composed.edition.renderer(composed.row.planned_at)
    draft = prepare_message(renderer, subscriber, composed.issue)
    if isinstance(draft, MailResult):
        return Prepared(row=composed.row, state=draft.state, reason=draft.reason)
    claim = Claim(
        row=composed.row,
        edition_id=composed.edition.id,
        subject=draft.subject,
        message_id=draft.message_id,
        contents=(
            None if composed.is_restored else composed.edition.composer.contents(draft.issue)
        ),
    )
    return Prepared(row=composed.row, claim=claim, render=lambda: draft.render().outgoing)
