"""Answers in the form of Hugging Face's daily papers, and what is parsed of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.builders import DAY, NOON

from digest.sources import RawDocument, huggingface

if TYPE_CHECKING:
    from digest.models.paper import Paper
    from digest.models.source import Batch


def read(response: Any) -> Batch:
    return parse(json.dumps(response))


def parse(text: str) -> Batch:
    return huggingface.parse(RawDocument(where="day.json", text=text), day=DAY, now=NOON)


def element(outer: dict[str, Any] | None = None, **inner: Any) -> dict[str, Any]:
    """One element of an answer; `...` as a value leaves the field out."""
    paper = {"id": "2602.00001", "title": "Lamps in Fog", "summary": "We count lamps."} | inner
    given = {key: value for key, value in paper.items() if value is not ...}
    return {"paper": given, **(outer or {})}


def only(response: Any) -> Paper:
    batch = read(response)
    (paper,) = batch.papers
    assert batch.rejected == ()
    return paper
