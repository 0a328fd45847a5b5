"""Templates: MJML is compiled once, and what is wrong in a template is named."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, issue, pick
from support.digest_bodies import (
    SUMMARY,
    changed,
    copied,
    rendered,
    rendered_picks,
    variables,
)
from support.paths import ROOT

from digest.app.config.resources import templates_dir
from digest.errors import RenderError
from digest.mail.context import (
    paper_context,
)
from digest.mail.templates import DigestTemplates, Templates, subject_of, wrapped

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = Templates(templates_dir(), "digest")
KNOWN_TAGS = {
    "mjml", "mj-head", "mj-title", "mj-raw", "mj-attributes", "mj-all", "mj-text", "mj-section",
    "mj-column", "mj-style", "mj-body", "mj-button",
}  # fmt: skip


def test_templates_use_only_tags_that_mjml_knows() -> None:
    sources = [path.read_text() for path in templates_dir().rglob("*.mjml")]

    used = {tag for source in sources for tag in re.findall(r"</?(mj[a-z-]+)", source)}

    assert used <= KNOWN_TAGS


def test_windows_line_ends_in_a_template_do_no_harm(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for body in (folder / "email" / "digest").iterdir():
        body.write_bytes(body.read_bytes().replace(b"\n", b"\r\n"))

    assert rendered(issue(), DigestTemplates(folder, "digest")) == rendered_picks()


BROKEN = {
    "unclosed": ("body.mjml", "<mjml><mj-body>", "digest/body.mjml is not valid MJML"),
    "empty": ("body.mjml", "", "digest/body.mjml is not valid MJML"),
    "syntax": ("body.txt", "{% if %}", "template digest/body.txt:1"),
    "filter": ("body.txt", "{{ site | shout }}", "template digest/body.txt:1: No filter named"),
    "not UTF-8": ("body.mjml", "Gr\udcfc\udcdfe", "digest/body.mjml is not text in UTF-8"),
    "not UTF-8 either": ("subject.txt", "\udcff", "digest/subject.txt is not text in UTF-8"),
    "layout": ("body.mjml", "[% extends 'no.mjml' %]", "template digest/body.mjml"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_template_is_named(tmp_path: Path, case: tuple[str, str, str]) -> None:
    name, source, message = case
    folder = copied(tmp_path)
    (folder / "email" / "digest" / name).write_text(source, errors="surrogateescape")

    with pytest.raises(RenderError, match=message):
        Templates(folder, "digest")


def test_the_subject_of_a_mail_is_that_of_the_whole_mail(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "email" / "confirm" / "subject.txt").write_text("Ja zu {{ site }}?\n")

    assert subject_of(folder, "confirm", {"site": "Papers & more"}) == "Ja zu Papers & more?"
    with pytest.raises(RenderError, match="'site' is undefined"):
        subject_of(folder, "confirm", {})


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"digest/subject\.txt"):
        Templates(tmp_path, "digest")


@pytest.mark.parametrize("file", ["body.txt", "body.mjml"])
@pytest.mark.parametrize(
    ("loop", "instead"),
    [
        ("for section in sections", "for part in sections"),
        ("for section in sections", "for section in sections if section.papers"),
        ("for paper in section.papers", "for paper in papers"),
        ("for paper in section.papers", "for paper in section.papers[:3]"),
    ],
)
def test_a_digest_that_lacks_one_of_its_loops_is_named(
    tmp_path: Path, file: str, loop: str, instead: str
) -> None:
    folder = changed(tmp_path, file, loop, instead)

    with pytest.raises(RenderError, match=f"template digest/{file}: .* must hold .*{loop}"):
        DigestTemplates(folder, "digest")


@pytest.mark.parametrize(
    ("file", "block"),
    [
        *(("body.txt", block) for block in ("sections", "heading", "card", "end", "foot")),
        *(("body.mjml", block) for block in ("sections", "heading", "card", "end")),
    ],
)
def test_a_digest_that_lacks_one_of_its_blocks_is_named(
    tmp_path: Path, file: str, block: str
) -> None:
    folder = changed(tmp_path, file, f"{{% block {block}", f"{{% block other_{block}")

    with pytest.raises(
        RenderError, match=f"template digest/{file} lacks its {{% block {block} %}}"
    ):
        DigestTemplates(folder, "digest")


@pytest.mark.parametrize("file", ["body.txt", "body.mjml"])
@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("{% for paper", "Papers: {% for paper"),
        ("{% block end scoped %}", "{{ section.name }}{% block end scoped %}"),
        ("{% block heading scoped %}", "{% block heading %}"),
        ("{% block card scoped %}", "{% block card %}"),
    ],
)
def test_text_that_no_mail_would_show_is_an_error(
    tmp_path: Path, file: str, there: str, instead: str
) -> None:
    folder = changed(tmp_path, file, there, instead)

    with pytest.raises(RenderError, match=f"template digest/{file}: .* no text between the blocks"):
        DigestTemplates(folder, "digest")


@pytest.mark.parametrize("file", ["body.txt", "body.mjml"])
def test_text_around_the_sections_is_in_every_mail(tmp_path: Path, file: str) -> None:
    folder = changed(tmp_path, file, "{% block sections %}", "The papers{% block sections %}")

    assert "The papers" in "".join(
        vars(rendered(issue(), DigestTemplates(folder, "digest"))).values()
    )


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place() -> None:
    known = variables(issue())
    del known["leave_url"]

    with pytest.raises(RenderError, match=r"digest/body\.txt cannot be filled: 'leave_url'"):
        WHOLE.render(known)


@given(st.lists(st.text("ab-é.", min_size=1, max_size=90), max_size=40), st.sampled_from(["", " "]))
def test_text_is_wrapped_as_python_wraps_it(each: list[str], indent: str) -> None:
    text = " ".join(each)

    assert wrapped(text, indent) == textwrap.fill(
        text, 72, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "variable", sorted({*variables(issue()), *paper_context(pick(), SUMMARY, today=DAY)})
)
def test_every_variable_a_template_can_use_is_in_the_guide(variable: str) -> None:
    guide = ROOT / "docs" / "templates.md"

    assert re.search(rf"`(?:\w+\.)?{variable}`| in {variable} ", guide.read_text(encoding="utf-8"))


def test_an_address_longer_than_a_line_stays_whole() -> None:
    address = "https://example.org/" + "x" * 90

    assert address in wrapped(f"Read it at {address} today.")
