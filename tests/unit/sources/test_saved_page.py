"""Reading the daily-papers page saved as text."""

from __future__ import annotations

import textwrap
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOON

from digest.models.paper import Signals
from digest.models.source import Batch
from digest.sources import RawDocument, saved_page
from digest.text.clean import decode

if TYPE_CHECKING:
    from collections.abc import Callable


FOG = (
    "Fog over harbours hides the lamps that ships steer by. We count the lamps that a watcher can"
    " still see, night after night, for one long winter. A simple rule about the height of the"
    " lamp explains most of what was seen, and we show where the rule does not hold: near bridges."
)
KILN = (
    "Potters judge the heat of a kiln by the colour of its glow. We ask whether a camera can do"
    " the same and train one on forty firings. It comes within nine degrees of a thermometer, and"
    " it fails in the same places where apprentices fail, which surprised the master potter."
)
MOSS = "Moss grows on the wet side of a wall. We measured ninety walls and found it to be so."

TOP = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
TITLES = LAMPS, CAMERA, WALLS = ["Counting Lamps in Fog", "The Camera at the Kiln", "Moss on Walls"]

#: blank lines, a date at the head, nothing about the papers but title and abstract
SPACED = f"""{TOP}byAK and the research community\n\nJan 30

{LAMPS}\n\n{FOG}

{CAMERA}\n\n{KILN}

{WALLS}\n\n{MOSS}
"""
#: no blank lines, no date, the button glued to the first title
GLUED = f"""Get trending papers in your email inbox once a day!
Get trending papers in your email inbox!
Subscribe{LAMPS}\n{FOG}
{CAMERA}\n{KILN}
{WALLS}\n{MOSS}
"""
#: authors, dates and numbers of comments below each abstract
DETAILED = f"""{TOP}Daily Papers\n\nbyAK and the research community\n\nJan 30

{LAMPS}\n\n{FOG}

  • 7 authors\n·\nAug 19, 2023

{CAMERA}\n\n{KILN}

  • 1 author\n·\nFeb 26, 2021 3

{WALLS}\n\n{MOSS}

  • 12 authors\n·\nJan 14
"""
#: the same on fewer lines, under another name, without a date at its head
DENSE = f"""Trending Papers\nby AK and the research community
{LAMPS}\n{FOG}\n• 7 authors · Aug 19, 2023
{CAMERA}\n{KILN}\n• 1 author · Feb 26, 2021 3
{WALLS}\n{MOSS}\n• 12 authors · Jan 14
"""
LAYOUTS = {"spaced": SPACED, "glued": GLUED, "detailed": DETAILED, "dense": DENSE}
layouts = pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
detailed_layouts = pytest.mark.parametrize("text", [DETAILED, DENSE], ids=["detailed", "dense"])

BANNERS = (
    "new",
    "Subscribe",
    "Daily Papers",
    "Trending Papers",
    "Get trending papers in your email inbox!",
    "Get trending papers in your email inbox once a day!",
    "byAK and the research community",
    "by AK and the research community",
)


def read(text: str, *, day: date = DAY) -> Batch:
    return saved_page.parse(RawDocument(where="page.txt", text=text), day=day, now=NOON)


def titles(batch: Batch) -> list[str]:
    return [paper.title for paper in batch.papers]


def rejected(batch: Batch) -> list[tuple[str, str]]:
    return [(record.where, record.reason) for record in batch.rejected]


@layouts
def test_every_paper_of_a_layout_is_read_whole(text: str) -> None:
    batch = read(text)

    assert titles(batch) == TITLES
    assert [paper.abstract for paper in batch.papers] == [FOG, KILN, MOSS]
    assert (batch.rejected, batch.declared) == ((), 3)


@layouts
def test_a_paper_belongs_to_the_day_the_capture_is_read_for(text: str) -> None:
    batch = read(text, day=date(2026, 2, 5))

    assert {paper.day for paper in batch.papers} == {date(2026, 2, 5)}


@detailed_layouts
def test_authors_are_counted_where_the_page_counts_them(text: str) -> None:
    assert [paper.author_count for paper in read(text).papers] == [7, 1, 12]


@detailed_layouts
def test_dates_below_an_abstract_say_when_it_was_published(text: str) -> None:
    assert [paper.published_at for paper in read(text).papers] == [
        datetime(2023, 8, 19, tzinfo=UTC),
        datetime(2021, 2, 26, tzinfo=UTC),
        datetime(2026, 1, 14, tzinfo=UTC),
    ]


@detailed_layouts
def test_a_number_behind_the_date_is_the_number_of_comments(text: str) -> None:
    first, second, third = read(text).papers

    assert (second.signals, second.observed_at) == (Signals(comments=3), NOON)
    assert (first.signals, first.observed_at) == (Signals(), None)
    assert (third.signals, third.observed_at) == (Signals(), None)


@pytest.mark.parametrize("text", [SPACED, GLUED], ids=["spaced", "glued"])
def test_what_a_layout_does_not_say_stays_unknown(text: str) -> None:
    paper = read(text).papers[0]

    assert (paper.author_count, paper.published_at, paper.signals) == (None, None, Signals())


@layouts
@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="lines end in CRLF"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: text.replace("\n", "  \t\n").encode(), id="trailing spaces"),
        pytest.param(lambda text: text.replace("\n", "\n\n\n").encode(), id="more blank lines"),
    ],
)
def test_how_a_capture_was_saved_makes_no_difference(
    text: str, encoded: Callable[[str], bytes]
) -> None:
    assert read(decode(encoded(text))) == read(text)


@pytest.mark.parametrize("banner", BANNERS)
def test_a_banner_between_papers_is_passed_over(banner: str) -> None:
    text = f"{LAMPS}\n{FOG}\n{banner}\n{CAMERA}\n{KILN}\n"

    assert titles(read(text)) == TITLES[:2]


@pytest.mark.parametrize("title", ["Counting Lamps", "vKiln: Heat", "“Fog” Again", "3D Moss"])
def test_a_button_is_cut_off_the_first_title_only(title: str) -> None:
    text = f"Jan 30\nSubscribe{title}\n{FOG}\nSubscribeNet\n{KILN}\n"

    assert titles(read(text)) == [title, "SubscribeNet"]


@pytest.mark.parametrize("title", ["Subscribers of Fog", "Subscribe to Fog", "Subscribed: A Study"])
def test_a_title_may_begin_with_the_word_on_the_button(title: str) -> None:
    assert titles(read(f"{title}\n{FOG}\n")) == [title]


@pytest.mark.parametrize(
    ("day", "header", "stamp", "published"),
    [
        pytest.param(date(2026, 2, 2), "", "Feb 2", date(2026, 2, 2), id="the day itself"),
        pytest.param(date(2026, 2, 2), "", "Feb 3", date(2025, 2, 3), id="one day ahead"),
        pytest.param(date(2026, 2, 2), "Jan 30\n", "Jan 30", date(2026, 1, 30), id="header's day"),
        pytest.param(date(2026, 2, 2), "Jan 30\n", "Jan 31", date(2025, 1, 31), id="past header"),
        pytest.param(date(2026, 1, 2), "Dec 31\n", "Dec 31", date(2025, 12, 31), id="new year"),
        pytest.param(date(2026, 2, 2), "Mar 3, 2030\n", "Feb 3", date(2025, 2, 3), id="odd header"),
        pytest.param(date(2026, 2, 2), "", "Feb 29", date(2024, 2, 29), id="leap day"),
        pytest.param(date(2026, 2, 2), "", "September 4", date(2025, 9, 4), id="whole month"),
    ],
)
def test_a_date_without_a_year_is_never_in_the_future(
    day: date, header: str, stamp: str, published: date
) -> None:
    (paper,) = read(f"{header}{LAMPS}\n{FOG}\n{stamp}\n", day=day).papers

    assert paper.published_at is not None
    assert paper.published_at.date() == published


def test_a_date_that_does_not_exist_is_rejected_by_line() -> None:
    batch = read(f"{LAMPS}\n{FOG}\n• 7 authors\n·\nFeb 30, 2025\n")

    assert rejected(batch) == [("page.txt:5", "“Feb 30, 2025” is not a date")]
    assert [(paper.author_count, paper.published_at) for paper in batch.papers] == [(7, None)]


def test_a_title_without_an_abstract_is_rejected_by_line() -> None:
    batch = read(f"{LAMPS}\n\n{CAMERA}\n\n{KILN}\n")

    assert titles(batch) == [CAMERA]
    assert rejected(batch) == [
        ("page.txt:1", "a title without an abstract: “Counting Lamps in Fog”")
    ]
    assert batch.declared == 2


def test_details_do_not_go_to_the_paper_before_a_title_without_an_abstract() -> None:
    batch = read(f"{LAMPS}\n{FOG}\n{CAMERA}\n• 5 authors\n")

    assert [(paper.title, paper.author_count) for paper in batch.papers] == [(TITLES[0], None)]
    assert [where for where, _ in rejected(batch)] == ["page.txt:3"]


def test_an_abstract_without_a_title_is_rejected_by_line() -> None:
    batch = read(f"{FOG}\n{CAMERA}\n{KILN}\n")

    assert titles(batch) == [CAMERA]
    assert rejected(batch) == [("page.txt:1", f"an abstract without a title: “{FOG[:60]}…”")]


def test_a_short_abstract_is_known_by_the_details_below_it() -> None:
    batch = read("Moss on Walls\nMoss is wet.\n• 2 authors\n·\nJan 9, 2025\n")

    assert [(paper.abstract, paper.author_count) for paper in batch.papers] == [("Moss is wet.", 2)]
    assert batch.rejected == ()


def test_a_capture_cut_off_inside_a_title_says_so() -> None:
    batch = read(SPACED[: SPACED.index("on Walls")])

    assert titles(batch) == TITLES[:2]
    assert rejected(batch) == [("page.txt:19", "the page breaks off after the title “Moss”")]


@pytest.mark.parametrize("kept", [20, 200, 260], ids=["few words", "half", "nearly all"])
def test_a_capture_cut_off_inside_an_abstract_says_so(kept: int) -> None:
    batch = read(f"{LAMPS}\n{FOG}\n{CAMERA}\n{KILN[:kept]}")

    assert titles(batch) == TITLES[:1]
    assert batch.rejected[0].reason.startswith("the page breaks off")


def test_html_given_by_mistake_is_named_as_such() -> None:
    batch = read(f"<!DOCTYPE html>\n<html><body><h3>{LAMPS}</h3><p>{FOG}</p></body>")

    assert (batch.papers, batch.declared) == ((), 1)
    assert batch.rejected[0].reason.startswith("this is a web page's HTML")


@pytest.mark.parametrize("text", ["", "\n \n", "\n".join(BANNERS), "new\nSubscribe\nJan 30\n"])
def test_a_page_without_papers_is_named_since_the_page_is_never_empty(text: str) -> None:
    batch = read(text)

    assert batch.papers == ()
    assert batch.rejected[0].reason == "there are no papers on this page"


NO_CAPTURE = {
    "JSON": ('[{"paper": {"id": "1"}}]', "this is JSON"),
    "a binary": ("%PDF-1.7\n...", "this is no text"),
    "an error page": ("403 Forbidden\n\n" + "You may not have this page. " * 4, "does not read as"),
    "a poem": ("\n\n".join(["A line of verse"] * 12), "does not read as the daily-papers page"),
    "wrapped, no gaps": ("\n".join(["a line of some forty characters or so"] * 30), "are wrapped"),
}


@pytest.mark.parametrize(("text", "reason"), NO_CAPTURE.values(), ids=NO_CAPTURE.keys())
def test_a_file_that_is_no_capture_gives_no_paper_and_says_why(text: str, reason: str) -> None:
    batch = read(text)

    assert batch.papers == ()
    assert reason in batch.rejected[0].reason


def test_wrapped_lines_are_joined_again() -> None:
    page = f"{LAMPS}\n\n{FOG}\n\n  • 7 authors\n·\nAug 19, 2023\n\n" * 12
    wrapped = "\n".join(textwrap.fill(line, 70) for line in page.split("\n"))

    assert read(wrapped).papers[0] == read(page).papers[0]


def test_the_sites_menu_above_the_page_makes_no_paper() -> None:
    batch = read(f"Models\nDatasets\nLog In\nSign Up\nnew\nSubscribe\nMar 11\n\n{LAMPS}\n\n{FOG}\n")

    assert titles(batch) == [LAMPS]


@pytest.mark.parametrize("bullet", ["•", "?", "鈥�", "·", "-"])
def test_a_bullet_that_was_lost_on_the_way_still_counts_authors(bullet: str) -> None:
    batch = read(f"{LAMPS}\n{FOG}\n  {bullet} 7 authors\n?\nAug 19, 2023\n")

    assert [paper.author_count for paper in batch.papers] == [7]
    assert batch.rejected == ()


def test_a_broken_title_is_mended_before_it_becomes_an_id() -> None:
    assert read(f"Benchmarks for Pir谩 2.0\n{FOG}\n").papers == (
        read(f"Benchmarks for Pirá 2.0\n{FOG}\n").papers
    )


@pytest.mark.parametrize("line", ["• {} authors", "Feb 26, 2021 {}"])
def test_a_number_too_long_to_be_one_breaks_nothing(line: str) -> None:
    batch = read(f"{LAMPS}\n{FOG}\n{line.format('9' * 5000)}\n")

    assert titles(batch)[0] == LAMPS


@layouts
def test_a_capture_cut_anywhere_holds_no_other_papers_than_the_whole(text: str) -> None:
    found = [titles(read(text[:end])) for end in range(len(text) + 1)]

    assert all(cut == TITLES[: len(cut)] for cut in found)


LINES = st.sampled_from(
    [*BANNERS, FOG, KILN, MOSS, *TITLES, "• 7 authors", "·", "Jan 30", "", "Sub"]
)


@given(st.lists(LINES | st.text(), max_size=30).map("\n".join) | st.text())
def test_no_text_breaks_the_parser_and_no_paper_is_made_from_a_banner(text: str) -> None:
    batch = read(text)

    assert not set(titles(batch)) & set(BANNERS)
    assert batch.declared >= len(batch.papers) + len(batch.rejected)
