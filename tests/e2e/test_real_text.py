"""Titles and abstracts that people wrote, which stand beside a checkout: all can be read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from digest.models.identity import title_key
from digest.text.clean import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What may look like TeX; a power that Unicode cannot raise keeps its mark.
TEX = re.compile(r"[\\${}~]|[_^]\{|``|''|--")


def records(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "hf").glob("daily_papers-*.json")):
        yield from (element["paper"] for element in json.loads(path.read_text(encoding="utf-8")))
    for path in (
        *sorted((folder / "arxiv").glob("*.jsonl")),
        *(folder / "eval").glob("*papers.jsonl"),
    ):
        lines = path.read_text(encoding="utf-8").split("\n")
        yield from (json.loads(line) for line in lines if line)


@pytest.fixture(scope="module")
def titles(real_data: Path) -> set[str]:
    return {str(record["title"]) for record in records(real_data) if record.get("title")}


@pytest.fixture(scope="module")
def abstracts(real_data: Path) -> set[str]:
    found = (record.get("abstract") or record.get("summary") for record in records(real_data))
    return {str(abstract) for abstract in found if abstract}


def test_no_real_title_keeps_its_tex(titles: set[str]) -> None:
    assert [shown for shown in map(clean, titles) if TEX.search(shown)] == []


def test_of_real_abstracts_one_keeps_a_backslash(abstracts: set[str]) -> None:
    # Its bytes were read in a wrong alphabet before TeX was made of them; nobody can tell it.
    assert len([shown for shown in map(clean, abstracts) if "\\" in shown]) <= 1


def test_of_real_abstracts_one_in_a_thousand_keeps_a_formula(abstracts: set[str]) -> None:
    formula = re.compile(r"\$[^$]*[\\^_][^$]*\$|\\[a-zA-Z(\[]|[_^]\{")

    left = [shown for shown in map(clean, abstracts) if formula.search(shown)]

    assert len(left) * 1000 <= len(abstracts)


def test_cleaning_real_text_twice_changes_nothing(titles: set[str], abstracts: set[str]) -> None:
    once = set(map(clean, titles | abstracts))

    assert {text for text in once if clean(text) != text} == set()


def test_no_real_text_becomes_longer(titles: set[str], abstracts: set[str]) -> None:
    assert [text for text in titles | abstracts if len(clean(text)) > len(text)] == []


def test_real_text_without_tex_is_left_alone(titles: set[str], abstracts: set[str]) -> None:
    words = re.compile(r"(?:[\w.,:;()?!]| (?! ))+", re.ASCII)
    plain = [text for text in titles | abstracts if words.fullmatch(text)]

    assert len(plain) > 500
    assert [text for text in plain if clean(text) != text.strip()] == []


def test_a_title_in_tex_and_the_same_in_unicode_are_one_work() -> None:
    assert title_key(clean("$\\alpha$-DPO")) == title_key(clean("α-DPO"))
