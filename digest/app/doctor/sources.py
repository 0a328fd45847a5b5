"""The sources: whether each can be reached or read, and how long ago that was done."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.app.doctor.finding import Finding, fail, failed, not_checked, ok, warn
from digest.errors import ConfigError, SourceError
from digest.sources import Source, get_kind
from digest.sources.files import find_files
from digest.sources.http.backoff import Backoffs
from digest.sources.http.rate_limit import host_key
from digest.text.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from digest.app.config import Config
    from digest.app.config.schema import SourceSettings
    from digest.app.doctor.installation import Installation
    from digest.app.services import App
    from digest.storage.fetches import FetchRecord

#: The days of a week by the names in `[schedule] weekdays`.
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def addresses(config: Config) -> list[str]:
    """Return the address of each service that sources are read from, each once."""
    found = (_address(source) for source in config.sources if not source.path)
    return list(dict.fromkeys(url for url in found if url))


def check(installation: Installation) -> Iterator[Finding]:
    """Look at each source: its service or its files, and its last reading."""
    for source in installation.config.sources:
        name = f"source {source.name}"
        yield (
            _files(name, source, installation)
            if source.path
            else _service(name, source, installation)
        )
        if installation.app is None:
            yield not_checked(name, "there is no database that says when it was read")
        else:
            yield from _freshness(name, source.name, installation.app, now=installation.now)


def stale_after(weekdays: Sequence[str]) -> timedelta:
    """Return after how long without a reading nothing seems to run: the longest gap, and a day."""
    numbers = sorted(_WEEK.index(day) for day in weekdays)
    gaps = [
        (later - day) % 7 or 7
        for day, later in zip(numbers, [*numbers[1:], numbers[0]], strict=True)
    ]
    return timedelta(days=max(gaps) + 1)


def left_alone(url: str, installation: Installation) -> str:
    """Return that a service wants no requests for a while, and until when; empty if it takes them.

    Raises:
        SourceError: the folder that says so cannot be read.

    """
    config, host = installation.config, host_key(urlsplit(url).hostname or "")
    backoffs = Backoffs(config.path(config.fetch.directory) / "closed", clock=installation.clock)
    found = backoffs.find(host)
    return f"asked to be left alone {found}" if found else ""


def _address(source: SourceSettings) -> str:
    """Return an address of a source's service that takes requests without a key."""
    if source.url:
        return source.url
    hosts = get_kind(source.kind).hosts
    return f"https://{hosts[0]}/" if hosts else ""


def _service(name: str, source: SourceSettings, installation: Installation) -> Finding:
    url = _address(source)
    if not url:
        return not_checked(name, f"kind {source.kind} does not say which host it asks")
    host = urlsplit(url).netloc
    if until := left_alone(url, installation):
        return warn(name, f"{host} {until}", "wait until then; to ask sooner may get you blocked")
    try:
        status = installation.reach.ask(url).status
    except SourceError as error:
        return failed(name, error, remedy=f"curl -I {url}, and see what keeps this machine from it")
    if status >= 500:
        text = f"{host} answers {status}, so it is broken now"
        return warn(name, text, f"digest fetch --source '{source.name}', in some minutes")
    return ok(name, f"{host} answers")


def _files(name: str, source: SourceSettings, installation: Installation) -> Finding:
    config = installation.config
    try:
        meant = Source(name=source.name, kind=source.kind, path=config.glob(source.path))
        files = find_files(meant)
    except (ConfigError, SourceError) as error:
        return failed(name, error, remedy="put files there, or correct the path of this source")
    closed = [path for path in files if not os.access(path, os.R_OK)]
    if closed:
        return fail(name, f"{closed[0]} may not be read", f"chmod u+r {closed[0]}")
    return ok(
        name,
        f"{len(files)} files can be read" if len(files) > 1 else f"{files[0].name} can be read",
    )


def _freshness(name: str, source: str, app: App, *, now: datetime) -> Iterator[Finding]:
    record = app.fetch_log.newest(source)
    if record is None:
        yield warn(name, "it was never read", f"digest fetch --source '{source}'")
        return
    age = now - record.at
    read = f"it was read {record.at:%Y-%m-%d %H:%M} UTC"
    if age > stale_after(app.config.schedule.weekdays):
        yield fail(
            name,
            f"{read}, {age.days} days ago: nothing runs",
            "digest run, and let cron or `digest daemon` do that",
        )
    elif record.error is not None:
        yield _trouble(name, source, record)
    else:
        why = f" ({record.reason})" if record.reason else ""
        yield ok(name, f"{read}: {record.state}, {record.parsed} papers{why}")
    owed = [day for owing, day in _owed(app, now) if owing == source]
    if owed:
        days = join_words([str(day) for day in owed])
        yield warn(
            name, f"it could not be read for {days} yet", f"digest fetch --source '{source}'"
        )


def _trouble(name: str, source: str, record: FetchRecord) -> Finding:
    text = f"its last reading is {record.state}: {record.reason or 'papers may be missing'}"
    text = text.replace("; ", ", ")
    return fail(name, text, f"digest fetch --source '{source}'")


def _owed(app: App, now: datetime) -> Sequence[tuple[str, date]]:
    return app.backlog.overdue(now.date(), app.sources, now=now)
