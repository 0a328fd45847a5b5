"""What the links below each paper of a mail do: nothing when opened, everything when pressed."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import NOON, evidence
from support.readers import CHOSEN_AT
from support.site import DAYS, PAPERS, URL

from subscribers import links
from subscribers.links import Purpose
from subscribers.models import MADE_UP_ID, Event, Preferences, Verdict

if TYPE_CHECKING:
    from datetime import date

    from support.site import Site

    from subscribers.models import Subscriber

ADA = "ada@example.org"
MAPS = "2602.00001"


def ada(site: Site, **preferences: object) -> Subscriber:
    subscriber = site.subscriber(ADA, Event.CONFIRM)
    if preferences:
        site.book.choose(subscriber.id, ["agents"], Preferences(**preferences), at=CHOSEN_AT)  # type: ignore[arg-type]
    return subscriber


def position_of(site: Site, paper_id: str = MAPS, day: date = DAYS[0]) -> int:
    """The position of a paper in the newest edition of a day."""
    edition_id = site.app.editions.newest(day)
    assert edition_id is not None
    return site.app.editions.get(edition_id).edition.positions[paper_id]


def path(site: Site, subscriber: Subscriber, last: str = "more", paper_id: str = MAPS) -> str:
    token = site.token(Purpose.FEEDBACK, subscriber)
    return f"/feedback/{token}/{position_of(site, paper_id)}/{last}"


def said(site: Site, subscriber: Subscriber) -> dict[str, Verdict]:
    given = site.app.feedback.of([subscriber.id]).get(subscriber.id, [])
    return {one.paper_id: one.verdict for one in given}


def muted(site: Site) -> tuple[str, ...]:
    found = site.book.find(ADA)
    assert found is not None
    return found.preferences.muted


@pytest.mark.parametrize(
    ("last", "button"),
    [
        ("more", "More like this"),
        ("less", "Less like this"),
        ("save", "Save"),
        ("mute", "Mute Ada Example"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_shows_the_paper_and_its_button_and_changes_nothing(
    site: Site, last: str, button: str, method: str
) -> None:
    link = path(site, ada(site), last)
    before = site.dump()

    answer = site.request(method, link)

    assert answer.status_code == 200
    assert site.dump() == before
    if method == "GET":
        assert "An Agent that Reads Maps" in answer.text
        first, *others = answer.text.split("<button")[1:]
        assert f">{button}<" in first
        assert len(others) >= 2


@pytest.mark.parametrize(
    ("last", "verdict", "words"),
    [
        ("more", Verdict.LIKE, "You will get more papers like this one."),
        ("less", Verdict.LESS, "You will get fewer papers like this one."),
        ("save", Verdict.SAVE, "You will get more papers like this one, and find it again"),
    ],
)
def test_a_button_counts_and_says_what_it_means_from_now_on(
    site: Site, last: str, verdict: Verdict, words: str
) -> None:
    subscriber = ada(site)

    answer = site.post(path(site, subscriber, last))

    assert words in answer.text
    (given,) = site.app.feedback.of([subscriber.id])[subscriber.id]
    assert (given.paper_id, given.verdict, given.channel) == (MAPS, verdict, "mail")
    assert (given.day, given.at) == (DAYS[0], site.now)


def test_to_press_a_button_twice_is_to_press_it_once(site: Site) -> None:
    link = path(site, ada(site))
    site.post(link)
    before = site.dump()
    site.wait(hours=1)

    assert site.post(link).status_code == 200
    assert site.dump() == before


def test_the_last_button_counts(site: Site) -> None:
    subscriber = ada(site)

    for last in ("more", "save", "less"):
        site.post(path(site, subscriber, last))

    assert said(site, subscriber) == {MAPS: Verdict.LESS}
    assert "You asked for less like this." in site.get(path(site, subscriber)).text


def test_what_was_said_can_be_taken_back(site: Site) -> None:
    subscriber = ada(site)
    before = site.dump()
    site.post(path(site, subscriber))

    answer = site.post(path(site, subscriber, "undo"))

    assert "is forgotten" in answer.text
    assert site.dump() == before


def test_a_reader_who_switched_learning_off_is_told_that_nothing_changes(site: Site) -> None:
    subscriber = ada(site, learns=False)

    answer = site.post(path(site, subscriber))

    assert "changes nothing until you switch it on again" in answer.text
    assert said(site, subscriber) == {MAPS: Verdict.LIKE}


def test_an_author_is_muted_and_shown_again(site: Site) -> None:
    subscriber = ada(site, words_in=("whale",), muted=("Zoe Example",))

    first = site.post(path(site, subscriber, "mute"), data={"author": "Ada Example"})
    after = muted(site)
    asked = site.get(path(site, subscriber, "mute")).text
    second = site.post(path(site, subscriber, "unmute"), data={"author": "Ada Example"})

    assert "You will get no more papers by Ada Example." in first.text
    assert after == ("Zoe Example", "Ada Example")
    assert re.search(r'formaction="[^"]+/unmute"[^>]*>No longer mute Ada Example<', asked)
    assert "shown to you again" in second.text
    assert muted(site) == ("Zoe Example",)
    kept = site.book.find(ADA)
    assert kept is not None
    assert kept.preferences.words_in == ("whale",)


@pytest.mark.parametrize("author", ["", "Mallory Example", "ada example"])
def test_only_an_author_of_the_paper_is_muted(site: Site, author: str) -> None:
    link = path(site, ada(site), "mute")
    before = site.dump()

    assert site.post(link, data={"author": author}).status_code == 404
    assert site.dump() == before


def test_more_authors_than_can_be_muted_are_refused_in_words(site: Site) -> None:
    subscriber = ada(site, muted=tuple(f"Author {n}" for n in range(50)))

    answer = site.post(path(site, subscriber, "mute"), data={"author": "Ada Example"})

    assert answer.status_code == 422
    assert "Not muted: muted takes at most 50" in answer.text


def test_a_paper_without_authors_has_none_to_mute(site: Site) -> None:
    page = site.get(path(site, ada(site), "mute", PAPERS[1]["id"])).text

    assert "We do not know who wrote this paper." in page
    assert "alert(&#39;out&#39;)" in page
    assert "<script" not in page


# -- links that are not good ------------------------------------------------------------------


@pytest.mark.parametrize(
    "position", ["4000", "-1", "1.5", "one", "%00", "²", "9" * 30, "999999999", "0x1"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_paper_that_the_edition_does_not_have_is_not_found(
    site: Site, position: str, method: str
) -> None:
    token = site.token(Purpose.FEEDBACK, ada(site))

    assert site.request(method, f"/feedback/{token}/{position}/more").status_code == 404


@pytest.mark.parametrize("last", ["", "undo", "unmute", "like", "more/", "x"])
def test_a_page_that_does_not_exist_is_not_found(site: Site, last: str) -> None:
    assert site.get(path(site, ada(site), last)).status_code in (404, 405)
    assert site.post(path(site, ada(site), "x")).status_code == 404


@pytest.mark.parametrize("last", ["more", "less", "save", "mute", "undo", "unmute"])
@pytest.mark.parametrize(
    ("days", "seconds"), [(9, 0), (0, 1)], ids=["a day without a mail", "an edition not stored"]
)
def test_a_link_of_a_preview_says_so_and_records_nothing(
    site: Site, days: int, seconds: int, last: str
) -> None:
    day, at = DAYS[0] + timedelta(days=days), NOON - timedelta(seconds=seconds)
    token = links.sign(Purpose.FEEDBACK, ada(site).id, secrets=site.app.secrets, at=at, day=day)
    link, before = f"/feedback/{token}/0/{last}", site.dump()

    pressed = site.post(link, data={"author": "Ada Example"})

    assert pressed.status_code == 409
    assert site.dump() == before
    if last not in ("undo", "unmute"):
        assert site.get(link).status_code == site.request("HEAD", link).status_code == 200
        assert "The link is from a preview of a digest." in site.get(link).text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_preview_for_nobody_has_links_that_say_so(site: Site, method: str) -> None:
    token = links.sign(Purpose.FEEDBACK, MADE_UP_ID, secrets=site.app.secrets, at=NOON, day=DAYS[0])

    answer = site.request(method, f"/feedback/{token}/{position_of(site)}/more")

    assert answer.status_code == (200 if method == "GET" else 409)
    assert "nothing you say of its papers is recorded" in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("event", [Event.LEAVE, Event.COMPLAINT, Event.ERASE])
def test_who_is_no_reader_any_more_teaches_nothing(site: Site, event: Event, method: str) -> None:
    subscriber = ada(site)
    link = path(site, subscriber)
    site.book.record(subscriber.id, event, evidence=evidence())
    before = site.dump()

    assert site.request(method, link).status_code == 410
    assert site.dump() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_works_for_ninety_days(site: Site, method: str) -> None:
    link = path(site, ada(site))

    site.now = NOON + timedelta(days=90)
    last = site.request(method, link).status_code
    site.wait(seconds=1)

    assert (last, site.request(method, link).status_code) == (200, 410)


def test_a_token_names_one_reader_alone(site: Site) -> None:
    subscriber, other = ada(site), site.subscriber("ben@example.org", Event.CONFIRM)

    site.post(path(site, other))

    assert said(site, subscriber) == {}
    assert said(site, other) == {MAPS: Verdict.LIKE}


# -- privacy ----------------------------------------------------------------------------------


def test_no_log_of_any_level_holds_what_a_reader_likes(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    subscriber = ada(site)
    caplog.set_level(logging.DEBUG)
    token = site.token(Purpose.FEEDBACK, subscriber)

    for last in ("more", "less", "save", "undo"):
        site.get(path(site, subscriber, last))
        site.post(path(site, subscriber, last))
    site.post(path(site, subscriber, "mute"), data={"author": "Ada Example"})
    site.get(f"/feedback/{token}/4000/more")

    # The client of the tests logs the addresses it opens.
    records = [it for it in caplog.records if not it.name.startswith(("httpx", "httpcore"))]
    told = "".join(str(vars(record)) for record in records)
    assert [it for it in (token, MAPS, "Reads Maps", "Ada Example", ADA) if it in told] == []


def test_no_public_page_shows_what_a_reader_likes(site: Site) -> None:
    public = ("/archive", f"/archive/{DAYS[0]}", "/feeds/agents.atom", "/api/v1/editions")
    subscriber = ada(site)
    before = [site.get(page).text for page in public]
    site.post(path(site, subscriber))
    site.post(path(site, subscriber, "mute"), data={"author": "Ada Example"})

    assert [site.get(page).text for page in public] == before


def test_a_page_gives_its_address_to_nobody(site: Site) -> None:
    answer = site.get(path(site, ada(site)))

    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert URL not in answer.text
