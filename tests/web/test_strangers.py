"""What an answer does not tell: who an address belongs to. And what too many sign-ups get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.builders import evidence

from subscribers import privacy
from subscribers.models import Event

if TYPE_CHECKING:
    import httpx
    from support.site import House
    from web.conftest import Build

CONFIRM = "Please confirm your subscription to Trending Papers"
KNOWN = "You are already subscribed to Trending Papers"

#: Everybody an address can belong to.
STANDINGS: dict[str, tuple[Event, ...]] = {
    "pending": (),
    "confirmed": (Event.CONFIRM,),
    "paused": (Event.CONFIRM, Event.PAUSE),
    "left": (Event.CONFIRM, Event.LEAVE),
    "suppressed": (Event.COMPLAINT,),
}


def settle(house: House) -> None:
    """Write somebody of every standing into the book, and two who were erased."""
    for name, events in STANDINGS.items():
        house.reader(f"{name}@example.org", *events)
    for name, events in (("erased", ()), ("banished", (Event.COMPLAINT,))):
        reader = house.reader(f"{name}@example.org", *events)
        privacy.erase(reader, house.book, forget=house.house.forget, evidence=evidence())


def shape(answer: httpx.Response) -> tuple[object, ...]:
    return answer.status_code, answer.content, sorted(answer.headers.multi_items())


def test_the_answer_is_the_same_to_the_byte_whoever_the_address_belongs_to(build: Build) -> None:
    house = build(web={"signups_per_network": "50/hour"})
    settle(house)

    answers = {
        name: shape(house.sign_up(f"{name}@example.org", "agents"))
        for name in ("new", *STANDINGS, "erased", "banished")
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
        ("banished", []),
    ],
)
def test_only_the_mail_tells_who_is_known(house: House, name: str, mails: list[str]) -> None:
    settle(house)

    house.sign_up(f"{name}@example.org", "robots")

    assert house.subjects() == mails


@pytest.mark.parametrize(
    ("name", "topics"),
    [("confirmed", ("agents",)), ("paused", ("agents",)), ("suppressed", ("agents",))],
)
def test_a_stranger_cannot_change_what_a_reader_chose(
    house: House, name: str, topics: tuple[str, ...]
) -> None:
    settle(house)

    house.sign_up(f"{name}@example.org", "robots")

    reader = house.book.find(f"{name}@example.org")
    assert reader is not None
    assert (reader.status, reader.topics) == (name, topics)


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
def test_one_network_may_sign_up_so_often(build: Build, first: str, second: str) -> None:
    house = build(web=ONE)

    codes = [
        house.sign_up(address, ip=ip).status_code
        for address, ip in (("ada@example.org", first), ("ben@example.net", second))
    ]

    assert codes == [303, 429]
    assert house.status("ben@example.net") is None


@pytest.mark.parametrize(
    ("first", "second"),
    [("192.0.2.7", "192.0.2.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1")],
)
def test_a_neighbour_is_not_counted(build: Build, first: str, second: str) -> None:
    house = build(web=ONE)

    codes = [
        house.sign_up(address, ip=ip).status_code
        for address, ip in (("ada@example.org", first), ("ben@example.net", second))
    ]

    assert codes == [303, 303]


@pytest.mark.parametrize("again", ["ben@example.org", "ben@EXAMPLE.org", "ben@ｅxample.org"])
def test_one_mail_domain_may_be_signed_up_so_often_however_it_is_spelt(
    build: Build, again: str
) -> None:
    house = build(web={"signups_per_domain": "1/hour"})

    codes = [
        house.sign_up(address, ip=ip).status_code
        for address, ip in zip(("ada@example.org", again), DIFFERENT, strict=True)
    ]

    assert codes == [303, 429]


def test_everybody_together_may_sign_up_so_often(build: Build) -> None:
    house = build(web={"signups_in_total": "1/hour"})

    codes = [
        house.sign_up(address, ip=ip).status_code
        for address, ip in zip(("ada@example.org", "ben@example.net"), DIFFERENT, strict=True)
    ]

    assert codes == [303, 429]


def test_the_form_and_the_api_count_together(build: Build) -> None:
    house = build(web=ONE)
    house.sign_up("ada@example.org")

    answer = house.post("/api/v1/subscriptions", json={"email": "ben@example.net"})

    assert answer.status_code == 429


def test_too_many_is_said_alike_whoever_the_address_belongs_to(build: Build) -> None:
    house = build(web=ONE)
    settle(house)
    house.sign_up("first@example.org")
    stamp = house.stamp()
    house.wait(minutes=1)

    pages = {
        house.post(
            "/subscribe", data={"email": f"{name}@example.org", "stamp": stamp}
        ).text.replace(name, "")
        for name in ("fresh", *STANDINGS, "erased", "banished")
    }

    assert len(pages) == 1
    assert "There have been many sign-ups from here." in pages.pop()


def test_what_is_refused_for_its_address_does_not_use_up_the_limit(build: Build) -> None:
    house = build(web=ONE)

    codes = [house.sign_up(address).status_code for address in ("ada@", "ada@example.org")]

    assert codes == [422, 303]
