"""To be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from digest.storage.engine import _file

if TYPE_CHECKING:
    import sqlalchemy as sa


def lock_path(engine: sa.Engine) -> Path | None:
    """Return the file that tells other processes a run is under way, or None in memory."""
    file = _file(engine.url)
    return Path(f"{file}-run") if file else None
