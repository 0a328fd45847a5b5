"""Signing up by the form: what is stored, what is refused, and who gets mail."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle, product
from typing import TYPE_CHECKING

import pytest
from support.builders import evidence
from support.site import path_in

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from support.site import Site
    from web.conftest import BuildSite

CONFIRM = "Please confirm your subscription to Trending Papers"


def test_a_visitor_signs_up_for_topics_and_is_asked_by_mail_to_confirm(site: Site) -> None:
    answer = site.sign_up("ada@example.org", "robots", "agents")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sent")
    subscriber = site.book.find("ada@example.org")
    assert subscriber is not None
    assert (subscriber.status, subscriber.topics) == ("pending", ("robots", "agents"))
    assert site.subjects() == [CONFIRM]


def test_a_sign_up_is_recorded_with_its_wording_network_and_time(site: Site) -> None:
    site.sign_up("ada@example.org", ip="192.0.2.77")

    subscriber = site.book.find("ada@example.org")
    assert subscriber is not None
    [step] = site.book.history(subscriber.id)
    assert step.event is Event.SIGN_UP
    assert step.evidence == evidence(
        at=site.now, channel="web", network="192.0.2.0/24", wording="2026-11"
    )


def test_who_chooses_no_topic_gets_what_is_trending_overall(site: Site) -> None:
    site.sign_up("ada@example.org")

    subscriber = site.book.find("ada@example.org")
    assert subscriber is not None
    assert subscriber.topics == ("trending",)


def test_a_topic_that_does_not_exist_is_left_out(site: Site) -> None:
    site.sign_up("ada@example.org", "agents", "<b>dragons</b>")

    subscriber = site.book.find("ada@example.org")
    assert subscriber is not None
    assert subscriber.topics == ("agents",)


def test_every_topic_shows_what_it_would_have_sent_last(site: Site) -> None:
    page = site.get("/").text

    assert "2 papers on 2 Feb:" in page
    assert "An Agent that Reads Maps" in page
    assert "Nothing on 2 Feb." in page  # about whales


def test_a_topic_in_the_address_is_chosen_already(site: Site) -> None:
    page = site.get("/?topic=robots").text

    assert 'value="robots" checked' in page
    assert page.count("checked") == 1


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "ada@example", "a b@example.org", "ada@example.org\nBcc: b@c.de"]
)
def test_what_is_no_address_is_refused_and_nothing_is_kept(site: Site, address: str) -> None:
    before = site.dump()

    answer = site.sign_up(address)

    assert answer.status_code == 422
    assert "not an e-mail address" in answer.text
    assert site.dump() == before


def test_a_refused_form_comes_back_as_it_was_filled_in(site: Site) -> None:
    answer = site.sign_up('ada"<b>@example', "robots")

    assert 'value="ada&#34;&lt;b&gt;@example"' in answer.text
    assert 'value="robots" checked' in answer.text
    assert 'role="alert"' in answer.text


def test_a_program_that_fills_in_the_hidden_field_gets_the_usual_answer_and_no_mail(
    site: Site,
) -> None:
    answer = site.sign_up("ada@example.org", website="https://example.com")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sent")
    assert site.status("ada@example.org") is None
    assert site.subjects() == []


@pytest.mark.parametrize(
    "age", [timedelta(0), timedelta(seconds=2), timedelta(hours=2, seconds=1), timedelta(days=-1)]
)
def test_a_form_sent_too_fast_or_too_late_is_given_back(site: Site, age: timedelta) -> None:
    stamp = site.stamp()
    site.now += age

    answer = site.post("/subscribe", data={"email": "ada@example.org", "stamp": stamp})

    assert answer.status_code == 422
    assert "Please send the form once more." in answer.text
    assert site.status("ada@example.org") is None


@pytest.mark.parametrize("stamp", ["", "x", "MTIzNA.forged", "\N{SNOWMAN}"])
def test_a_form_whose_time_was_not_signed_by_us_is_given_back(site: Site, stamp: str) -> None:
    answer = site.sign_up("ada@example.org", stamp=stamp)

    assert answer.status_code == 422
    assert site.status("ada@example.org") is None


def test_a_form_with_a_file_or_thousands_of_fields_is_refused(site: Site) -> None:
    crowded = site.post("/subscribe", data={f"field{n}": "" for n in range(500)})
    loaded = site.post("/subscribe", files={"email": b"ada@example.org"})

    assert (crowded.status_code, loaded.status_code) == (400, 400)


def test_an_address_is_asked_to_confirm_at_most_once_a_day(site: Site) -> None:
    for spelling in ("ada@example.org", "ADA@example.org", "ada@EXAMPLE.org"):
        site.sign_up(spelling)
    first = len(site.subjects())
    site.wait(hours=24)
    site.sign_up("ada@example.org")

    assert (first, len(site.subjects())) == (1, 2)


def test_who_signs_up_again_through_the_api_gets_one_mail(site: Site) -> None:
    site.sign_up("ada@example.org")
    site.post("/api/v1/subscriptions", json={"email": "ada@example.org"})

    assert site.subjects() == [CONFIRM]


def dotted(local: str) -> list[str]:
    """The ways to put dots between the letters of a name."""
    return [
        local[0] + "".join("." * dot + char for dot, char in zip(dots, local[1:], strict=True))
        for dots in product((0, 1), repeat=len(local) - 1)
    ]


def test_one_mailbox_gets_one_mail_a_day_however_its_address_is_spelt(
    build_site: BuildSite,
) -> None:
    domains = cycle(("gmail.com", "GoogleMail.com", "GMAIL.com"))
    spellings = [
        f"{local}{'+x' * (number % 2)}@{next(domains)}"
        for number, local in enumerate(dotted("adalove"))
    ]
    site = build_site()
    networks = [f"198.51.{number}.7" for number in range(len(spellings))]
    for spelling, ip in zip(spellings[:32], networks, strict=False):
        site.sign_up(spelling, ip=ip)
    for spelling, ip in zip(spellings[32:], networks[32:], strict=False):
        site.sign_up(spelling, ip=ip)

    assert len(spellings) == 64
    assert site.subjects() == [CONFIRM]
    [mail] = site.mails()
    assert mail["To"] == spellings[0]


def test_who_never_confirms_is_forgotten_after_a_week(site: Site) -> None:
    site.sign_up("ada@example.org")
    site.deliver()
    site.wait(days=7, seconds=1)
    site.deliver()

    assert site.status("ada@example.org") is None


# -- refusing ---------------------------------------------------------------------------------


def test_a_refusal_of_all_mail_holds_for_ever(site: Site) -> None:
    site.sign_up("ada@example.org")
    mail = site.mail_to("ada@example.org", MailKind.CONFIRM)

    answer = site.post(path_in(mail, Purpose.REFUSE))
    site.wait(days=400)
    site.sign_up("ada@example.org")

    assert answer.status_code == 200
    assert site.status("ada@example.org") == "suppressed"
    assert len(site.subjects()) == 1


def test_who_refused_cannot_be_confirmed_by_the_same_mail(site: Site) -> None:
    site.sign_up("ada@example.org")
    mail = site.mail_to("ada@example.org", MailKind.CONFIRM)
    site.post(path_in(mail, Purpose.REFUSE))

    codes = [
        site.request(method, path_in(mail, Purpose.CONFIRM)).status_code
        for method in ("GET", "POST")
    ]

    assert codes == [410, 410]
    assert site.status("ada@example.org") == "suppressed"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_cannot_refuse(site: Site, method: str) -> None:
    subscriber = site.subscriber("ada@example.org")
    hints = {"User-Agent": "scanner", "Purpose": "prefetch", "Sec-Purpose": "prefetch"}

    site.request(method, site.link(Purpose.REFUSE, subscriber), headers=hints)

    assert site.status("ada@example.org") == "pending"
