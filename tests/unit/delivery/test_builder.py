"""A message that cannot be rendered, and a subscriber who gets no issue."""

from __future__ import annotations

from typing import Any

import pytest
from support.builders import issue, subscriber

from digest.delivery.builder import render_message
from digest.errors import RenderError
from digest.models.delivery import DeliveryState
from digest.models.issue import NoIssue
from subscribers.errors import AddressError


class BrokenRenderer:
    """A renderer that raises an error, or that must not be called."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def prepare(self, *_: object) -> Any:
        assert self._error
        raise self._error


def broken(error: Exception | None = None) -> Any:
    return BrokenRenderer(error)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (RenderError("no such value"), DeliveryState.DEFERRED),
        (AddressError("is none"), DeliveryState.FAILED),
    ],
)
def test_a_message_that_cannot_be_made_says_why(error: Exception, state: DeliveryState) -> None:
    result = render_message(broken(error), subscriber(), issue())

    assert (result.state, result.reason, result.message) == (state, str(error), None)


def test_no_issue_is_skipped_with_its_reason() -> None:
    result = render_message(broken(), subscriber(), NoIssue(reason="nothing new"))

    assert (result.state, result.reason) == (DeliveryState.SKIPPED, "nothing new")
