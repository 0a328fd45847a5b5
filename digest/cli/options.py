"""The options and arguments that several commands share, and how their values are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, overload

import typer

if TYPE_CHECKING:
    from datetime import date

    from digest.app.services import App
    from subscribers.models import Subscriber

Day = Annotated[
    str | None,
    typer.Option("--day", metavar="YYYY-MM-DD", help="The day the papers were featured."),
]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The reader's address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only this source; repeat."),
]


@overload
def parse_day(text: str, *, option: str = ...) -> date: ...
@overload
def parse_day(text: str | None, *, option: str = ...) -> date | None: ...
def parse_day(text: str | None, *, option: str = "--day") -> date | None:
    """Read the value of an option that takes a day.

    Raises:
        ConfigError: it is no date, or no issue can be of it.

    """
    from digest.errors import ConfigError
    from subscribers.days import read_day

    if text is None:
        return None
    try:
        return read_day(text)
    except ValueError as error:
        raise ConfigError(f"{option} {error}") from error


def begun_day(app: App, text: str | None, *, may_be_local: bool = False) -> date | None:
    """Read the value of --day for a command that reads sources or sends.

    With `may_be_local` it may also be the day of a reader ahead of this place, once a run had it.

    Raises:
        ConfigError: it is no date, no issue can be of it, or it has not begun yet.

    """
    from digest.app import clock
    from digest.errors import ConfigError

    day, newest = parse_day(text), clock.newest_day(app.config.schedule.timezone)
    is_local = may_be_local and day is not None and app.begun_days.is_known(day)
    if day is not None and day > newest and not is_local:
        raise ConfigError(f"--day {day} is in the future; the newest day is {newest}")
    return day


def find_subscriber(app: App, email: str) -> Subscriber:
    """Return the subscriber of an address.

    Raises:
        NotFoundError: there is none.

    """
    from digest.errors import NotFoundError

    subscriber = app.book.find(email)
    if subscriber is None:
        raise NotFoundError(f"{email} has never subscribed")
    return subscriber


def day_of_run(app: App) -> date:
    """Return the day of a run that begins now; see `pipeline.run_day`."""
    from digest.app import pipeline

    return pipeline.run_day(app).day
