"""What is said of a reader's mail of a day: how it stands in the ledger, and what came back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from digest.app.doctor.finding import Finding, Level, fail, ok, warn
from digest.app.doctor.reader_words import remedy_of
from digest.models.delivery import UNSETTLED, DeliveryState
from digest.models.inbound import BounceClass
from digest.storage.bounces import COMPLAINT
from digest.text.wording import count
from subscribers.models import Status
from subscribers.timestamps import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.storage.bounces import Bounce
    from digest.storage.history import DeliveryRecord
    from subscribers.models import Subscriber

_MAIL, _CAME_BACK, _PAPERS = "mail", "came back", "papers"
_RETURNED = {
    BounceClass.HARD: "came back: the address takes no mail",
    BounceClass.SOFT: "came back: it did not work this time",
    BounceClass.POLICY: "came back: the server does not want our mail",
    BounceClass.DELAYED: "is late: the server still tries",
    COMPLAINT: "was reported as spam",
}


def mail(record: DeliveryRecord, subscriber: Subscriber) -> Finding:
    """Return what the ledger says of a mail to a reader."""
    at = f" at {timestamp(record.settled_at)}" if record.settled_at else ""
    tried = f", after {count(record.attempts, 'attempt')}" if record.attempts else ""
    command = f"`digest retry --day {record.day} --only {record.address}"
    retry = partial(_remedy, subscriber)
    match record.state:
        case DeliveryState.SENT:
            papers = count(record.papers, "paper")
            return ok(_MAIL, f"sent{at} with {papers}{tried}: “{record.subject}”")
        case DeliveryState.SKIPPED:
            return ok(_MAIL, f"nothing was to be sent{at}: {record.reason}")
        case DeliveryState.DEFERRED:
            again = f"; it is tried again at {timestamp(record.next_at)}" if record.next_at else ""
            text = f"deferred{tried}: {_said(record)}{again}"
            return warn(_MAIL, text, retry(f"{command}` tries at once"))
        case DeliveryState.UNKNOWN:
            text = f"the server's answer was lost{at}: it may have arrived or not"
            return warn(_MAIL, text, retry(f"{command} --state unknown` sends it again"))
        case DeliveryState.FAILED | DeliveryState.EXPIRED:
            text = f"{record.state}{at}{tried}: {_said(record)}"
            return fail(_MAIL, text, retry(f"{command} --state {record.state}` tries once more"))
        case _:
            text = f"{record.state}, and not sent yet"
            return warn(_MAIL, text, retry(f"the next run sends it, or {command}`"))


def _remedy(subscriber: Subscriber, remedy: str) -> str:
    """Only those who are confirmed can be sent anything."""
    return remedy if subscriber.status is Status.CONFIRMED else remedy_of(subscriber)


def _said(record: DeliveryRecord) -> str:
    """Return why it did not leave, with the codes of the server that the reason lacks."""
    reason = record.reason or ""
    codes = [str(it) for it in (record.code, record.status) if it and str(it) not in reason]
    return " ".join([*codes, reason])


def came_back(bounces: Sequence[Bounce], record: DeliveryRecord) -> Iterator[Finding]:
    """Return what came back of a mail."""
    for one in bounces:
        if one.day != record.day:
            continue
        codes = () if one.status in one.diagnostic else (one.status,)
        words = " ".join(filter(None, (*codes, one.diagnostic)))
        text = f"{_RETURNED[one.bounce_class]}, at {timestamp(one.at)}"
        remedy = f"`digest subscribers show {record.address}` has all that came in about them"
        yield warn(_CAME_BACK, f"{text}: {words}" if words else text, remedy)


def in_words(record: DeliveryRecord, findings: Sequence[Finding]) -> str:
    """Say in a sentence what became of a mail."""
    texts = {one.check: one.text for one in findings}
    if record.state is DeliveryState.SENT:
        returned = texts.get(_CAME_BACK)
        got = f"got the issue of {record.day}"
        return f"the issue of {record.day} was sent, and {returned}" if returned else got
    if record.state is DeliveryState.UNKNOWN:
        return f"nobody knows whether they got the issue of {record.day}: {texts[_MAIL]}"
    may_come = record.state in UNSETTLED and ("consent", Level.OK) in {
        (it.check, it.level) for it in findings
    }
    yet = " yet" if may_come else ""
    said = f"no issue of {record.day}{yet}: {texts[_MAIL]}"
    failed = next((it for it in findings if (it.check, it.level) == (_PAPERS, Level.WARN)), None)
    return f"{said}; {failed.text}" if failed else said
