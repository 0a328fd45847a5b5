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
