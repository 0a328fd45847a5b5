"""The bodies of a digest: data is escaped, both parts say the same, blocks make the whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, issue, paper, pick
from support.digest_bodies import (
    rendered,
    rendered_picks,
    variables,
)

from digest.app.config.resources import templates_dir
from digest.mail.templates import Templates
from digest.models.issue import Issue, Section
from digest.models.paper import Links

WHOLE = Templates(templates_dir(), "digest")
NASTY = {
    "script": "<script>alert(1)</script>",
    "ampersand": "Q&A for R&D",
    "quotes": "The \"best\" of 'them'",
    "template": "{{ 7 * 7 }} {% raw %} [[ 7 ]]",
    "mjml": "</mj-text><mj-raw><b>x</b></mj-raw>",
    "right to left": "עברית and English",
    "emoji": "Agents 🤖🔥",
    "long": "Long " * 80,
    "mathematics": "Sorting in $O(n^2)$ for a<b",
    "unbalanced": "A $100 question",
    "a placeholder's mark": "\ufdd0leave_url\ufdd1",
}
TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)


def visible(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize("title", NASTY.values(), ids=NASTY.keys())
def test_whatever_a_title_holds_it_is_shown_and_does_nothing(title: str) -> None:
    plain = rendered_picks()
    found = rendered_picks(pick(paper(title=title, abstract=title)))

    tags = re.findall(r"<\s*/?\s*([a-z0-9-]+)", found.html)
    assert set(tags) <= set(re.findall(r"<\s*/?\s*([a-z0-9-]+)", plain.html))
    assert "{{" not in plain.html
    assert "49" not in visible(found.html)
    assert found.html.count("example.org/l") == plain.html.count("example.org/l")


@given(TITLES)
def test_no_text_adds_a_tag_to_the_html(title: str) -> None:
    found = rendered_picks(pick(paper(title=title, abstract=title, authors=(title,))))

    assert found.html.count("<script") == 0
    assert found.html.count("<h3") == 1


@given(st.lists(st.lists(TITLES, min_size=1, max_size=3), min_size=1, max_size=3))
def test_the_blocks_joined_are_what_the_whole_templates_give(
    lists: list[list[str]],
) -> None:
    sections = tuple(
        Section(
            slug=f"{index}",
            name=f"Topic {index}",
            picks=tuple(
                pick(
                    paper(f"{index}.{number}", title=title, abstract=f"About {title}. " * number),
                    similar=(paper(title=title),) * number,
                )
                for number, title in enumerate(titles)
            ),
        )
        for index, titles in enumerate(lists)
    )
    found = Issue(day=DAY, sections=sections, coverage=issue().coverage)

    assert rendered(found) == WHOLE.render(variables(found))


def test_both_parts_have_the_same_items_in_the_same_order() -> None:
    picks = [pick(paper(str(i), title=f"Title number {i}"), 1 / (i + 1)) for i in range(9)]

    found = rendered_picks(*picks)

    in_html = re.findall(r"Title number \d", visible(found.html.split("<h1")[1]))
    in_text = re.findall(r"Title number \d", found.text.split("9 papers for you")[1])
    assert in_text == in_html == [f"Title number {i}" for i in range(9)]


def test_everything_a_reader_needs_is_in_both_parts() -> None:
    found = rendered_picks(
        pick(paper(authors=("Ada Lovelace",), links=Links(abs="https://a/1", pdf="https://a/2")))
    )

    for part in (visible(found.html) + found.html, found.text):
        for needed in (
            "Paper 2602.00001", "Ada Lovelace", "We study a thing.", "“agents” in the title",
            "https://a/1", "https://a/2", "Chosen from 40 papers for Monday 2 February 2026",
            "reader@example.org", "https://example.org/m", "https://example.org/l",
            "1 Main Street",
        ):  # fmt: skip
            assert needed in part, needed


def test_both_parts_say_under_the_heading_that_a_day_is_short() -> None:
    (section,) = issue(pick("1"), pick("2")).sections
    short = replace(section, name="Robotics", short=2)

    mail = rendered(issue(sections=(short,)))
    usual = rendered(issue(sections=(section,)))

    said = "A short day for Robotics: 2 papers."
    assert f"\n\nROBOTICS\n\n{said}\n\nPaper 1\n" in mail.text
    assert 'Robotics</h2><p class="quiet"' in mail.html.replace("\n", "")
    assert f">{said}</p>" in mail.html
    assert "short day" not in usual.text + usual.html


def test_personal_values_are_escaped_like_all_others() -> None:
    found = rendered_picks()

    assert 'href="https://example.org/m?a=1&amp;b=2"' in found.html
    assert "subscribed to Agents, Q&amp;A." in found.html
    assert "https://example.org/m?a=1&b=2\n" in found.text


def test_the_html_loads_nothing_from_elsewhere() -> None:
    found = rendered_picks().html

    assert not re.search(r"<img|<link|@import|src=|url\(", found)


def test_the_html_is_marked_up_for_screen_readers() -> None:
    found = rendered_picks().html

    assert '<html lang="en" dir="ltr"' in found
    assert "<title>Paper 2602.00001 · 2 Feb</title>" in found
    assert found.count("<h1") == 1
    assert re.findall(r"<h(\d)", found) == ["1", "2", "3"]
    for table in re.findall(r"<table[^>]*>", found):
        assert 'role="presentation"' in table


def test_the_text_part_keeps_to_72_columns_but_for_addresses() -> None:
    abstract = "A rather long sentence about agents that goes on " * 8

    found = rendered_picks(pick(paper(title="Word " * 40, abstract=abstract)))

    assert all(len(line) <= 72 for line in found.text.splitlines() if "://" not in line)
