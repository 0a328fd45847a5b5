"""What is said of a reader's consent and days: what happened, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from subscribers.models import WEEK, WEEKDAYS, Event, Status
from subscribers.timestamps import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from subscribers.book import ConsentRecord
    from subscribers.models import Day, Subscriber

#: What to do about each status; EMAIL stands for the address.
_REMEDIES = {
    Status.PENDING: "they confirm by the link in the letter that they were sent, or that the next"
    " run sends; `digest subscribers add EMAIL --confirmed` vouches for them instead",
    Status.CONFIRMED: "",
    Status.PAUSED: "they resume on their page, to which every mail has a link",
    Status.LEFT: "only they can come back: by a sign-up on the website, or by the letter that"
    " `digest subscribers add EMAIL` sends them",
    Status.SUPPRESSED: "mail to this address is never sent again; its owner can sign up with"
    " another one",
}
_EVENTS = {
    Event.SIGN_UP: "signed up",
    Event.CONFIRM: "confirmed",
    Event.PAUSE: "paused",
    Event.RESUME: "resumed",
    Event.LEAVE: "left",
    Event.BOUNCE: "a mail server said that the address takes no mail,",
    Event.COMPLAINT: "complained, or said never again,",
    Event.IMPORT: "was in a list that was imported",
    Event.ERASE: "was erased",
}


def change_of(history: Sequence[ConsentRecord]) -> str:
    """Name the event that brought the last status of a history, when, and how it came in."""
    last = history[-1]
    for one in reversed(history):
        if one.status is not last.status:
            break
        last = one
    evidence = last.evidence
    how = ": ".join(filter(None, (evidence.channel, evidence.note)))
    return f"{_EVENTS[last.event]} at {timestamp(evidence.at)} ({how})"


def remedy_of(subscriber: Subscriber) -> str:
    """Say how a reader of this status gets mail again, if there is a way."""
    return _REMEDIES[subscriber.status].replace("EMAIL", subscriber.address)


def remedy_of_days(subscriber: Subscriber, weekday: Day) -> str:
    """Say how a reader gets mail on a weekday too."""
    chosen = subscriber.preferences
    days = [day for day in WEEK if day in chosen.days or day == weekday]
    options = [] if weekday in chosen.days else [f"--day {day}" for day in days]
    if chosen.frequency == "weekly" or (chosen.frequency == "weekdays" and weekday not in WEEKDAYS):
        options.insert(0, "--frequency daily")
    command = f"`digest subscribers set {subscriber.address} {' '.join(options)}`"
    return f"they choose other days on their page, or you by {command}"
