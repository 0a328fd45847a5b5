"""Responses do not reveal whether an address is known. Too many sign-ups are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import evidence

from subscribers import privacy
from subscribers.models import Event

if TYPE_CHECKING:
    import httpx
    from support.site import Site
    from web.conftest import BuildSite

CONFIRM = "Please confirm your subscription to Trending Papers"
KNOWN = "You are already subscribed to Trending Papers"

#: Every status of a known address, with the events that lead to it.
STATUSES: dict[str, tuple[Event, ...]] = {
    "pending": (),
    "confirmed": (Event.CONFIRM,),
    "paused": (Event.CONFIRM, Event.PAUSE),
    "left": (Event.CONFIRM, Event.LEAVE),
    "suppressed": (Event.COMPLAINT,),
}


def add_subscribers(site: Site) -> None:
    """Add a subscriber of every status, and two who were erased."""
    for name, events in STATUSES.items():
        site.subscriber(f"{name}@example.org", *events)
    for name, events in (("erased", ()), ("suppressed-and-erased", (Event.COMPLAINT,))):
        subscriber = site.subscriber(f"{name}@example.org", *events)
        privacy.erase(subscriber, site.book, forget=site.services.forget, evidence=evidence())


def content_of(answer: httpx.Response) -> tuple[object, ...]:
    return answer.status_code, answer.content, sorted(answer.headers.multi_items())


def test_the_answer_is_the_same_to_the_byte_whoever_the_address_belongs_to(
    build_site: BuildSite,
) -> None:
    site = build_site(web={"signups_per_network": "50/hour"})
    add_subscribers(site)

    answers = {
        name: content_of(site.sign_up(f"{name}@example.org", "agents"))
        for name in ("new", *STATUSES, "erased", "suppressed-and-erased")
    }

    assert set(map(str, answers.values())) == {str(answers["new"])}


@pytest.mark.parametrize(
    ("name", "mails"),
    [
        ("new", [CONFIRM]),
        ("pending", [CONFIRM]),
        ("confirmed", [KNOWN]),
        ("paused", [KNOWN]),
        ("left", [CONFIRM]),
        ("suppressed", []),
        ("erased", [CONFIRM]),
        ("suppressed-and-erased", []),
    ],
)
def test_only_the_mail_reveals_who_is_known(site: Site, name: str, mails: list[str]) -> None:
    add_subscribers(site)

    site.sign_up(f"{name}@example.org", "robots")

    assert site.subjects() == mails


@pytest.mark.parametrize(
    ("name", "topics"),
    [("confirmed", ("agents",)), ("paused", ("agents",)), ("suppressed", ("agents",))],
)
def test_a_stranger_cannot_change_what_a_reader_chose(
    site: Site, name: str, topics: tuple[str, ...]
) -> None:
    add_subscribers(site)

    site.sign_up(f"{name}@example.org", "robots")

    subscriber = site.book.find(f"{name}@example.org")
    assert subscriber is not None
    assert (subscriber.status, subscriber.topics) == (name, topics)


# -- limits -----------------------------------------------------------------------------------

ONE = {"signups_per_network": "1/hour"}
DIFFERENT = ["203.0.113.1", "2001:db8:1::1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_one_network_may_sign_up_so_often(build_site: BuildSite, first: str, second: str) -> None:
    site = build_site(web=ONE)

    codes = [
        site.sign_up(address, ip=ip).status_code
        for address, ip in (("ada@example.org", first), ("ben@example.net", second))
    ]

    assert codes == [303, 429]
    assert site.status("ben@example.net") is None


@pytest.mark.parametrize(
    ("first", "second"),
    [("192.0.2.7", "192.0.2.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1")],
)
def test_a_neighbour_is_not_counted(build_site: BuildSite, first: str, second: str) -> None:
    site = build_site(web=ONE)

    codes = [
        site.sign_up(address, ip=ip).status_code
        for address, ip in (("ada@example.org", first), ("ben@example.net", second))
    ]

    assert codes == [303, 303]


@pytest.mark.parametrize("again", ["ben@example.org", "ben@EXAMPLE.org", "ben@ｅxample.org"])
def test_one_mail_domain_may_be_signed_up_so_often_however_it_is_spelt(
    build_site: BuildSite, again: str
) -> None:
    site = build_site(web={"signups_per_domain": "1/hour"})

    codes = [
        site.sign_up(address, ip=ip).status_code
        for address, ip in (
            ("ada@example.org", "192.0.2.7"),
            ("cy@example.net", "203.0.113.1"),
            (again, "203.0.113.1"),
        )
    ]

    assert codes == [303, 303, 429]


def test_everybody_together_may_sign_up_so_often(build_site: BuildSite) -> None:
    site = build_site(web={"signups_in_total": "1/hour"})

    codes = [
        site.sign_up(address, ip=ip).status_code
        for address, ip in zip(("ada@example.org", "ben@example.net"), DIFFERENT, strict=True)
    ]

    assert codes == [303, 429]


def test_the_form_and_the_api_count_together(build_site: BuildSite) -> None:
    site = build_site(web=ONE)
    site.sign_up("ada@example.org")

    answer = site.post("/api/v1/subscriptions", json={"email": "ben@example.net"})

    assert answer.status_code == 429


def test_the_refusal_is_the_same_whoever_the_address_belongs_to(build_site: BuildSite) -> None:
    site = build_site(web=ONE)
    add_subscribers(site)
    site.sign_up("first@example.org")
    stamp = site.stamp()
    site.wait(minutes=1)

    pages = {
        site.post("/subscribe", data={"email": f"{name}@example.org", "stamp": stamp}).text.replace(
            name, ""
        )
        for name in ("fresh", *STATUSES, "erased", "suppressed-and-erased")
    }

    assert len(pages) == 1
    assert "There have been many sign-ups from here." in pages.pop()


def test_what_is_refused_for_its_address_does_not_use_up_the_limit(build_site: BuildSite) -> None:
    site = build_site(web=ONE)

    codes = [site.sign_up(address).status_code for address in ("ada@", "ada@example.org")]

    assert codes == [422, 303]
