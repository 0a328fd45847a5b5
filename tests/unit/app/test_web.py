"""A paper has the same words on pages as in mails; `tests/web/` tests the site itself."""

from __future__ import annotations

from dataclasses import fields

from support.builders import DAY, pick

from digest.app.web import paper_card
from digest.mail.context import paper_context
from subscribers.editions import PaperCard


def test_a_mail_has_every_field_of_a_card_the_similar_papers_and_links_to_judge_it() -> None:
    context = paper_context(pick(), 60, today=DAY)

    only_in_mails = {"similar", "more_similar", "feedback"}
    assert {*context, "id"} - only_in_mails == {field.name for field in fields(PaperCard)}


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
