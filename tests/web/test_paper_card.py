"""A paper has the same fields on pages and in the API."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from subscribers.editions import PaperText
from subscribers.web.api import PaperOut

if TYPE_CHECKING:
    from support.site import Site


def test_the_api_has_the_texts_of_a_card(site: Site) -> None:
    names = [field.name for field in fields(PaperText)]

    papers = site.get("/api/v1/editions/2026-02-02/agents").json()["papers"]

    assert [field.name for field in fields(PaperOut)] == names
    assert [list(paper) for paper in papers] == [names, names]
