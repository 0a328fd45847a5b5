"""Mails as Chromium lays them out: buttons that can be read, and nothing wider than a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import issue
from support.digest_bodies import rendered
from support.letters import LETTERS, letter
from support.monsters import FILLINGS, monstrous_pick

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

#: What KMail adds to every mail.
KMAIL = "a { color: #2980b9 !important; }"
COLOURS = """() => {
  const label = document.querySelector('td[bgcolor] a span'), cell = label.closest('td');
  return [getComputedStyle(label).color, getComputedStyle(cell).backgroundColor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LETTERS)
def test_a_button_keeps_its_colours_where_a_program_colours_links(
    visit: Callable[..., Page], name: str, scheme: str
) -> None:
    page = visit(java_script_enabled=True, scheme=scheme)
    page.set_content(letter(name).html)
    page.add_style_tag(content=KMAIL)

    assert page.evaluate(COLOURS) == ["rgb(255, 255, 255)", "rgb(179, 66, 15)"]


@pytest.mark.parametrize("filling", FILLINGS)
def test_no_paper_makes_a_mail_wider_than_a_phone(visit: Callable[..., Page], filling: str) -> None:
    page = visit(java_script_enabled=True, width=360)
    page.set_content(rendered(issue(monstrous_pick(FILLINGS[filling]))).html)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 640])
def test_the_lines_of_a_quiet_day_are_read_on_one_screen(
    visit: Callable[..., Page], width: int, scheme: str
) -> None:
    why = "None of the day’s 41 papers is about Agents, Robots."
    page = visit(java_script_enabled=True, width=width, scheme=scheme)
    page.set_content(rendered(issue(sections=(), quiet=why)).html)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lines = [page.locator(f"p:text-is('{it}')") for it in (why, "Read: Hugging Face (40 papers).")]
    colours = [line.evaluate("it => getComputedStyle(it).color") for line in lines]
    assert (
        colours
        == {
            "light": ["rgb(36, 41, 47)", "rgb(90, 97, 107)"],
            "dark": ["rgb(214, 218, 224)", "rgb(169, 177, 188)"],
        }[scheme]
    )
    below = lines[1].bounding_box()
    assert below is not None
    assert below["y"] + below["height"] < 400
