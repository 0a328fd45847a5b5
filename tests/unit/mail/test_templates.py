"""Templates: MJML is compiled once, data is escaped, a digest is rendered in blocks."""

from __future__ import annotations

import quopri
import re
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, issue, paper, pick
from support.paths import ROOT

from digest.app.config.resources import templates_dir
from digest.errors import RenderError
from digest.mail.body import BodyRenderer, Personal
from digest.mail.context import (
    SiteIdentity,
    SubscriberLinks,
    issue_context,
    paper_context,
    personal_context,
    shared_context,
)
from digest.mail.templates import DigestTemplates, Rendered, Templates, wrapped
from digest.models.issue import Issue, Section
from digest.models.paper import Links

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = DigestTemplates(templates_dir(), "digest")
WHOLE = Templates(templates_dir(), "digest")
SITE = SiteIdentity(name="Trending Papers", postal_address="1 Main Street")
PERSONAL = personal_context(
    address="reader@example.org",
    topics=["Agents", "Q&A"],
    links=SubscriberLinks(
        manage_url="https://example.org/m?a=1&b=2",
        leave_url="https://example.org/l",
        leave_mailto="mailto:leave@example.org",
    ),
)
SUMMARY = 300
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
    "a placeholder's mark": "\ufdd0leave_url\ufdd1",
}
TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)


def rendered(found: Issue, templates: DigestTemplates = TEMPLATES) -> Rendered:
    """A mail as it is read, decoded from what is sent."""
    bodies = BodyRenderer(templates, site=SITE, coverage=found.coverage, summary_length=SUMMARY)
    personal = Personal(PERSONAL)
    encoded = bodies.render(found, "en", personal)
    text, html = (
        quopri.decodestring(b"".join(pieces)).decode().replace("\r\n", "\n")
        for pieces in (bodies.text(encoded, personal), bodies.html(encoded, personal))
    )
    return Rendered(subject=encoded.subject, text=text, html=html)


def rendered_picks(*picks: Any) -> Rendered:
    return rendered(issue(*picks))


def variables(found: Issue) -> dict[str, Any]:
    """All variables that the whole templates use."""
    sections = [
        {
            "name": section.name,
            "papers": [paper_context(chosen, SUMMARY, today=DAY) for chosen in section.picks],
        }
        for section in found.sections
    ]
    known = shared_context(SITE, found.coverage)
    return {**known, **issue_context(found), **PERSONAL, "sections": sections}


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
    in_text = re.findall(r"Title number \d", found.text)
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


def test_templates_use_only_tags_that_mjml_knows() -> None:
    sources = [path.read_text() for path in templates_dir().rglob("*.mjml")]

    used = {tag for source in sources for tag in re.findall(r"</?(mj[a-z-]+)", source)}

    assert used <= KNOWN_TAGS


def test_windows_line_ends_in_a_template_do_no_harm(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    for body in (folder / "email" / "digest").iterdir():
        body.write_bytes(body.read_bytes().replace(b"\n", b"\r\n"))

    assert rendered(issue(), DigestTemplates(folder, "digest")) == rendered_picks()


BROKEN = {
    "unclosed": ("body.mjml", "<mjml><mj-body>", "digest/body.mjml is not valid MJML"),
    "empty": ("body.mjml", "", "digest/body.mjml is not valid MJML"),
    "syntax": ("body.txt", "{% if %}", "template digest/body.txt:1"),
    "filter": ("body.txt", "{{ site | shout }}", "template digest/body.txt:1: No filter named"),
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
    folder = _changed(tmp_path, file, loop, instead)

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
    folder = _changed(tmp_path, file, f"{{% block {block}", f"{{% block other_{block}")

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
    folder = _changed(tmp_path, file, there, instead)

    with pytest.raises(RenderError, match=f"template digest/{file}: .* no text between the blocks"):
        DigestTemplates(folder, "digest")


@pytest.mark.parametrize("file", ["body.txt", "body.mjml"])
def test_text_around_the_sections_is_in_every_mail(tmp_path: Path, file: str) -> None:
    folder = _changed(tmp_path, file, "{% block sections %}", "The papers{% block sections %}")

    assert "The papers" in "".join(
        vars(rendered(issue(), DigestTemplates(folder, "digest"))).values()
    )


MISUSED = {
    "tested": ("body.mjml", "{{ leave_url }}", "{% if leave_url %}x{% endif %}"),
    "compared": ("body.mjml", "{{ total }}", "{% if total == '1 paper' %}x{% endif %}"),
    "measured": ("body.mjml", "{{ topics }}", "{{ topics | length }}"),
    "iterated": ("body.mjml", "{{ topics }}", '{{ topics | join(", ") }}'),
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
    templates = DigestTemplates(_changed(tmp_path, file, there, instead), "digest")

    with pytest.raises(RenderError, match=f"template digest/{file} cannot be filled: "):
        rendered(issue(), templates)


def test_personal_values_can_stand_at_the_head_of_the_text_too(tmp_path: Path) -> None:
    folder = _changed(tmp_path, "body.txt", "{{ date }}", "{{ date }}\nLeave: {{ leave_url }}")

    found = rendered(issue(), DigestTemplates(folder, "digest"))

    assert found.text.startswith(
        "Trending Papers\nMonday 2 February 2026\nLeave: https://example.org/l\n\n1 paper"
    )


def test_a_title_can_leave_no_mark_where_marks_are_looked_for(tmp_path: Path) -> None:
    folder = _changed(tmp_path, "body.txt", "{{ date }}", "{{ subject }}")
    forged = pick(paper(title="\ufdd0leave_url\ufdd1 and \ufdd0 more"))

    found = rendered(issue(forged), DigestTemplates(folder, "digest"))

    assert found.text.startswith("Trending Papers\nleave_url\ufdd1 and  more · 2 Feb\n\n")


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


def _changed(tmp_path: Path, file: str, there: str, instead: str) -> Path:
    folder = _copied(tmp_path)
    path = folder / "email" / "digest" / file
    source = path.read_text()
    assert there in source
    path.write_text(source.replace(there, instead, 1))
    return folder


def _copied(tmp_path: Path) -> Path:
    for source in templates_dir().rglob("*.*"):
        target = tmp_path / source.relative_to(templates_dir())
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return tmp_path
