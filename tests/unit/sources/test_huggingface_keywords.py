"""The summary and the keywords that Hugging Face's models write."""

from __future__ import annotations

from typing import Any

import pytest
from support.daily_papers import element, only, read

from digest.text.keywords import MOST


def test_a_long_summary_ends_with_a_sentence() -> None:
    sentence = f"Lamps {'and lamps ' * 19}glow."
    paper = only([element(ai_summary=f"{sentence} {sentence}")])

    assert paper.tldr == sentence


@pytest.mark.parametrize(
    ("given", "keywords", "warning"),
    [
        pytest.param(..., (), "", id="none"),
        pytest.param(None, (), "", id="null"),
        pytest.param([], (), "", id="empty"),
        pytest.param("lamps, fog, moss", ("lamps", "fog", "moss"), "", id="one text"),
        pytest.param(["Lamps", "lamps", " fog "], ("Lamps", "fog"), "", id="repeated"),
        pytest.param(
            ["oil -lamps", "$\\alpha$-fog", "a<b>c</b>"], ("oil-lamps", "α-fog", "ac"), "",
            id="markup",
        ),
        pytest.param(["multi- lamp", "Multi-lamp"], ("multi-lamp",), "", id="repeated once closed"),
        pytest.param(
            ["fog", 7, None], ("fog",), "ai_keywords holds what is not text", id="numbers"
        ),
        pytest.param({"a": 1}, (), "ai_keywords is not a list of texts", id="object"),
        pytest.param(
            [f"lamp {number}" for number in range(1000)],
            tuple(f"lamp {number}" for number in range(MOST)),
            f"ai_keywords holds more than {MOST}",
            id="a thousand",
        ),
    ],
)  # fmt: skip
def test_keywords_are_read_in_any_form(given: Any, keywords: tuple[str, ...], warning: str) -> None:
    batch = read([element(ai_keywords=given)])

    expected = f"day.json: values left out: {warning} (1 record, first in element 0)"
    assert batch.papers[0].keywords == keywords
    assert batch.warnings == ((expected,) if warning else ())


def test_keywords_may_stand_around_the_paper() -> None:
    assert only([element({"ai_keywords": ["fog"]})]).keywords == ("fog",)
