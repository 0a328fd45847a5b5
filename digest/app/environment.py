"""The environment of the process; only this module reads it.

The values of the configuration among it come in by pydantic-settings; see `config.load`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the names of our own variables begin with.
PREFIX = "DIGEST_"
_NETWORK = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")
#: Numbers that numpy and typer read while they are imported; any other text would end the import.
_NUMBERS = ("NUMPY_MADVISE_HUGEPAGE", "TERMINAL_WIDTH")
#: By it a shell asks typer for its script, or how to complete a line.
_COMPLETE = "_DIGEST_COMPLETE"
#: The variable in which each shell passes the line.
_LINE_OF_SHELL = {
    "bash": "COMP_WORDS",
    "zsh": "_TYPER_COMPLETE_ARGS",
    "fish": "_TYPER_COMPLETE_ARGS",
    "powershell": "_TYPER_COMPLETE_ARGS",
    "pwsh": "_TYPER_COMPLETE_ARGS",
}


#: What was mended, as it was.
_dropped: dict[str, str] = {}
#: A zone that is described: its name and how far it is behind UTC, then perhaps its summer time.
_POSIX_ZONE = re.compile(r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d")


def drop_malformed() -> None:
    """Mend the variables of other programs that would end this one."""
    for name in _NUMBERS:
        if not os.environ.get(name, "0").isdecimal():
            del os.environ[name]
    if not _is_completing():
        os.environ.pop(_COMPLETE, None)
    zone = os.environ.get("TZ", "").removeprefix(":")
    if zone and Path(zone).exists() and not _describes_zone(Path(zone)):
        _dropped["TZ"] = os.environ["TZ"]
        os.environ["TZ"] = "UTC"  # as the C library reads it; babel would end its import


def _is_completing() -> bool:
    """Whether a shell asks how to complete a line; a variable that was left over asks nothing."""
    asked, _, shell = os.environ.get(_COMPLETE, "").partition("_")
    if asked == "source":
        return shell in _LINE_OF_SHELL
    return asked == "complete" and _LINE_OF_SHELL.get(shell, "") in os.environ


def _describes_zone(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return False
    return True


def config_file() -> str:
    """Return the file that DIGEST_CONFIG names, or nothing."""
    return os.environ.get(f"{PREFIX}CONFIG", "")


def wants_traceback() -> bool:
    """Whether the traceback of an internal error is wanted."""
    return bool(os.environ.get(f"{PREFIX}TRACEBACK"))


def network_variables() -> dict[str, str]:
    """Return the variables that name proxies and certificates."""
    return {name: value for name, value in os.environ.items() if name.lower() in _NETWORK}


def mail_variables() -> dict[str, str]:
    """Return the variables in which a mail server says whose message it hands over, and to whom."""
    return {name: os.environ[name] for name in ("RECIPIENT", "SENDER") if name in os.environ}


def mail_address() -> str:
    """Return the address that EMAIL says this person has, as several programs read it, if any."""
    return os.environ.get("EMAIL", "").strip()


def unknown_zone() -> str:
    """Return the value of TZ if it names no time zone, or nothing.

    The C library then takes UTC, without a word. A value may also describe a zone (POSIX.1, 8.3).
    """
    given = _dropped.get("TZ", os.environ.get("TZ", ""))
    name = given.removeprefix(":")
    if not name or _POSIX_ZONE.match(name):
        return ""
    if Path(name).is_absolute():
        return "" if _describes_zone(Path(name)) else given
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return given
    return ""


def our_variables() -> dict[str, str]:
    """Return the variables whose names begin like those of ours, in capitals or not."""
    return {
        name: value for name, value in os.environ.items() if name.lower().startswith(PREFIX.lower())
    }


def name_of_key(key: Sequence[int | str]) -> str | None:
    """Return the variable that a key of the configuration comes from, such as `("mail", "port")`.

    A variable may also hold a whole list or section, as JSON. The other keys of such a section come
    from the file.
    """
    for length in range(len(key), 0, -1):
        wanted = PREFIX + "__".join(map(str, key[:length]))
        inner = key[length] if length < len(key) else None
        for name, value in os.environ.items():
            holds_it = not isinstance(inner, str) or f'"{inner}"' in value
            if name.lower() == wanted.lower() and holds_it:
                return name
    # The value may be in a file that a variable names.
    file = f"{PREFIX}{'__'.join(map(str, key))}_FILE".lower()
    return next((name for name in os.environ if name.lower() == file), None)


def names_of_section(section: str) -> list[str]:
    """Return the variables that hold keys of a section."""
    start = f"{PREFIX}{section}__".lower()
    return sorted(name for name in os.environ if name.lower().startswith(start))
