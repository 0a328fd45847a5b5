"""The data of time zones: there, young enough, and with every zone that readers chose."""

from __future__ import annotations

import re
import zoneinfo
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app import clock, environment
from digest.app.doctor.finding import Finding, fail, not_checked, ok, warn
from digest.text.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.app.doctor.installation import Installation

DATA, READERS, MACHINE = "time zone data", "readers' zones", "machine's zone"
#: Years: some government changes a zone in most of them, with little notice.
_OLD = 2
_REMEDY = "pip install --upgrade tzdata, or apt-get install --only-upgrade tzdata"


def check(installation: Installation) -> Iterator[Finding]:
    """Look at the data, the machine's zone and those of the readers."""
    yield _data(installation.now.year)
    yield _machine()
    if installation.app is None:
        yield not_checked(READERS, "there is no database that can be read")
        return
    chosen = installation.app.book.timezones()
    missing = sorted(zone for zone in chosen if not _is_known(zone))
    if missing:
        yield fail(
            READERS, f"readers chose {join_words(missing)}, which is not known here", _REMEDY
        )
    elif len(chosen) == 1:
        yield ok(READERS, "the one that readers chose is known")
    else:
        several = f"all {len(chosen)} that readers chose are known"
        yield ok(READERS, several if chosen else "no reader chose one")


def version_of_data() -> tuple[str, str]:
    """Return the version of the data in use, such as 2026a, and where it is; both may be empty.

    The system's data counts before the package's, as in `zoneinfo`.
    """
    for folder in map(Path, zoneinfo.TZPATH):
        if not (folder / "UTC").exists():
            continue
        for name, pattern in (("tzdata.zi", r"# version (\S+)"), ("+VERSION", r"(\S+)")):
            file = folder / name
            found = re.match(pattern, _beginning(file)) if file.is_file() else None
            if found:
                return found[1], str(folder)
        return "", str(folder)
    try:
        return metadata.version("tzdata"), "the package tzdata"
    except metadata.PackageNotFoundError:
        return "", ""


def _data(year: int) -> Finding:
    version, place = version_of_data()
    if not place:
        return fail(DATA, "there is none, so no zone but UTC is known", "pip install tzdata")
    if not version[:4].isdecimal():
        return warn(DATA, f"{place} does not say which version it has", _REMEDY)
    if year - int(version[:4]) >= _OLD:
        return warn(DATA, f"{place} has version {version}, so newer rules are not known", _REMEDY)
    return ok(DATA, f"version {version}, in {place}")


def _machine() -> Finding:
    name = environment.unknown_zone()
    if name:
        return fail(
            MACHINE, f"TZ = {name} is no time zone, so the days are those of UTC", "unset TZ"
        )
    offset = clock.now().astimezone(clock.zone(clock.LOCAL)).strftime("%z")
    return ok(MACHINE, f"it is now UTC{offset[:3]}:{offset[3:5]}")


def _is_known(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _beginning(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as text:
        return text.read(100)
