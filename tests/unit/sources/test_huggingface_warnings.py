"""What of Hugging Face's lists is not understood, and said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.builders import DAY, NOON
from support.services.huggingface import element

from digest.models.source import Batch
from digest.sources import RawDocument, huggingface


def parse(*elements: Any) -> Batch:
    document = RawDocument(where="list.json", text=json.dumps(elements))
    return huggingface.parse(document, day=DAY, now=NOON)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("many", '"many"'), (-3, '"-3"'), (True, '"True"'), ("a\x1b]0;b\x07", '"a]0;b"')],
)
@pytest.mark.parametrize("name", ["upvotes", "githubStars"])
def test_a_count_that_is_none_costs_its_value_and_is_said(
    name: str, value: object, shown: str
) -> None:
    batch = parse(element(1, **{name: value}), element(2))

    assert len(batch.papers) == 2
    (warning,) = batch.warnings
    assert warning.startswith("list.json: 1 value left out: ")
    assert warning.endswith(f" is no count: {shown}")


def test_ids_that_are_not_understood_are_said() -> None:
    batch = parse(element(1, id="weird-id-1"), element(2, id="2613.1"), element(3))

    assert len(batch.papers) == 3
    assert batch.warnings == ("list.json: 2 ids not understood: “weird-id-1”, …",)


def test_what_is_missing_is_no_mistake() -> None:
    assert parse(element(1, upvotes=None, githubStars=None)).warnings == ()
