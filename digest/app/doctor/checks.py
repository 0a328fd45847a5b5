"""All checks of an installation, in order; one that breaks stops no other."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from digest.app import environment
from digest.app.doctor import (
    clock,
    configuration,
    database,
    disk,
    mail_server,
    sending_domain,
    sources,
    templates,
    time_zones,
    website,
)
from digest.app.doctor.finding import Finding, Level, fail, failed, not_checked
from digest.app.doctor.installation import Installation, look_at
from digest.errors import ConfigError, DigestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

#: What is looked at once the configuration is known, by the names of the areas.
AREAS: tuple[tuple[str, Callable[[Installation], Iterator[Finding]]], ...] = (
    (clock.CLOCK, clock.check),
    (time_zones.DATA, time_zones.check),
    ("templates", templates.check),
    ("sources", sources.check),
    (mail_server.CONNECTION, mail_server.check),
    (sending_domain.DOMAIN, sending_domain.check),
    (website.SITE, website.check),
    ("disk", disk.check),
)


def diagnose(path: Path | None, *, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Yield what each check finds, as soon as it is known.

    Args:
        path: the configuration; see `config.load`.
        clock: the time, UTC.

    """
    config, found = configuration.read(path)
    yield from found
    if config is None:
        yield from _guarded(configuration.SECRETS, configuration.check_files(path))
        for name in (*configuration.OTHERS, database.DATABASE, *(name for name, _ in AREAS)):
            yield not_checked(name, "the configuration cannot be used")
        return
    yield from _guarded(configuration.CONFIGURATION, configuration.check(config))
    with ExitStack() as opened:
        app, found = database.read(config)
        yield from found
        if app is not None:
            opened.callback(app.close)
            yield from _guarded(database.DATABASE, database.check(app))
        installation = look_at(config, app, clock=clock)
        for name, check in AREAS:
            yield from _guarded(name, check(installation))


def is_well(findings: list[Finding]) -> bool:
    """Whether nothing fails; warnings and what could not be checked are no failures."""
    return all(finding.level is not Level.FAIL for finding in findings)


def _guarded(name: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings; an error is one too."""
    try:
        yield from findings
    except DigestError as error:
        yield failed(name, error)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        yield failed(name, ConfigError(what), remedy="run this as the user who runs `digest run`")
    except Exception as error:
        if environment.wants_traceback():
            raise
        text = f"internal error: {type(error).__name__}: {error}"
        yield fail(name, text, "please report it")
