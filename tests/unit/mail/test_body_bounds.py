"""No paper takes more of a mail than its card's share, whatever its record holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, covered, issue, paper, pick
from support.digest_bodies import PERSONAL, SITE, SUMMARY, body_renderer, rendered
from support.monsters import FILLINGS, monster, monstrous_pick

from digest.mail.body import Personal
from digest.mail.context import issue_context, paper_context, shared_context
from digest.models.issue import Coverage, Issue, Section
from digest.models.paper import Links
from digest.models.picks import Reason
from digest.models.source import Channel
from digest.text import bounds

#: Bytes of a card's HTML around its texts: tags, styles, labels, and numbers of 16 digits.
MARKUP = 2600
SHARE = MARKUP + bounds.CARD + 2 * SUMMARY


def card_sizes(found: Issue) -> list[int]:
    """Bytes of the HTML of each card."""
    cards = rendered(found).html.split("<h3 ")[1:]
    cards[-1] = cards[-1].split("</td>")[0]
    return [len(card.encode()) for card in cards]


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
def test_no_record_takes_more_than_its_card_s_share(filling: str) -> None:
    found = issue(*(monstrous_pick(filling, number) for number in range(5)))

    assert max(card_sizes(found)) <= SHARE


@given(
    st.lists(
        st.text(st.sampled_from("&\"'<>x 😀شé\u0301大"), max_size=40).map(lambda text: text * 200),
        min_size=7,
        max_size=7,
    ),
    st.integers(1, 400),
)
def test_no_mixture_of_texts_takes_more_than_a_card_s_share(texts: list[str], length: int) -> None:
    title, abstract, name, venue, tldr, reason, path = texts
    address = f"https://example.org/{path[:length]}"
    found = pick(
        monster(
            title or "x", abstract=abstract, authors=(name,) * 5, venue=venue, tldr=tldr,
            links=Links(abs=address, pdf=address, code=address, project=address, page=address),
        ),
        reasons=(Reason(kind="word", text=reason),),
        similar=(monster(title or "x"),) * 7,
    )  # fmt: skip

    assert card_sizes(issue(found))[0] <= SHARE


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
def test_twenty_such_papers_still_fit_into_one_mail(filling: str) -> None:
    found = issue(*(monstrous_pick(filling, number) for number in range(20)))
    bodies = body_renderer(found, summary_length=420)

    mail = bodies.render(found, "en", Personal(PERSONAL))

    assert len(mail.issue.picks) == 20


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
def test_no_line_of_the_text_is_without_bounds(filling: str) -> None:
    found = rendered(issue(monstrous_pick(filling)))

    assert max(map(len, found.text.splitlines())) <= bounds.ADDRESS + 40
    assert len(found.text.encode()) < 2 * SHARE


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
def test_the_subject_and_the_lines_around_the_papers_have_bounds_too(filling: str) -> None:
    chosen = monstrous_pick(filling)
    found = Issue(
        day=DAY,
        sections=tuple(
            Section(slug=f"{n}", name=f"Topic {n:070}", picks=(chosen,)) for n in range(100)
        ),
        coverage=issue().coverage,
        withdrawn=(monster(filling),) * 50,
    )

    variables = issue_context(found)

    assert len(variables["subject"]) <= bounds.SUBJECT
    assert len(variables["preheader"]) <= bounds.PREHEADER
    assert len(variables["updates"]) < (bounds.WITHDRAWN + 1) * bounds.MENTIONED_TITLE
    assert len(variables["topics"]) <= bounds.TOPICS * 80


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
def test_the_statement_has_bounds(filling: str) -> None:
    channels = tuple(Channel(name=filling, parsed=1, declared=None) for _ in range(5))
    coverage = Coverage(
        day=DAY,
        sources=(covered(filling, 7, *channels),) * 90,
        missing=(filling,) * 90,
        partial=(filling,) * 90,
        stale=(filling,) * 90,
        excused=(filling,) * 90,
        overdue=tuple((f"{filling[:50]}{n}", DAY) for n in range(90)),
        late=tuple((DAY, n) for n in range(90)),
    )

    lines = shared_context(SITE, coverage)["statement"]

    assert len(lines) == 5
    assert max(map(len, lines)) <= bounds.STATEMENT


def test_a_long_name_is_cut_and_the_others_are_whole() -> None:
    long = "Maximiliana " * 2000
    shown = paper_context(pick(paper(authors=("Ada King", long))), SUMMARY, today=DAY)

    assert shown["byline"].startswith("Ada King and Maximiliana ")
    assert len(shown["byline"]) < 120
    assert shown["byline"].endswith("Maximiliana…")


def test_three_similar_papers_are_named_and_the_others_counted() -> None:
    crowd = tuple(paper(f"{n}", title=f"Twin {n}") for n in range(299))

    found = rendered(issue(pick("1", similar=crowd)))

    for part in (found.text, found.html):
        assert part.count("Twin ") == 3
        assert "and 296 more" in part


def test_a_title_leads_to_the_best_address_that_can_be_shown() -> None:
    links = Links(abs="https://example.org/" + "a" * 2000, pdf="https://example.org/paper.pdf")

    shown = paper_context(pick(paper(links=links)), SUMMARY, today=DAY)

    assert shown["url"] == "https://example.org/paper.pdf"
    assert [link["name"] for link in shown["links"]] == ["PDF"]
