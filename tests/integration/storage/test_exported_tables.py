"""Every table that is exported has its columns in the rows, and in the docs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support import migrations
from support.builders import DAY, NOON
from support.ledger_steps import ADA, BO, ONE, TWO, LedgerSteps
from support.paths import ROOT

from digest.models.delivery import DeliveryState
from digest.storage.engine import open_database
from digest.storage.exported_tables import TABLES, ExportedTable, rows_of
from digest.storage.pruning import Pruning

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

YEARS = NOON + timedelta(days=1000)
PAGE = (ROOT / "docs/export.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_docs_name_its_columns_in_their_order(table: ExportedTable) -> None:
    section = PAGE.split(f"\n## {table.name}\n")[1].split("\n## ")[0]

    assert re.findall(r"(?m)^\| `(\w+)` \| (.+) \|$", section) == list(table.columns.items())
    assert f"A row is {table.about}." in section


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_its_rows_have_a_value_for_every_column(table: ExportedTable, tmp_path: Path) -> None:
    """In a database that has rows in every table."""
    used = [dump for dump in migrations.DATABASES if not dump.stem.endswith("_upgraded")]
    migrations.restore(used[-1], tmp_path)
    engine = open_database("sqlite:///digest.db", folder=tmp_path)

    rows = list(rows_of(engine, table))

    engine.dispose()
    assert rows != []
    assert {len(row) for row in rows} == {len(table.columns)}


def test_no_table_and_no_column_tells_a_key_or_a_hash() -> None:
    names = {f"{table.name}.{column}" for table in TABLES for column in table.columns}

    assert not [name for name in names if re.search("hash|_key|token|content|mailbox", name)]


def test_the_papers_of_mails_are_the_same_before_and_after_pruning(engine: sa.Engine) -> None:
    steps = LedgerSteps(engine)
    (mailed,) = (table for table in TABLES if table.name == "mailed_papers")
    steps.finish(DeliveryState.SENT, ONE, TWO)
    steps.finish(DeliveryState.UNKNOWN, TWO, subscriber=BO)
    steps.ledger.close(DAY, now=NOON)
    before = list(rows_of(engine, mailed))

    Pruning(engine).prune(DAY, before=YEARS.date(), closed_before=YEARS, limit=1, now=YEARS)

    assert sorted(before) == sorted([(DAY, ADA, "1"), (DAY, ADA, "2"), (DAY, BO, "2")])
    assert sorted(rows_of(engine, mailed)) == sorted(before)
