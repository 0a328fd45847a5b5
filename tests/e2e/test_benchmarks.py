"""What the ranker is worth on real questions; the figures are in docs/decisions.md."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING

from support.paths import ROOT

from digest.ranking.prior import Coefficients
from digest.ranking.training import interval, rank_correlations

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BENCHMARK = ROOT / "benchmarks" / "relevance.py"
VOTES = ROOT / "benchmarks" / "votes.py"


def test_relevance_finds_the_papers_that_answer_real_questions(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCHMARK.parent)  # as when it is run as a script
    measured = runpy.run_path(str(BENCHMARK))

    found = measured["evaluate"](real_data / "eval", measured["ranker"])

    assert found >= 0.68


def test_papers_are_ordered_before_votes_exist(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(VOTES.parent)
    measured = runpy.run_path(str(VOTES))
    papers = measured["read"](real_data / "eval" / "votes-dev.jsonl")

    judged = measured["training_days"](papers)[measured["TEACHING"] :]

    assert interval(rank_correlations(judged, Coefficients())).mean >= 0.39
