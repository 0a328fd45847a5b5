"""Coefficients that were fitted to the archive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from support.builders import NOON

from digest.storage.trained_priors import TrainedPrior, TrainedPriors

if TYPE_CHECKING:
    import sqlalchemy as sa

TRAINED = TrainedPrior(trained_at=NOON, days=40, papers=900, content={"newness": 0.1 + 0.2})


def test_without_training_there_is_none(engine: sa.Engine) -> None:
    assert TrainedPriors(engine).newest() is None


def test_the_last_that_was_stored_is_the_newest(engine: sa.Engine) -> None:
    priors = TrainedPriors(engine)
    newer = replace(TRAINED, days=41)
    for trained in (TRAINED, newer):
        priors.save(trained)

    assert priors.newest() == newer
