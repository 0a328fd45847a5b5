"""A paper has the same fields in mails, on pages and in the API."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from support.builders import DAY, pick

from digest.app.web import paper_card
from digest.mail.context import paper_context
from subscribers.editions import PaperCard, PaperText
from subscribers.web.api import PaperOut

if TYPE_CHECKING:
    from support.site import Site


def test_a_mail_has_every_field_of_a_card_and_the_similar_papers() -> None:
    context = paper_context(pick(), 60, today=DAY)

    assert {*context, "id"} - {"similar"} == {field.name for field in fields(PaperCard)}


def test_a_card_has_the_words_of_the_mail() -> None:
    card = paper_card(pick("2602.00001"), 60, today=DAY)

    context = paper_context(pick("2602.00001"), 60, today=DAY)
    assert card.id == "2602.00001"
    assert (card.title, card.byline, card.why) == (
        context["title"],
        context["byline"],
        context["why"],
    )
    assert card.links == context["links"]


def test_the_api_has_the_texts_of_a_card(site: Site) -> None:
    names = [field.name for field in fields(PaperText)]

    papers = site.get("/api/v1/editions/2026-02-02/agents").json()["papers"]

    assert [field.name for field in fields(PaperOut)] == names
    assert [list(paper) for paper in papers] == [names, names]
