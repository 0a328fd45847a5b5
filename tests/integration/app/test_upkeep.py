"""What gets old beside deliveries, and what is done after a run."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import DAY, NOON
from support.installation import Installation
from support.machine_clock import set_clock

from digest.app import upkeep
from digest.app.services import App
from digest.app.upkeep import Upkeep
from digest.sources.http.cache import Cache
from digest.storage.run_lock import lock_path, run_lock
from subscribers.login_limits import LoginLimiter
from subscribers.tables import login_attempts, signups

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = NOON + timedelta(days=500)


@pytest.fixture
def app(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """A paper of long ago that no edition has, and papers of which some were mailed."""
    set_clock(monkeypatch, NOON + timedelta(days=500))
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("1", day=DAY - timedelta(days=100))
    installation.subscribe("ada")
    installation.add_agents_papers("2")
    installation.send()
    config = installation.app.config
    kept = config.retention.model_copy(update={"papers": 400})
    return App(config=config.model_copy(update={"retention": kept}), engine=engine)


def test_what_is_due_is_what_is_pruned(app: App) -> None:
    due = upkeep.due(app)

    assert due == Upkeep(papers=1, texts=1)
    assert upkeep.tidy(app) == due
    assert not upkeep.due(app)


@pytest.mark.parametrize("forget", [upkeep.tidy, upkeep.prune_after_run])
def test_attempts_that_no_limit_counts_any_more_are_deleted(
    app: App, forget: Callable[[App], object]
) -> None:
    assert app.signup_limiter.allow(mailbox="ada@example.org", ip="192.0.2.1", now=NOW)
    LoginLimiter(app.engine, key=app.secrets[0]).begin(ip="192.0.2.1", now=NOW)
    with app.engine.begin() as db:  # an old one beside each, as if nobody had come since
        for table in (signups, login_attempts):
            row = dict(db.execute(sa.select(table)).mappings().one())
            db.execute(table.insert().values({**row, "id": None, "at": NOON}))

    forget(app)

    with app.engine.connect() as db:
        for table in (signups, login_attempts):
            assert db.execute(sa.select(table.c.at)).scalars().all() == [NOW]


def test_nothing_is_pruned_while_a_run_is_sending(app: App) -> None:
    with run_lock(lock_path(app.engine)):
        assert not upkeep.tidy(app)


def test_after_a_run_only_what_got_old_lately_is_looked_at(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOON + timedelta(days=405))

    upkeep.prune_after_run(app)

    assert upkeep.due(app) == Upkeep(papers=1)


def test_old_responses_go(app: App) -> None:
    folder = app.config.path(app.config.fetch.directory) / "answers"
    cache = Cache(folder, clock=lambda: NOON + timedelta(days=500))
    for name in ("new", "old"):
        cache.keep(name, text="x", etag='"1"', last_modified=None)
    os.utime(next(folder.iterdir()), (0, 0))

    assert upkeep.due(app).responses == 1
    assert upkeep.tidy(app).responses == 1
    assert len(list(folder.iterdir())) == 1
