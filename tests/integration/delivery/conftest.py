"""What the tests of deliveries begin with, where they name nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.installation import FOUR, Installation

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """A day with a paper, and four subscribers."""
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001")
    for name in FOUR:
        installation.subscribe(name)
    return installation
