"""Choices, pauses and personal data, each by its link."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from support.builders import NOON
from support.examples import share
from support.html_form import filled
from support.readers import CHOSEN_AT, PREFERENCES
from support.site import path_in

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import WEEKDAYS, Event, Preferences
from subscribers.timing_words import SiteTimes

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

    from subscribers.models import Subscriber

ADA = "ada@example.org"
CONFIRM, PAUSE = Event.CONFIRM, Event.PAUSE
FORM: dict[str, Any] = {
    "topic": ["robots", "whales"],
    "words_in": "diffusion,  state   space; graph\nnets, graph",
    "words_out": "survey",
    "authors": "Ada Example, Łukasz Example",
    "day": ["sat", "mon"],
    "papers": "7",
    "frequency": "weekly",
    "hour": "6",
    "quiet": "mail",
    "timezone": "Asia/Tokyo",
    "language": "de",
    "format": "text",
}
CHOSEN = Preferences(
    words_in=("diffusion", "state space", "graph", "nets"),
    words_out=("survey",),
    authors=("Ada Example", "Łukasz Example"),
    days=("mon", "sat"),
    papers=7,
    frequency="weekly",
    hour=6,
    quiet_mail=True,
    timezone="Asia/Tokyo",
    language="de",
    text_only=True,
)


def manage(site: Site, *events: Event) -> str:
    """The path of the page of a subscriber with these events."""
    return site.link(Purpose.MANAGE, site.subscriber(ADA, *(events or (CONFIRM,))))


def ada(site: Site) -> Subscriber:
    subscriber = site.book.find(ADA)
    assert subscriber is not None
    return subscriber


def test_every_choice_is_kept(site: Site) -> None:
    answer = site.post(manage(site), data=FORM)

    assert answer.status_code == 303
    assert ada(site).topics == ("robots", "whales")
    assert ada(site).preferences == CHOSEN


def test_every_choice_is_shown_again(site: Site) -> None:
    link = manage(site)
    site.post(link, data=FORM)

    page = site.get(link).text

    assert re.findall(r'name="(?:topic|day)" value="(\w+)" checked', page) == [
        "robots", "whales", "mon", "sat",
    ]  # fmt: skip
    selected = re.findall(r'<option value="([^"]+)"[^>]* selected', page)
    assert set(selected) == {"6", "de", "text", "mail"}
    assert re.findall(r'name="frequency" value="(\w+)"[^>]* checked', page) == ["weekly"]
    assert "<option selected>Asia/Tokyo<" in page
    assert 'value="diffusion, state space, graph, nets"' in page
    assert 'value="Ada Example, Łukasz Example"' in page
    assert 'value="7"' in page


def test_what_the_page_shows_can_be_sent_back_and_changes_nothing(site: Site) -> None:
    link = manage(site)
    site.post(link, data=FORM)
    again = FORM | {"words_in": "diffusion, state space, graph, nets"}

    site.post(link, data=again)

    assert ada(site).preferences == CHOSEN


@settings(max_examples=share(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=PREFERENCES)
def test_any_form_that_is_sent_back_as_it_is_shown_changes_nothing(
    site: Site, chosen: Preferences
) -> None:
    # The form separates words by these signs and by blanks, and asks for each once.
    plain = {
        name: tuple(dict.fromkeys(re.sub(r"[\s,;]+", "x", word) for word in getattr(chosen, name)))
        for name in ("words_in", "words_out", "authors", "muted")
    }
    known = replace(chosen, **plain)
    link = site.link(Purpose.MANAGE, site.subscriber(ADA, CONFIRM))
    site.book.choose(ada(site).id, ["agents"], known, at=CHOSEN_AT)

    answer = site.post(link, data=filled(site.get(link).text, "choices"))

    assert answer.status_code == 303
    assert ada(site).preferences == known


def test_what_an_older_form_does_not_ask_for_stays(site: Site) -> None:
    link = manage(site)
    site.post(link, data=FORM)
    older = {name: value for name, value in FORM.items() if name not in ("frequency", "quiet")}

    site.post(link, data=older)

    assert ada(site).preferences == CHOSEN


def test_the_site_s_own_hour_can_be_chosen_and_is_named(build_site: BuildSite) -> None:
    site = build_site(schedule={"at": "18:30", "timezone": "Europe/Berlin"})
    link = manage(site)
    site.post(link, data=FORM)

    site.post(link, data=FORM | {"hour": ""})

    assert ada(site).preferences.hour is None
    assert "The site’s hour: 18:30, Europe/Berlin</option>" in site.get(link).text


@pytest.mark.parametrize(
    ("chosen", "hint"),
    [
        ({}, "Next mail: Tuesday 10 February, 07:00 (CET), if there are new papers"),
        ({"quiet_mail": True}, "Next mail: Tuesday 10 February, 07:00 (CET)"),
        (
            {"frequency": "enough"},
            "Next mail: Tuesday 10 February, 07:00 (CET) at the earliest, when there is something",
        ),
        (
            {"timezone": "Asia/Tokyo", "quiet_mail": True},
            "Next mail: Tuesday 10 February, 15:00 (Asia/Tokyo)",
        ),
    ],
)
def test_the_page_says_when_the_next_mail_comes(
    site: Site, chosen: dict[str, Any], hint: str
) -> None:
    at = datetime(2026, 2, 10, 7, tzinfo=ZoneInfo("Europe/Paris"))
    site.serve(next_mail=lambda _: at)
    link = manage(site)
    site.book.choose(ada(site).id, ["agents"], Preferences(**chosen), at=CHOSEN_AT)

    page = site.get(link).text

    (line,) = re.findall(r'<p class="note">(.*)</p>', page)
    assert re.sub("<[^>]+>", "", line) == hint
    assert 'datetime="2026-02-10T07:00:00+01:00"' in line


def test_who_is_due_is_told_that_mail_comes_soon(site: Site) -> None:
    site.serve(next_mail=lambda _: site.now - timedelta(minutes=2))

    assert ">soon</time>" in site.get(manage(site)).text


def test_days_on_which_the_site_never_sends_are_named(site: Site) -> None:
    site.serve(site_times=SiteTimes(hour="18:00, UTC", days=WEEKDAYS), next_mail=lambda _: None)
    link = manage(site)
    site.book.choose(ada(site).id, ["agents"], Preferences(days=("sat",)), at=CHOSEN_AT)

    page = site.get(link).text

    assert "No mail comes on these days: the site sends from Monday to Friday." in page
    assert "Next mail" not in page


@pytest.mark.parametrize(
    ("events", "next_mail"), [((CONFIRM, PAUSE), NOON), ((CONFIRM, Event.LEAVE), NOON), ((), None)]
)
def test_who_waits_for_no_mail_is_promised_none(
    site: Site, events: tuple[Event, ...], next_mail: datetime | None
) -> None:
    site.serve(next_mail=lambda _: next_mail)

    assert "Next mail" not in site.get(manage(site, *events)).text


def test_saving_is_confirmed_in_words(site: Site) -> None:
    answer = site.post(manage(site), data=FORM)

    assert "Saved." in site.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"papers": "0"}, "papers must be 1 to 50"),
        ({"papers": "51"}, "papers must be 1 to 50"),
        ({"papers": "many"}, "papers and hour must be whole numbers"),
        ({"papers": "9" * 5000}, "papers and hour must be whole numbers"),
        ({"hour": "24"}, "hour must be 0 to 23"),
        ({"hour": "-1"}, "hour must be 0 to 23"),
        ({"hour": "noon"}, "papers and hour must be whole numbers"),
        ({"frequency": "hourly"}, "frequency must be one of daily, weekdays, weekly, enough"),
        ({"frequency": "weekdays", "day": ["sat"]}, "weekdays need a day from Monday to Friday"),
        ({"timezone": "Mars/Olympus"}, "is not a time zone"),
        ({"timezone": "../../etc/passwd"}, "is not a time zone"),
        ({"timezone": "\0"}, "is not a time zone"),
        ({"timezone": "x" * 5000}, "is not a time zone"),
        ({"language": "tlh"}, "language must be one of"),
        ({"day": []}, "days must name days of the week"),
        ({"day": ["noday"]}, "days must name days of the week"),
        ({"words_in": "?, !"}, "words_in takes words of letters and digits"),
        ({"authors": "\x1b[2J boo"}, "authors takes words of letters and digits"),
        ({"words_in": "x" * 101}, "words_in takes at most 50 words"),
        ({"authors": ",".join(map(str, range(51)))}, "authors takes at most 50 words"),
        ({"topic": [], "words_in": "", "authors": ""}, "choose at least one topic"),
        ({"topic": ["dragons"], "words_in": "", "authors": ""}, "choose at least one topic"),
    ],
)
def test_an_impossible_choice_is_refused_and_nothing_is_saved(
    site: Site, odd: dict[str, Any], words: str
) -> None:
    link = manage(site)
    before = site.dump()

    answer = site.post(link, data=FORM | odd)

    assert answer.status_code == 422
    assert "Not saved: " in answer.text
    assert words in answer.text
    assert site.dump() == before


def test_a_time_zone_that_is_not_in_the_list_is_not_changed_by_saving(site: Site) -> None:
    link = manage(site)
    site.book.choose(ada(site).id, ["agents"], Preferences(timezone="Japan"), at=CHOSEN_AT)

    assert "<option selected>Japan<" in site.get(link).text


def test_words_of_one_s_own_are_enough(site: Site) -> None:
    answer = site.post(manage(site), data=FORM | {"topic": []})

    assert answer.status_code == 303
    assert ada(site).topics == ()


def test_what_a_subscriber_typed_is_shown_and_never_run(site: Site) -> None:
    link = manage(site)
    site.post(link, data=FORM | {"words_in": '"><script>alert(1)</script>'})

    page = site.get(link).text

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_reader_pauses_and_resumes(site: Site) -> None:
    link = manage(site)
    statuses = []

    for step in ("pause", "resume"):
        site.post(f"{link}/{step}")
        statuses.append((site.status(ADA), "you get the digest" in site.get(link).text))

    assert statuses == [("paused", False), ("confirmed", True)]


@pytest.mark.parametrize(
    ("events", "step"),
    [((Event.SIGN_UP,), "pause"), ((Event.SIGN_UP,), "resume"), ((CONFIRM, Event.LEAVE), "resume")],
)
def test_what_is_not_possible_is_refused(site: Site, events: tuple[Event, ...], step: str) -> None:
    link = manage(site, *events)
    before = site.dump()

    assert site.post(f"{link}/{step}").status_code == 409
    assert site.dump() == before


def test_a_reader_leaves_from_the_page_too(site: Site) -> None:
    assert site.post(manage(site) + "/leave").status_code == 200
    assert site.status(ADA) == "left"


# -- personal data ----------------------------------------------------------------------------


def test_the_link_to_the_data_comes_by_mail(site: Site) -> None:
    answer = site.post(manage(site) + "/privacy")

    assert "A mail with the link is on its way" in site.get(answer.headers["location"]).text
    link = path_in(site.mail_to(ADA, MailKind.PRIVACY), Purpose.PRIVACY)
    assert "Erase everything" in site.get(link).text


def test_the_link_can_be_asked_for_again_when_it_has_expired(site: Site) -> None:
    link = manage(site)
    site.post(link + "/privacy")
    first = path_in(site.mail_to(ADA, MailKind.PRIVACY), Purpose.PRIVACY)
    site.wait(hours=25)
    site.post(link + "/privacy")
    second = path_in(site.mail_to(ADA, MailKind.PRIVACY), Purpose.PRIVACY)

    assert [site.get(path).status_code for path in (first, second)] == [410, 200]


def test_the_export_is_all_that_is_known(site: Site) -> None:
    subscriber = site.subscriber(ADA, CONFIRM)
    site.post(site.link(Purpose.MANAGE, subscriber), data=FORM)

    answer = site.get(site.link(Purpose.PRIVACY, subscriber) + "/export.json")

    known = json.loads(answer.text)
    assert known["address"] == ADA
    assert known["topics"] == ["robots", "whales"]
    assert known["preferences"]["authors"] == ["Ada Example", "Łukasz Example"]
    times = ("frequency", "hour", "quiet_mail")
    assert [known["preferences"][name] for name in times] == ["weekly", 6, True]
    assert [step["event"] for step in known["consent"]] == ["sign-up", "confirm"]
    assert "attachment" in answer.headers["content-disposition"]


def test_the_export_is_sent_as_it_is_read(site: Site) -> None:
    """Its length is not known when it begins; a request for its headers reads no mails."""
    path = site.link(Purpose.PRIVACY, site.subscriber(ADA, CONFIRM)) + "/export.json"

    whole, head = site.get(path), site.request("HEAD", path)

    assert "content-length" not in whole.headers
    assert json.loads(whole.text)["issues"] == []
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_erasing_forgets_a_reader_everywhere(site: Site) -> None:
    site.sign_up(ADA, "agents")
    site.deliver()

    answer = site.post(site.link(Purpose.PRIVACY, ada(site)) + "/erase")

    assert answer.status_code == 200
    assert site.status(ADA) is None
    assert site.book.is_erased(ADA)
    assert ADA not in str(site.dump())
    assert ADA.encode() not in site.bytes()
