"""What a person should look at after a run, and what is every day's business."""

from __future__ import annotations

from typing import Any

import pytest

from digest.app.trouble import troubles_of
from digest.models.delivery import DeliveryState
from digest.storage.run_log import RunResult

EXPIRED, UNKNOWN = DeliveryState.EXPIRED, DeliveryState.UNKNOWN


def kinds(*, asks: bool = False, **result: Any) -> list[str]:
    return [trouble.kind for trouble in troubles_of(RunResult(**result), asks=asks)]


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"error": "another run is sending"}, "error"),
        ({"stopped": "five in a row"}, "stopped"),
        ({"silence": "nothing was sent"}, "silence"),
        ({"failed_sources": ("arXiv",)}, "source arXiv"),
        ({"counts": {EXPIRED: 2}}, "too late"),
    ],
)
def test_each_trouble_has_its_kind(result: dict[str, Any], kind: str) -> None:
    assert kinds(**result) == [kind]


def test_mails_that_wait_or_were_refused_are_no_trouble() -> None:
    counts = {DeliveryState.DEFERRED: 3, DeliveryState.FAILED: 1, DeliveryState.SENT: 9}

    assert kinds(counts=counts, is_complete=False) == []


def test_an_unknown_outcome_is_trouble_if_the_operator_wants_to_decide() -> None:
    assert kinds(counts={UNKNOWN: 1}) == []
    assert kinds(counts={UNKNOWN: 1}, asks=True) == ["unknown"]
