"""The versions of constraints.txt."""

from __future__ import annotations

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.paths import ROOT


def read_pins() -> dict[str, str]:
    """Return the version of every library for this Python.

    Raises:
        AssertionError: a line pins no version, or a library twice.

    """
    pins: dict[str, str] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        requirement = Requirement(line)
        exact = re.fullmatch(r"==([^,*]+)", str(requirement.specifier))
        assert exact is not None, f"{line} pins no version"
        if requirement.marker is None or requirement.marker.evaluate():
            name = canonicalize_name(requirement.name)
            assert name not in pins, f"{line} pins {name} again"
            pins[name] = exact[1]
    return pins
