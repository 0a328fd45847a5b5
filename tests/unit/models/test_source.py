"""How the reading of a source ended."""

from __future__ import annotations

import pytest
from support.builders import DAY

from digest.models.source import Forecast, Outlook, SourceReport, SourceState


def report(state: SourceState, reason: str | None = None) -> SourceReport:
    return SourceReport(source="arxiv", day=DAY, state=state, reason=reason)


def test_a_source_is_read_again_unless_it_is_complete_or_rightly_empty() -> None:
    settled = [state for state in SourceState if state.is_settled]

    assert settled == [SourceState.OK, SourceState.EMPTY]


def test_no_state_is_both_settled_and_trouble() -> None:
    trouble = [state for state in SourceState if state.is_trouble]

    assert trouble == [SourceState.STALE, SourceState.PARTIAL, SourceState.FAILED]
    assert not any(state.is_settled for state in trouble)


@pytest.mark.parametrize(
    ("state", "reason", "error"),
    [
        (SourceState.FAILED, "no route to host", "no route to host"),
        (SourceState.PARTIAL, None, "partial"),
        (SourceState.EMPTY, "arXiv announces nothing on Saturdays", None),
        (SourceState.OK, None, None),
    ],
)
def test_only_trouble_is_an_error(
    state: SourceState, reason: str | None, error: str | None
) -> None:
    assert report(state, reason).error == error


def test_without_a_calendar_papers_are_due() -> None:
    assert Forecast() == Forecast(Outlook.DUE, "")
