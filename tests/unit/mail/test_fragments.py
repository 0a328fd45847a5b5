"""Placeholders for values that are put in later, and the text around them."""

from __future__ import annotations

import quopri
from typing import TYPE_CHECKING

import pytest
from support.builders import issue, paper, pick
from support.digest_bodies import (
    changed,
    rendered,
)

from digest.errors import RenderError
from digest.mail.fragments import Placeholder, concat, literal, split, with_placeholders
from digest.mail.templates import DigestTemplates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MISUSED = {
    "tested": ("body.mjml", "{{ leave_url }}", "{% if leave_url %}x{% endif %}"),
    "compared": ("body.mjml", "{{ headline }}", "{% if total == '1 paper' %}x{% endif %}"),
    "measured": ("body.mjml", "{{ headline }}", "{{ topics | length }}"),
    "iterated": ("body.mjml", "{{ headline }}", '{{ topics | join(", ") }}'),
    "changed": ("body.mjml", "{{ address }}", "{{ address | upper }}"),
    "cut": ("body.mjml", "{{ address }}", "{{ address[:5] }}"),
    "shortened": ("body.mjml", "{{ address }}", "{{ address | truncate(9, True, '', 0) }}"),
    "tested in the text": ("body.txt", "{{ date }}", "{% if leave_url %}x{% endif %}"),
    "not there": ("body.txt", "{{ paper.title | wrapped }}", "{{ leave_url }}"),
}


@pytest.mark.parametrize("case", MISUSED.values(), ids=MISUSED.keys())
def test_a_value_that_comes_later_can_be_shown_and_no_more(
    tmp_path: Path, case: tuple[str, str, str]
) -> None:
    file, there, instead = case
    templates = DigestTemplates(changed(tmp_path, file, there, instead), "digest")

    with pytest.raises(RenderError, match=f"template digest/{file} cannot be filled: "):
        rendered(issue(), templates)


def test_a_template_may_word_the_head_itself(tmp_path: Path) -> None:
    own = "{{ total }} for you in {{ topics }}"

    found = rendered(
        issue(), DigestTemplates(changed(tmp_path, "body.mjml", "{{ headline }}", own), "digest")
    )

    assert "1 paper for you in Agents." in found.html


def test_personal_values_can_stand_at_the_head_of_the_text_too(tmp_path: Path) -> None:
    folder = changed(tmp_path, "body.txt", "{{ date }}", "{{ date }}\nLeave: {{ leave_url }}")

    found = rendered(issue(), DigestTemplates(folder, "digest"))

    head = "Trending Papers\nMonday 2 February 2026\nLeave: https://example.org/l\n\n1 paper"
    assert head in found.text


def test_a_title_can_leave_no_mark_where_marks_are_looked_for(tmp_path: Path) -> None:
    folder = changed(tmp_path, "body.txt", "{{ date }}", "{{ subject }}")
    forged = pick(paper(title="\ufdd0leave_url\ufdd1 and \ufdd0 more"))

    found = rendered(issue(forged), DigestTemplates(folder, "digest"))

    assert "\n\nTrending Papers\nleave_url\ufdd1 and  more · 2 Feb\n\n" in found.text


def decoded(pieces: list[bytes]) -> str:
    return quopri.decodestring(b"".join(pieces)).decode()


def test_a_placeholder_is_found_where_it_was_shown() -> None:
    shown = with_placeholders({"name": "Ada"}, ["url"])

    found = split(f"Dear {shown['name']}: {shown['url']}, {shown['url']}", ["url"])

    assert found.placeholders == ["url", "url"]
    assert decoded(found.render({"url": b"here"})) == "Dear Ada: here, here"


def test_fragments_are_put_into_one_another_and_their_sizes_added() -> None:
    frame = split(f"<{Placeholder('a')}é{Placeholder('b')}>", ["a", "b"])

    bound = frame.bind({"a": concat([literal("x"), literal("yz")])})

    assert (frame.size, bound.size) == (4, 7)
    assert bound.placeholders == ["b"]
    assert decoded(bound.render({"b": b"."})) == "<xyzé.>"


def test_a_value_loses_the_mark_of_placeholders() -> None:
    assert with_placeholders({"title": "a\ufdd0b", "n": 7}, []) == {"title": "ab", "n": 7}


@pytest.mark.parametrize("text", ["\ufdd0url", "\ufdd0other\ufdd1", "\ufdd0\ufdd0url\ufdd1"])
def test_a_mark_that_is_not_whole_or_not_known_is_an_error(text: str) -> None:
    with pytest.raises(TypeError, match="can only be shown as it is"):
        split(text, ["url"])


@pytest.mark.parametrize("use", [bool, len, list, lambda it: it == "x", lambda it: it < 1])
def test_a_placeholder_can_be_shown_and_nothing_else(use: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="'url' differs from mail to mail"):
        use(Placeholder("url"))
