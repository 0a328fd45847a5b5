"""What an import does with each reader of a list, by what the list and the book say.

A "no" counts on both sides: nobody who said no here is brought back, and a row that says no brings
nobody in, but keeps later lists from doing so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from subscribers.consent_words import NOES, Listed
from subscribers.csv_export import read_preferences
from subscribers.errors import PreferenceError
from subscribers.models import INACTIVE, Event, Preferences, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from subscribers.addresses import Address
    from subscribers.list_consent import Stated
    from subscribers.models import Subscriber
    from subscribers.queries import ConsentTimes


class ImportAction(StrEnum):
    """What an import does with a row."""

    #: a new subscriber, who is asked by mail to confirm
    ADD = "add"
    #: a new or pending subscriber; the operator vouches for the consent
    CONFIRM = "confirm"
    #: the same, but the list says that they want no mail for now; or a known one on a pause there
    PAUSE = "pause"
    #: the list says that they left; they have left here too
    LEAVE = "leave"
    #: the list says that the address refuses mail, or must never be written to
    SUPPRESS = "suppress"
    #: a known subscriber, who gets the topics and preferences of the row
    UPDATE = "update"
    #: a known subscriber, for whom the row has nothing new
    KEEP = "keep"
    #: a subscriber who left, is suppressed or was erased; nothing changes
    REFUSE = "refuse"
    #: the row has no valid address, an unknown topic, or an unknown word about consent
    REJECT = "reject"


#: The actions that change the book.
CHANGES = frozenset(
    (
        ImportAction.ADD,
        ImportAction.CONFIRM,
        ImportAction.PAUSE,
        ImportAction.LEAVE,
        ImportAction.SUPPRESS,
        ImportAction.UPDATE,
    )
)
_NO_ACTIONS = {
    Listed.LEFT: (ImportAction.LEAVE, Event.LEAVE),
    Listed.BOUNCED: (ImportAction.SUPPRESS, Event.BOUNCE),
    Listed.COMPLAINED: (ImportAction.SUPPRESS, Event.COMPLAINT),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """An event after the import of a row."""

    event: Event
    #: the time by the list; None for the time of the import
    at: datetime | None = None
    #: whether the list says so, and not the operator
    listed: bool = False


class ImportRow(NamedTuple):
    """One row of a CSV file, and what the import does with it."""

    #: the number of its line in the file
    number: int
    #: as the file has it
    address: str
    topics: tuple[str, ...]
    action: ImportAction
    reason: str = ""
    #: None only where the address is not valid
    parsed: Address | None = None
    preferences: Preferences | None = None
    #: the time of the first sign-up by the list
    since: datetime | None = None
    #: the time by the list since which they are asked to confirm
    pending_since: datetime | None = None
    steps: tuple[Step, ...] = ()
    #: whether the topics are taken as they are, even if there are none
    exact: bool = False
    #: the id of a reader who is pending here, and whom the list has no reason not to ask
    pending_id: int | None = None


class Line(NamedTuple):
    """One row of a CSV file, read and not yet judged."""

    number: int
    address: str
    parsed: Address
    topics: tuple[str, ...] | None
    unknown_topic: str
    stated: Stated
    since: datetime | None
    had_left: datetime | None
    preferences: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the book knows about the readers of a list."""

    subscribers: Mapping[str, Subscriber]
    times: Mapping[int, ConsentTimes]
    erased: set[str]
    #: who left or is suppressed: pairs of key and address, by mailbox
    refusals: Mapping[str, Sequence[tuple[str, str]]]


def judge(line: Line, known: Known, *, confirmed: bool, exact: bool) -> ImportRow:
    """Decide what the import does with a line."""
    stated, found = line.stated, known.subscribers.get(line.parsed.key)
    no = stated.listed in NOES
    if line.unknown_topic and not no:
        return reject(line.number, line.address, f"there is no topic {line.unknown_topic!r}")
    if stated.listed is Listed.UNKNOWN:
        reason = f"{stated.words}, which is not known to mean yes; use confirmed or left"
        return reject(line.number, line.address, reason)
    try:
        preferences = _preferences(line, found, exact=exact)
    except PreferenceError as error:
        if not no:
            return reject(line.number, line.address, str(error))
        preferences = None
    row = ImportRow(
        number=line.number,
        address=line.address,
        topics=line.topics or (),
        action=ImportAction.KEEP,
        parsed=line.parsed,
        preferences=preferences,
        since=line.since,
        exact=exact,
    )
    if line.parsed.key in known.erased:
        return row._replace(action=ImportAction.REFUSE, reason="was erased")
    if found is not None:
        times = known.times[found.id]
        return (
            _judge_no(row, line, found, times)
            if no
            else _judge_known(row, line, found, times, known, confirmed=confirmed)
        )
    return _judge_new(row, line, known, confirmed=confirmed)


def _judge_new(row: ImportRow, line: Line, known: Known, *, confirmed: bool) -> ImportRow:
    """Decide about an address that the book does not know."""
    stated = line.stated
    if stated.listed in NOES:
        action, event = _NO_ACTIONS[stated.listed]
        steps = (Step(event=event, at=stated.at, listed=True),)
        return row._replace(action=action, steps=steps, reason=stated.words)
    if reason := _refused_mailbox(line, known):
        return row._replace(action=ImportAction.REFUSE, reason=reason)
    if stated.listed is Listed.NEVER:
        reason = f"{stated.words}: they never asked for mail"
        return row._replace(action=ImportAction.REFUSE, reason=reason)
    back: tuple[Step, ...] = ()
    if line.had_left:  # only their own confirmation counts since, and that is to be known here too
        back = (
            Step(event=Event.LEAVE, at=line.had_left, listed=True),
            Step(event=Event.SIGN_UP, at=stated.at or line.had_left, listed=True),
        )
    if stated.listed is Listed.PENDING:
        reason = f"{stated.words}; will be asked to confirm, once"
        asked = None if back else stated.at
        return row._replace(action=ImportAction.ADD, steps=back, reason=reason, pending_since=asked)
    if stated.listed is Listed.PAUSED:
        if not confirmed:
            reason = f"{stated.words}; --confirmed takes that over"
            return row._replace(action=ImportAction.REFUSE, reason=reason)
        return _vouched(row, stated, back)
    if confirmed:
        return _vouched(row, stated, back)
    reason = "will be asked to confirm"
    return row._replace(action=ImportAction.ADD, steps=back, reason=reason)


def _judge_known(
    row: ImportRow,
    line: Line,
    found: Subscriber,
    times: ConsentTimes,
    known: Known,
    *,
    confirmed: bool,
) -> ImportRow:
    """Decide about a subscriber of whom the list says no no."""
    stated = line.stated
    if found.status in INACTIVE:
        return row._replace(action=ImportAction.REFUSE, reason=f"is {found.status}")
    if found.status is Status.PENDING:
        if times.left:
            reason = "had left, and has not confirmed to come back"
            return row._replace(action=ImportAction.REFUSE, reason=reason)
        if confirmed and stated.listed in (Listed.SILENT, Listed.CONFIRMED, Listed.PAUSED):
            if reason := _refused_mailbox(line, known):
                return row._replace(action=ImportAction.REFUSE, reason=reason)
            return _vouched(row, stated, ())
        if stated.listed in (Listed.SILENT, Listed.CONFIRMED, Listed.PENDING):
            row = row._replace(pending_id=found.id)
    if (
        stated.listed is Listed.PAUSED
        and found.status is Status.CONFIRMED
        and not _is_later(times.own_yes, stated.at)
    ):
        steps = (Step(event=Event.PAUSE, at=stated.at, listed=True),)
        return row._replace(action=ImportAction.PAUSE, steps=steps, reason=stated.words)
    news = [
        name
        for name, new, old in (
            ("topics", line.topics, found.topics),
            ("preferences", row.preferences, found.preferences),
        )
        if new is not None and new != old
    ]
    if news:
        reason = f"is {found.status}, gets new {' and '.join(news)}"
        return row._replace(action=ImportAction.UPDATE, reason=reason)
    return row._replace(reason=f"is {found.status}")


def _judge_no(row: ImportRow, line: Line, found: Subscriber, times: ConsentTimes) -> ImportRow:
    """Decide about a subscriber of whom the list says no: it holds, unless they said yes later.

    Only what they did themselves counts as a yes. An operator, or a list without times, proves
    nothing about what came first.
    """
    stated = line.stated
    action, event = _NO_ACTIONS[stated.listed]
    if found.status is Status.SUPPRESSED or (found.status, event) == (Status.LEFT, Event.LEAVE):
        return row._replace(action=ImportAction.REFUSE, reason=f"is {found.status}")
    if found.status in (Status.CONFIRMED, Status.PAUSED) and _is_later(times.own_yes, stated.at):
        return row._replace(reason=f"is {found.status}, by their own word since {stated.words}")
    step = Step(event=event, at=stated.at, listed=True)
    if (
        found.status is Status.PENDING
        and event is Event.LEAVE
        and _is_later(times.own_sign_up, stated.at)
    ):
        reason = f"signed up here since {stated.words}; only they can confirm"
        if times.left and not _is_later(stated.at, times.left):
            return row._replace(reason=reason)
        again = Step(event=Event.SIGN_UP, at=times.own_sign_up, listed=True)
        bare = row._replace(topics=(), exact=False, preferences=None)
        return bare._replace(action=action, steps=(step, again), reason=reason)
    return row._replace(action=action, steps=(step,), reason=f"{stated.words}; was {found.status}")


def _vouched(row: ImportRow, stated: Stated, back: tuple[Step, ...]) -> ImportRow:
    """Return the row of a reader whom the operator vouches for, and who may be on a pause."""
    at = stated.at if stated.listed is not Listed.SILENT else None
    steps = (*back, Step(event=Event.CONFIRM, at=at, listed=at is not None))
    if stated.listed is Listed.PAUSED:
        steps = (*steps, Step(event=Event.PAUSE, at=at, listed=True))
        return row._replace(action=ImportAction.PAUSE, steps=steps, reason=stated.words)
    return row._replace(action=ImportAction.CONFIRM, steps=steps, reason="you vouch for it")


def _refused_mailbox(line: Line, known: Known) -> str:
    """Return who said no under another spelling of the same mailbox, in words; or nothing."""
    for key, address in known.refusals.get(line.parsed.mailbox, ()):
        if key != line.parsed.key:
            return f"{address}, which is the same mailbox, said no"
    return ""


def _preferences(line: Line, found: Subscriber | None, *, exact: bool) -> Preferences | None:
    """Return the preferences that a line gives, or None if it gives none."""
    if not line.preferences:
        return None
    known = found.preferences if found and not exact else Preferences()
    return read_preferences(line.preferences, known)


def _is_later(time: datetime | None, other: datetime | None) -> bool:
    """Return whether both times are known, and the first is later."""
    return time is not None and other is not None and time > other


def reject(number: int, address: str, reason: str) -> ImportRow:
    return ImportRow(
        number=number, address=address, topics=(), action=ImportAction.REJECT, reason=reason
    )
