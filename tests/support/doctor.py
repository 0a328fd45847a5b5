"""An installation as the checks of `digest doctor` see it, with a database if one is given."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from support.builders import NOON

from digest.app import config
from digest.app.doctor.installation import Installation
from digest.app.doctor.resolver import Resolver
from digest.sources.http.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from digest.app.doctor.finding import Finding
    from digest.app.services import App


def installation(
    folder: Path,
    tables: dict[str, Any] | None = None,
    *,
    app: App | None = None,
    now: datetime = NOON,
    trusting: ssl.SSLContext | None = None,
) -> Installation:
    """What a configuration of these tables makes; it trusts the certificates of `trusting`."""
    built = config.build(tables or {}, folder=folder, where="the tests")
    return Installation(
        config=built,
        app=app,
        now=now,
        clock=lambda: now,
        resolver=Resolver(built.dns.servers),
        reach=Reach(
            user_agent="tests",
            timeout=10,
            variables={},
            tls=lambda: trusting or ssl.create_default_context(),
        ),
    )


def levels(findings: Iterable[Finding]) -> dict[str, str]:
    """How bad each check found it, by its name."""
    return {finding.check: str(finding.level) for finding in findings}
