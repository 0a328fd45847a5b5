"""Captures with votes, submitters, cookie notices and long titles."""

from __future__ import annotations

import pytest
from support.builders import DAY, NOON

from digest.models.source import Batch
from digest.sources import RawDocument, saved_page

FOG = "Fog over harbours hides the lamps that ships steer by. " * 5 + "We count the lamps."
KILN = "Potters judge the heat of a kiln by the colour of its glow. " * 5 + "A camera can too."
LAMPS, CAMERA = "Counting Lamps in Fog", "The Camera at the Kiln"
NOTICE = (
    "We use cookies to improve your experience on our site and to show you relevant papers. By"
    " clicking “Accept all” you agree to the storing of cookies on your device, to analyse how the"
    " site is used. You can change your preferences at any time; see our cookie policy for more."
)
GERMAN = (
    "Wir verwenden Cookies, um Ihnen die Nutzung unserer Seite zu erleichtern und um zu sehen,"
    " welche Arbeiten gelesen werden. Mit einem Klick auf „Alle annehmen“ stimmen Sie dem zu. Sie"
    " können Ihre Wahl jederzeit in den Einstellungen ändern; mehr steht im Text zum Datenschutz."
)
NEWSLETTER = (
    "Get the week's best papers in your inbox. Our newsletter is written by people who read them"
    " all, and it is free. Enter your email to sign up; you can unsubscribe at any time with one"
    " click, and we never share your address. See our privacy policy for what we store."
)
LONG = "On the Number of Lamps That Watchers at Harbours Can Count in Fog, " * 4 + "and Who Does So"


def read(text: str) -> Batch:
    return saved_page.parse(RawDocument(where="page.txt", text=text), day=DAY, now=NOON)


def votes(batch: Batch) -> list[tuple[str, int | None]]:
    return [(paper.title, paper.signals.upvotes) for paper in batch.papers]


@pytest.mark.parametrize(
    "text",
    [
        f"Subscribe\nUpvote\n85\n{LAMPS}\n{FOG}\nUpvote\n1,204\n{CAMERA}\n{KILN}\n",
        f"Upvote 85\n{LAMPS}\n{FOG}\nUpvote 1204\n{CAMERA}\n{KILN}\n",
        f"Submitted by\nada-roe\n\n85\n{LAMPS}\n{FOG}\nSubmitted by\nbo\n1.2k\n{CAMERA}\n{KILN}\n",
        f"Submitted by ada-roe\n85\n{LAMPS}\n{FOG}\nSubmitted by bo\n1204\n{CAMERA}\n{KILN}\n",
        f"{LAMPS}\n{FOG}\n• 7 authors\nUpvote\n85\n+80\n{CAMERA}\n{KILN}\n• 1 author\n1204 votes\n",
        f"{LAMPS}\nUpvote 85\n{FOG}\n{CAMERA}\nUpvote 1204\n{KILN}\n",
        f"85 likes\n{LAMPS}\n{FOG}\n1,204 likes\n{CAMERA}\n{KILN}\n",
        f"Votes 85\n{LAMPS}\n{FOG}\nVotes: 1204\n{CAMERA}\n{KILN}\n",
        f"{LAMPS}\n{FOG}\n85 points\n{CAMERA}\n{KILN}\n1204 points\n",
        f"85 upvotes · 3 comments\n{LAMPS}\n{FOG}\n1204 upvotes · 1 comment\n{CAMERA}\n{KILN}\n",
        f"Subscribe\n85\n{LAMPS}\n{FOG}\n\n1204\n{CAMERA}\n{KILN}\n",
        f"▲ 85\nSubmitted by ada\n{LAMPS}\n{FOG}\n▲ 1204\nSubmitted by bo\n{CAMERA}\n{KILN}\n",
    ],
)
def test_votes_are_read_above_or_below_a_title(text: str) -> None:
    batch = read(text)

    (first, second), rejected = votes(batch), batch.rejected
    assert (first, second[0], rejected) == ((LAMPS, 85), CAMERA, ())
    assert second[1] in (1204, 1200)


def test_comments_are_read_beside_votes() -> None:
    above = f"5 upvotes · 3 comments\n{LAMPS}\n{FOG}\n6 upvotes\n4 comments\n{CAMERA}\n{KILN}\n"
    below = f"{LAMPS}\n{FOG}\n5 likes, 3 comments\n{CAMERA}\n{KILN}\n6 likes\n4 comments\n"

    for batch in (read(above), read(below)):
        counts = [(paper.signals.upvotes, paper.signals.comments) for paper in batch.papers]
        assert (counts, batch.rejected) == ([(5, 3), (6, 4)], ())


def test_a_number_below_a_paper_is_no_vote_where_votes_do_not_lead() -> None:
    assert votes(read(f"{LAMPS}\n{FOG}\n42\n{CAMERA}\n{KILN}\n")) == [(LAMPS, None), (CAMERA, None)]


def test_a_box_without_a_number_costs_no_paper() -> None:
    text = (
        f"Upvote\nSubmitted by\nada\n{LAMPS}\n{FOG}\nUpvote\nSubmitted by\nbo\n{CAMERA}\n{KILN}\n"
    )

    assert votes(read(text)) == [(LAMPS, None), (CAMERA, None)]


def test_votes_and_comments_of_a_paper_stand_side_by_side() -> None:
    (paper,) = read(f"Upvote 5\n{LAMPS}\n{FOG}\n• 7 authors · Aug 19, 2023 3\n").papers

    assert (paper.signals.upvotes, paper.signals.comments, paper.author_count) == (5, 3, 7)


@pytest.mark.parametrize(
    "head",
    [
        f"{NOTICE}\nAccept all\nReject all\n",
        f"Cookies\n{NOTICE}\nAccept\nDecline\n",
        f"Privacy Preference Center\n{NOTICE}\nConsent\nDismiss\n",
        f"Datenschutz\n{GERMAN}\nOK\n",
        f"Stay in the loop\n{NEWSLETTER}\nSign Up\n",
        f"We value your privacy\n\n{NOTICE}\n\nManage preferences\nOK\n",
    ],
)
def test_a_cookie_notice_is_no_paper(head: str) -> None:
    batch = read(f"{head}Subscribe{LAMPS}\n{FOG}\n{CAMERA}\n{KILN}\n")
    below = read(f"{LAMPS}\n{FOG}\n{CAMERA}\n{KILN}\n{head}")

    assert votes(batch) == votes(below) == [(LAMPS, None), (CAMERA, None)]
    assert batch.rejected == below.rejected == ()


@pytest.mark.parametrize(
    "title",
    [LONG, f"{LONG}!", f"{LONG}?", f"Fog? A Study {LONG}", f"Fog! {LONG}", f"Fog vs. Lamps {LONG}"],
)
def test_a_long_title_has_its_paper(title: str) -> None:
    batch = read(f"{title}\n{FOG}\n{CAMERA}\n{KILN}\n")

    assert len(title) > 250
    assert votes(batch) == [(title, None), (CAMERA, None)]
    assert votes(read(f"{title}\n{FOG}\n" * 4)) == [(title, None)] * 4


def test_a_button_glued_away_from_the_head_is_cut_off() -> None:
    assert votes(read(f"Models\nDatasets\nSubscribe{LAMPS}\n{FOG}\n"))[-1] == (LAMPS, None)
