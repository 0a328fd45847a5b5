"""Databases of older versions, open to be filled and then to be opened by this one."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import alembic.command
import sqlalchemy as sa
from alembic.config import Config

import digest.storage.migrations

if TYPE_CHECKING:
    from pathlib import Path


def database(folder: Path, revision: str) -> sqlite3.Connection:
    """A new digest.db with the tables of a revision; each statement is its own transaction."""
    engine = sa.create_engine(f"sqlite:///{folder}/digest.db")
    settings = Config()
    settings.set_main_option("script_location", str(*digest.storage.migrations.__path__))
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        alembic.command.upgrade(settings, revision)
    engine.dispose()
    return sqlite3.connect(folder / "digest.db", isolation_level=None)
