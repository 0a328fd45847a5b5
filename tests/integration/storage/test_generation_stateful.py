"""Runs, retries, kills and openings in any order: none of them is taken for a restoration."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.database import write_database
from support.examples import share
from support.restorations import MONDAY, Killed, enter, killed, of_run

from digest.storage import generation
from digest.storage.engine import open_database
from digest.storage.generation import Generation
from digest.storage.mark import read_mark

pytestmark = pytest.mark.slow


class NormalLife(RuleBasedStateMachine):
    """Runs, retries, kills and openings in any order: none of them is taken for a restoration."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.file = Path(self._folder.name) / "digest.db"
        write_database(self.file.parent)
        self.day = MONDAY
        self.open()

    def open(self) -> None:
        self.engine = open_database("sqlite:///digest.db", folder=self.file.parent)
        self.known = Generation(
            engine=self.engine,
            clock=lambda: datetime.combine(self.day, time(18), UTC),
            today=lambda: self.day,
        )

    @rule()
    def run(self) -> None:
        enter(self.known, self.day, named=False)

    @rule()
    def retry(self) -> None:
        enter(self.known, None, named=False)
        enter(self.known, self.day, named=False)

    @rule(before=st.integers(1, 9))
    def run_a_day_that_is_named(self, before: int) -> None:
        enter(self.known, self.day - timedelta(days=before), named=True)

    @rule(step=st.sampled_from(["before the mark", "after the mark"]), nth=st.integers(1, 2))
    def kill_a_run(self, step: str, nth: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(generation, "write_mark", killed(step, nth))
            with pytest.raises(Killed):
                enter(self.known, self.day, named=False)

    @rule()
    def kill_a_run_while_it_sends(self) -> None:
        with pytest.raises(Killed), of_run(self.known, self.day, named=False):
            raise Killed

    @rule()
    def open_again(self) -> None:
        self.engine.dispose()
        self.open()

    @rule()
    def vacuum(self) -> None:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as db:
            db.execute("VACUUM")

    @rule(days=st.integers(1, 5))
    def sleep(self, days: int) -> None:
        self.day += timedelta(days=days)

    @invariant()
    def nothing_is_in_doubt(self) -> None:
        assert self.known.uncertain([self.day, self.day - timedelta(days=1)]) == set()

    @invariant()
    def the_mark_is_never_ahead_of_the_database(self) -> None:
        mark = read_mark(self.file)
        with self.engine.connect() as db:
            number = db.execute(sa.text("SELECT number FROM generation")).scalar_one()
        assert mark is not None
        assert mark.generation <= number

    def teardown(self) -> None:
        self.engine.dispose()
        self._folder.cleanup()


NormalLife.TestCase.settings = settings(max_examples=share(10), stateful_step_count=15)
TestNormalLife = NormalLife.TestCase
