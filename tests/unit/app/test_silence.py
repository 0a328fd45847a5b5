"""When "nobody was mailed" is an alarm, and what explains it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY

from digest.app.silence import FEW_READERS, DayAccount, alarm
from digest.models.delivery import DeliveryState
from digest.models.source import Forecast, Outlook

DUE, NOTHING = Forecast(), Forecast(Outlook.NOTHING, "arXiv announces nothing on Sundays")
LITTLE, EARLY = Forecast(Outlook.LITTLE, "few"), Forecast(Outlook.EARLY, "not out yet")
SKIPPED = {DeliveryState.SKIPPED: 12}
STATES = st.dictionaries(st.sampled_from(DeliveryState), st.integers(1, 9))
FORECASTS = st.lists(st.sampled_from((DUE, NOTHING, LITTLE, EARLY)), max_size=3)


def account(**details: Any) -> DayAccount:
    """Twelve readers who were all skipped on a day with lists, unless told otherwise."""
    defaults: dict[str, Any] = {"day": DAY, "due": 12, "states": SKIPPED, "forecasts": [DUE]}
    return DayAccount(**(defaults | details))


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"failed_sources": ["arXiv"]}, "arXiv could not be read"),
        ({"failed_sources": ["arXiv"], "forecasts": [NOTHING]}, "arXiv could not be read"),
        (
            {"states": {DeliveryState.PLANNED: 7, DeliveryState.FAILED: 5}},
            "7 waiting and 5 refused",
        ),
        ({"states": {DeliveryState.EXPIRED: 12}, "forecasts": [NOTHING]}, "12 too late"),
        ({}, "no papers came, and no calendar says why"),
        ({"forecasts": [NOTHING, DUE]}, "no papers came, and no calendar says why"),
        (
            {"papers": 57, "skipped": {"none of the day’s 57 papers is about Agents": 12}},
            "though 57 papers came: none of the day’s 57 papers is about Agents",
        ),
        (
            {"due": 1, "papers": 57, "skipped": {"none of the topics exist: agent": 1}},
            "though 57 papers came: none of the topics exist: agent",
        ),
        ({"forecasts": [], "papers": 3}, "though 3 papers came"),
    ],
)
def test_silence_is_an_alarm_that_says_why(details: dict[str, Any], words: str) -> None:
    found = alarm(account(**details))

    assert found is not None
    assert found.startswith(f"nothing was sent for {DAY} to ")
    assert words in found


@pytest.mark.parametrize(
    "details",
    [
        {"forecasts": [NOTHING, LITTLE]},
        {"forecasts": [EARLY]},
        {"forecasts": [NOTHING], "papers": 2},
        {"forecasts": []},
        {"due": 0},
        {"due": FEW_READERS - 1, "papers": 57, "skipped": {"every paper about A was in an": 9}},
    ],
    ids=["a weekend", "too early", "a quiet list", "files", "nobody was due", "a few readers"],
)
def test_silence_that_is_explained_is_none(details: dict[str, Any]) -> None:
    assert alarm(account(**details)) is None


@given(states=STATES, forecasts=FORECASTS, due=st.integers(0, 99), papers=st.integers(0, 9))
def test_a_day_with_a_mail_is_not_silent(
    states: dict[DeliveryState, int], forecasts: list[Forecast], due: int, papers: int
) -> None:
    sent = {**states, DeliveryState.SENT: 1}

    found = alarm(account(states=sent, forecasts=forecasts, due=due, papers=papers))

    assert found is None


@given(forecasts=FORECASTS, due=st.integers(1, 99), papers=st.integers(0, 9))
def test_a_source_that_failed_never_makes_a_quiet_day(
    forecasts: list[Forecast], due: int, papers: int
) -> None:
    found = alarm(
        account(forecasts=forecasts, due=due, papers=papers, failed_sources=["Hugging Face"])
    )

    assert found is not None
    assert "Hugging Face" in found
