"""MJML compiled once, filled afterwards, escaped always."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from builders import issue, paper, pick
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.models import Links
from digest.rendering.templates import Rendered, Templates, wrapped
from digest.rendering.view import Doors, Letterhead, view
from digest.resources import templates_dir

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = Templates(templates_dir(), "digest")
KNOWN_TAGS = {
    "mjml", "mj-head", "mj-title", "mj-raw", "mj-attributes", "mj-all", "mj-text", "mj-section",
    "mj-column", "mj-style", "mj-body",
}  # fmt: skip

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
}


def rendered(*picks: Any, **words: Any) -> Rendered:
    shown = view(
        issue(*picks),
        letterhead=Letterhead(name="Trending Papers", postal_address="1 Main Street"),
        address="reader@example.org",
        wanted=["Agents"],
        doors=Doors(manage_url="https://example.org/m", leave_url="https://example.org/l"),
        summary_length=300,
    )
    return TEMPLATES.render(shown | words)


def visible(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize("title", NASTY.values(), ids=NASTY.keys())
def test_whatever_a_title_holds_it_is_shown_and_does_nothing(title: str) -> None:
    plain = rendered()
    found = rendered(pick(paper(title=title, abstract=title)))

    tags = re.findall(r"<\s*/?\s*([a-z0-9-]+)", found.html)
    assert set(tags) <= set(re.findall(r"<\s*/?\s*([a-z0-9-]+)", plain.html))
    assert "{{" not in plain.html
    assert "49" not in visible(found.html)


@given(st.text(max_size=80))
def test_no_text_adds_a_tag_to_the_html(title: str) -> None:
    found = rendered(pick(paper(title=title, abstract=title, authors=(title,))))

    assert found.html.count("<script") == 0
    assert found.html.count("<h3") == 1


def test_both_parts_have_the_same_items_in_the_same_order() -> None:
    picks = [pick(paper(str(i), title=f"Title number {i}"), 1 / (i + 1)) for i in range(9)]

    found = rendered(*picks)

    in_html = re.findall(r"Title number \d", visible(found.html.split("<h1")[1]))
    in_text = re.findall(r"Title number \d", found.text)
    assert in_text == in_html == [f"Title number {i}" for i in range(9)]


def test_everything_a_reader_needs_is_in_both_parts() -> None:
    found = rendered(
        pick(paper(authors=("Ada Lovelace",), links=Links(abs="https://a/1", pdf="https://a/2")))
    )

    for part in (visible(found.html) + found.html, found.text):
        for words in (
            "Paper 2602.00001", "Ada Lovelace", "We study a thing.", "“agents” in the title",
            "https://a/1", "https://a/2", "Chosen from 40 papers of Monday 2 February 2026",
            "reader@example.org", "https://example.org/m", "https://example.org/l",
            "1 Main Street",
        ):  # fmt: skip
            assert words in part, words


def test_the_html_asks_no_one_for_anything() -> None:
    found = rendered().html

    assert not re.search(r"<img|<link|@import|src=|url\(", found)


def test_the_html_is_marked_up_for_screen_readers() -> None:
    found = rendered().html

    assert '<html lang="en" dir="ltr"' in found
    assert "<title>Paper 2602.00001 · 2 Feb</title>" in found
    assert found.count("<h1") == 1
    assert re.findall(r"<h(\d)", found) == ["1", "2", "3"]
    for table in re.findall(r"<table[^>]*>", found):
        assert 'role="presentation"' in table


def test_the_text_part_keeps_to_72_columns_but_for_addresses() -> None:
    abstract = "A rather long sentence about agents that goes on " * 8

    found = rendered(pick(paper(title="Word " * 40, abstract=abstract)))

    assert all(len(line) <= 72 for line in found.text.splitlines() if "://" not in line)


def test_templates_use_only_tags_that_mjml_knows() -> None:
    sources = [path.read_text() for path in templates_dir().rglob("*.mjml")]

    used = {tag for source in sources for tag in re.findall(r"</?(mj[a-z-]+)", source)}

    assert used <= KNOWN_TAGS


def test_windows_line_ends_in_a_template_do_no_harm(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    body = folder / "email" / "digest" / "body.mjml"
    body.write_bytes(body.read_bytes().replace(b"\n", b"\r\n"))

    assert Templates(folder, "digest").render(_words()).html


BROKEN = {
    "unclosed": ("body.mjml", "<mjml><mj-body>", "digest/body.mjml is not valid MJML"),
    "empty": ("body.mjml", "", "digest/body.mjml is not valid MJML"),
    "syntax": ("body.txt", "{% if %}", "template digest/body.txt:1"),
    "layout": ("body.mjml", "[% extends 'no.mjml' %]", "template digest/body.mjml"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_template_is_named(tmp_path: Path, case: tuple[str, str, str]) -> None:
    name, source, message = case
    folder = _copied(tmp_path)
    (folder / "email" / "digest" / name).write_text(source)

    with pytest.raises(RenderError, match=message):
        Templates(folder, "digest")


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"digest/subject\.txt"):
        Templates(tmp_path, "digest")


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place() -> None:
    words = _words()
    del words["leave_url"]

    with pytest.raises(RenderError, match="leave_url"):
        TEMPLATES.render(words)


def test_an_address_longer_than_a_line_stays_whole() -> None:
    address = "https://example.org/" + "x" * 90

    assert address in wrapped(f"Read it at {address} today.")


def _words() -> dict[str, Any]:
    return view(
        issue(),
        letterhead=Letterhead(name="T", postal_address=""),
        address="reader@example.org",
        wanted=["Agents"],
        doors=Doors(manage_url="https://m", leave_url="https://l"),
        summary_length=300,
    )


def _copied(tmp_path: Path) -> Path:
    for source in templates_dir().rglob("*.*"):
        target = tmp_path / source.relative_to(templates_dir())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return tmp_path
