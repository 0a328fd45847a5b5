"""What mail programs need of every mail: buttons that can be read, a snippet, nothing empty."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from support.builders import DAY, issue, paper, pick
from support.digest_bodies import variables
from support.letters import LETTERS, every_letter, letter

from digest.app.config.resources import templates_dir
from digest.mail.templates import Templates
from digest.models.issue import Coverage

if TYPE_CHECKING:
    from digest.mail.templates import Rendered

WHOLE = Templates(templates_dir(), "digest")
#: Elements that mean something, unlike those that only make a layout.
MEANINGFUL = {"p", "a", "span", "strong", "h1", "h2", "h3", "ul", "li", "title", "div"}
VOID = {"meta", "br", "img", "link", "hr", "input"}


def digests() -> list[Rendered]:
    """Digests with and without all that a mail may lack."""
    bare = pick(paper(abstract=""), reasons=())
    full = pick(
        paper("2", tldr="It works.", authors=("A",), votes=3), similar=(paper("3"), paper("4"))
    )
    many = pick("5", similar=tuple(paper(f"{n}") for n in range(6, 12)))
    found = []
    for picks, withdrawn, address in product(
        ([bare], [full, bare], [many]), ((), (paper("9"),)), ("", "1 Main Street")
    ):
        known = variables(issue(*picks, withdrawn=withdrawn))
        found.append(WHOLE.render(known | {"postal_address": address}))
    for coverage in (issue().coverage, Coverage(day=DAY, missing=("list",))):
        quiet = issue(sections=(), quiet="No paper is about Agents.", coverage=coverage)
        found.append(WHOLE.render(variables(quiet)))
    return found


def every_mail() -> list[Rendered]:
    return [*every_letter(), *digests()]


class Page(HTMLParser):
    """The elements of a page, each with its text, its attributes and those of what it is in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[dict[str, Any]] = []
        self._open: list[dict[str, Any]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "text": "", "within": list(self._open), **dict(attrs)}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and self._open.pop()["tag"] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element["text"] += data

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [element for element in self.elements if element["tag"] == tag]


def style(element: dict[str, Any], name: str) -> str:
    """The value of a property in an element's own style."""
    found = re.search(rf"(?:^|;)\s*{name}:\s*([^;]+)", element.get("style") or "")
    return found[1].strip() if found else ""


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def grounded_links(page: Page) -> list[dict[str, Any]]:
    """The links that look like buttons: they or their cells have a colour of their own."""
    return [
        link
        for link in page.all("a")
        if "background" in (link.get("style") or "") or link["within"][-1].get("bgcolor")
    ]


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_has_one_button(name: str) -> None:
    assert len(grounded_links(Page(letter(name).html))) == 1


@pytest.mark.parametrize("mail", [*map(letter, LETTERS), digests()[0]])
def test_a_button_can_be_read_whatever_a_program_does_to_links(mail: Rendered) -> None:
    page = Page(mail.html)
    for link in grounded_links(page):
        cell = link["within"][-1]
        (label,) = [one for one in page.all("span") if link in one["within"]]

        assert cell["tag"] == "td"
        assert cell["bgcolor"] == style(cell, "background")
        assert label["text"].strip() == link["text"].strip()
        assert style(label, "color") == style(link, "color")
        assert contrast(style(label, "color"), cell["bgcolor"]) >= 4.5


@pytest.mark.parametrize("name", [*LETTERS, "digest"])
def test_no_rule_of_the_head_colours_the_ground_of_a_link(name: str) -> None:
    html = (letter(name) if name in LETTERS else digests()[0]).html
    styles = " ".join(re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL))

    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", styles)
    assert [where for where, what in rules if "background" in what and "a" in where.split()] == []


def test_dark_colours_for_thunderbird_touch_no_other_program() -> None:
    (rules,) = re.findall(
        r'<style media="\(prefers-color-scheme: dark\)">(.*?)</style>', digests()[0].html, re.DOTALL
    )

    for selectors, what in re.findall(r"([^{}]+)\{([^{}]*)\}", rules):
        for selector in selectors.split(","):
            assert selector.split()[0] == ".moz-text-html"
        for colour in re.findall(r"(?<![-\w])color:(#\w+)", what):
            red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
            # What Thunderbird takes for a light colour, and so leaves as it is.
            assert 0.2125 * red + 0.7154 * green + 0.0721 * blue > 200


def test_no_mail_has_an_empty_element() -> None:
    for mail in every_mail():
        page = Page(mail.html)
        layout = [one for one in page.elements if not one["text"].strip()]

        assert [one["tag"] for one in layout if one["tag"] in MEANINGFUL - {"div"}] == []
        # MJML's own frames are around tables; a frame without a table would be a gap.
        frames = [one for one in layout if one["tag"] == "div"]
        assert [one for one in frames if one not in _around_tables(page)] == []


def _around_tables(page: Page) -> list[dict[str, Any]]:
    return [one for table in page.all("table") for one in table["within"]]


def test_no_text_is_aligned_by_blanks() -> None:
    for mail in every_mail():
        lines = [line for line in mail.text.splitlines() if line != "-- "]

        assert [line for line in lines if "  " in line.strip() or line.rstrip() != line] == []


def test_no_row_of_marks_is_near_the_start_of_a_text() -> None:
    for mail in every_mail():
        assert re.search(r"([^\w\s])\1\1", mail.text[:200].replace("…", "")) is None


def test_a_digest_begins_with_the_sentence_that_names_papers() -> None:
    picks = [pick(paper(f"{n}", title=f"A paper with number {n}"), 1 / (n + 1)) for n in range(9)]
    known = variables(issue(*picks))
    mail = WHOLE.render(known)

    assert "A paper with number 1" in known["preheader"]
    assert " ".join(mail.text.split()).startswith(f"{known['preheader']} Trending Papers Monday")


@pytest.mark.parametrize("name", [*LETTERS, "digest"])
def test_both_parts_begin_with_the_same_sentence(name: str) -> None:
    mail = letter(name) if name in LETTERS else digests()[0]

    (hidden,) = [one for one in Page(mail.html).all("div") if style(one, "display") == "none"]
    first, _, _ = mail.text.partition("\n\n")
    sentence, blank, filler = hidden["text"].partition(" \u034f")
    assert " ".join(first.split()) == sentence
    assert sentence.endswith(".")
    assert blank
    assert max(map(len, re.split("[ \n]", filler))) < 10


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_begins_with_what_to_do(name: str) -> None:
    start = {
        "confirm": "Please confirm that you want Trending Papers at this address.\n\nConfirm here",
        "known": "You need not do anything: this address is subscribed already.\n",
        "privacy": "Here you can download your data, or have it erased.\n\nWithin one hour:\nhttps",
        "help": "Answer this mail, and put what you want into its subject.\n\ntopics agents, llm\n",
        "topics": "Please choose again: not all that you wrote are topics of ours.\n\nAnswer this",
        "ask": "Answer this mail to change your topics of Trending Papers, or do\nnothing.\n",
        "done": "You need not do anything: we changed your topics of Trending Papers.\n",
    }

    assert letter(name).text.startswith(start[name])


def test_entities_are_numbers_because_some_programs_print_names() -> None:
    for mail in every_mail():
        assert set(re.findall(r"&([a-z]+);", mail.html)) <= {"amp", "lt", "gt", "quot"}
