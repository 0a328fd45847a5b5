"""What a person should look at after a run, and what is every day's business."""

from __future__ import annotations

from typing import Any

import pytest

from digest.app.trouble import kinds_of, troubles_of, with_earlier
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


def after(
    before: RunResult,
    *,
    read: tuple[str, ...] = (),
    waits: bool = False,
    is_silent: bool = False,
    **result: Any,
) -> RunResult:
    """What stands after a run that did this; arXiv and bioRxiv are configured."""
    return with_earlier(
        RunResult(**result),
        before,
        read=read,
        sources=("arXiv", "bioRxiv"),
        waits=waits,
        is_silent=is_silent,
    )


@pytest.mark.parametrize(
    ("read", "failed", "wanted"),
    [
        ((), (), ("arXiv",)),
        (("arXiv", "bioRxiv"), (), ()),
        (("arXiv", "bioRxiv"), ("bioRxiv",), ("bioRxiv",)),
        (("bioRxiv",), ("bioRxiv",), ("bioRxiv", "arXiv")),
        (("arXiv",), ("arXiv",), ("arXiv",)),
    ],
)
def test_a_source_failed_until_it_is_read_again(
    read: tuple[str, ...], failed: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    found = after(RunResult(failed_sources=("arXiv",)), read=read, failed_sources=failed)

    assert (found.failed_sources, found.is_complete) == (wanted, not wanted)


def test_a_source_that_is_configured_no_more_is_no_trouble() -> None:
    assert after(RunResult(failed_sources=("gone",))) == RunResult()


def test_a_stop_is_over_when_mails_leave_or_none_waits() -> None:
    before = RunResult(stopped="no connection")

    assert after(before, waits=True).stopped == "no connection"
    assert after(before, waits=False).stopped is None
    assert after(before, waits=True, counts={DeliveryState.SENT: 1}).stopped is None
    assert after(before, waits=True, stopped="no route").stopped == "no route"


def test_a_day_is_silent_as_long_as_nobody_was_mailed() -> None:
    before = RunResult(silence="nothing was sent")

    assert after(before, is_silent=True).silence == "nothing was sent"
    assert after(before, is_silent=False) == RunResult()


def test_an_error_is_over_and_what_was_wrong_before_it_is_not() -> None:
    before = RunResult(failed_sources=("arXiv",))
    failed = after(before, error="another run is sending", is_complete=False)

    assert kinds_of(failed) == {"error", "source arXiv"}
    assert kinds_of(after(failed)) == {"source arXiv"}
