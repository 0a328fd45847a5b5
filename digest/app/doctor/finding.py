"""What a check found: whether all is well, a sentence, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    #: as it should be
    OK = "ok"
    #: mail leaves all the same, or will need attention soon
    WARN = "warn"
    #: mail does not leave, does not arrive, or harms somebody
    FAIL = "fail"
    #: nobody knows, since something else is missing
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found."""

    #: the name of the check
    check: str
    level: Level
    #: a sentence without a full stop
    text: str
    #: a command, a line of the configuration, a record of the DNS, or a sentence
    remedy: str = ""


def ok(check: str, text: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(check=check, level=Level.OK, text=text)


def warn(check: str, text: str, remedy: str) -> Finding:
    """Return a finding that needs attention some time."""
    return Finding(check=check, level=Level.WARN, text=text, remedy=remedy)


def fail(check: str, text: str, remedy: str) -> Finding:
    """Return a finding that needs attention now."""
    return Finding(check=check, level=Level.FAIL, text=text, remedy=remedy)


def not_checked(check: str, why: str) -> Finding:
    """Return that a thing was not looked at, and why."""
    return Finding(check=check, level=Level.NOT_CHECKED, text=why)


def failed(check: str, error: Exception, *, remedy: str = "") -> Finding:
    """Return the finding of an error, whose text has the remedy behind a semicolon.

    `remedy` is for an error that names none.
    """
    text, _, own = str(error).partition("; ")
    return fail(check, text, own or remedy)
