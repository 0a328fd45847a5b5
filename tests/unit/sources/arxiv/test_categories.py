"""The categories of arXiv: their number, those of the packs, and what is no category."""

from __future__ import annotations

import re

import pytest

from digest.app.config.packs import all_packs
from digest.errors import ConfigError
from digest.sources.arxiv.categories import CATEGORIES, find_category


def test_there_are_as_many_as_arxiv_lists() -> None:
    archives = {category.partition(".")[0] for category in CATEGORIES if "." in category}

    assert len(CATEGORIES - archives) == 155


def test_those_of_the_packs_are_known() -> None:
    named = {
        category
        for pack in all_packs()
        for source in pack.sources
        if source.kind == "arxiv"
        for category in source.categories
    }

    assert named
    assert named <= CATEGORIES


@pytest.mark.parametrize(
    ("typed", "category"),
    [("cs.CL", "cs.CL"), ("CS.cl", "cs.CL"), ("hep-th", "hep-th"), ("math", "math"),
     ("Cond-Mat.Quant-Gas", "cond-mat.quant-gas")],
)  # fmt: skip
def test_one_is_found_in_any_case(typed: str, category: str) -> None:
    assert find_category(typed) == category


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("nonsense", "arXiv has no category 'nonsense'; see https://arxiv.org/category_taxonomy"),
        ("quant-phy", "arXiv has no category 'quant-phy'; did you mean quant-ph?"),
        ("econ.ZZ", "arXiv has no category 'econ.ZZ'; econ has EM, GN, TH"),
    ],
)
def test_another_is_refused_with_those_that_there_are(typed: str, error: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(error)):
        find_category(typed)
