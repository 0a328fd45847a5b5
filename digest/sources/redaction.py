"""Messages without passwords: the address of a source may hold a login, and messages name it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.models.source import SourceReport

#: RFC 3986 §3.2.1: what stands between "//" and "@" in an address
_LOGIN = re.compile(r"(?<=://)[^/?#@\s]*:[^/?#@\s]*@")


def holds_login(text: str) -> bool:
    """Whether an address in a text has a user name and password."""
    return _LOGIN.search(text) is not None


def without_login(text: str) -> str:
    """Return a text with no user name and password in an address that it names."""
    return _LOGIN.sub("", text)


def report_without_logins(report: SourceReport) -> SourceReport:
    """Return the report with no user name and password in its texts."""
    return replace(
        report,
        reason=without_login(report.reason) if report.reason else report.reason,
        rejected=tuple(
            replace(one, where=without_login(one.where), reason=without_login(one.reason))
            for one in report.rejected
        ),
        warnings=tuple(map(without_login, report.warnings)),
    )
