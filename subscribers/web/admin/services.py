"""What the operator's pages need from the installation they belong to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from subscribers.login_limits import LoginLimiter
    from subscribers.models import Subscriber
    from subscribers.overview import Overview, Table
    from subscribers.timeline import DayAnswer, Timeline

Outcome = Literal["succeeded", "wrong password", "too many attempts"]


@dataclass(frozen=True, kw_only=True)
class AdminServices:
    """The data and functions that the operator's pages use."""

    #: return the hash of the password; empty if there is none, and so no page
    password_hash: Callable[[], str]
    limiter: LoginLimiter
    #: given the outcome of an attempt to log in, and the client's network, tell the log
    on_login: Callable[[Outcome, str], None]
    overview: Callable[[], Overview]
    #: return the tables of the overview by name, to be exported
    tables: Callable[[], Mapping[str, Table]]
    #: given a subscriber and a day, return their timeline of before that day; None for the newest
    timeline: Callable[[Subscriber, date | None], Timeline]
    #: given a subscriber, return their tables by name, to be exported
    reader_tables: Callable[[Subscriber], Mapping[str, Table]]
    #: given a subscriber and a day, return why they got an issue or not
    answer: Callable[[Subscriber, date], DayAnswer]
    #: one password is tried at a time, since each takes 64 MiB
    hashing: threading.Lock = field(default_factory=threading.Lock)
