"""A subscriber's whole path in a browser without JavaScript, on two widths and in two schemes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.site import find, text_of

from digest.models.delivery import MailKind
from subscribers.links import Purpose
from subscribers.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from browser.conftest import Server
    from playwright.sync_api import Page

ADA = "ada@example.org"


def link(mail: EmailMessage, purpose: Purpose) -> str:
    return find(rf"(http://127\.0\.0\.1:\d+/{purpose}/\S+)", text_of(mail))


def sign_up(server: Server, page: Page, *topics: str) -> None:
    """Fill in the form, which takes a minute, and send it."""
    page.goto("/")
    page.get_by_label("Your e-mail address").fill(ADA)
    for topic in topics:
        page.get_by_label(topic).check()
    server.site.wait(minutes=1)
    page.get_by_role("button", name="Send me the digest").first.click()
    page.wait_for_url("**/sent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_a_reader_signs_up_confirms_chooses_and_leaves(
    server: Server, visit: Callable[..., Page], width: int, scheme: str
) -> None:
    site, page = server.site, visit(width=width, scheme=scheme)

    sign_up(server, page, "Agents", "Robots & machines")
    assert page.get_by_role("heading", level=1).inner_text() == "Check your mail"
    page.goto(link(site.mail_to(ADA, MailKind.CONFIRM), Purpose.CONFIRM))
    assert site.status(ADA) == "pending"

    page.get_by_role("button", name="Yes, send me the digest").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Confirmed"
    assert site.status(ADA) == "confirmed"

    page.goto(link(site.mail_to(ADA, MailKind.CONFIRM), Purpose.MANAGE))
    page.get_by_label("Whales").check()
    page.get_by_label("Agents").uncheck()
    page.get_by_label("Papers by these authors").fill("Ada Example")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        page.get_by_role("checkbox", name=day).uncheck()
    page.get_by_label("Once a week").check()
    page.get_by_label("Hour").select_option("07:00")
    page.get_by_label("On a day without new papers").select_option("Send two lines that say so")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Papers at most").fill("9")
    page.get_by_label("Mail as").select_option("Text only")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "Saved."
    assert page.get_by_label("Papers at most").input_value() == "9"
    subscriber = site.book.find(ADA)
    assert subscriber is not None
    assert subscriber.topics == ("robots", "whales")
    assert (subscriber.preferences.days, subscriber.preferences.papers) == (("mon",), 9)
    assert (subscriber.preferences.frequency, subscriber.preferences.hour) == ("weekly", 7)
    assert subscriber.preferences.quiet_mail
    assert (subscriber.preferences.timezone, subscriber.preferences.text_only) == (
        "Asia/Tokyo",
        True,
    )

    page.get_by_role("button", name="Pause").click()
    assert site.status(ADA) == "paused"
    page.get_by_role("button", name="Resume").click()
    assert site.status(ADA) == "confirmed"

    page.goto(site.link(Purpose.LEAVE, subscriber))
    page.get_by_role("button", name="Leave").click()
    assert "You have left." in page.inner_text("main")
    assert site.status(ADA) == "left"


@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_judges_papers_and_corrects_what_is_believed(
    server: Server, visit: Callable[..., Page], width: int
) -> None:
    site, page = server.site, visit(width=width)
    subscriber = site.subscriber(ADA, Event.CONFIRM)
    mailed = site.link(Purpose.FEEDBACK, subscriber)

    page.goto(mailed)
    assert page.get_by_role("heading", level=1).inner_text() == "More like this?"
    page.get_by_role("button", name="More like this").click()
    assert "You will get more papers like this one." in page.inner_text("main")
    page.get_by_role("button", name="Undo").click()
    assert "is forgotten" in page.inner_text("main")
    page.get_by_role("link", name="Say something else").click()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Saved"

    page.goto(site.link(Purpose.MANAGE, subscriber))
    page.get_by_role("button", name="Do not learn from what I like").click()
    assert "Switched off" in page.inner_text("main")
    page.get_by_role("button", name="Learn from what I like").click()
    page.get_by_role("button", name=re.compile("^Take back")).click()
    assert "Nothing yet." in page.inner_text("main")

    page.goto(mailed)
    page.get_by_role("button", name="Less like this").click()
    page.goto(site.link(Purpose.MANAGE, subscriber))
    page.get_by_role("link", name="Forget all of it").click()
    page.get_by_role("button", name="Forget all of it").click()
    assert page.get_by_role("status").inner_text() == "Saved."
    assert "Nothing yet." in page.inner_text("main")


def test_a_reader_sees_their_data_and_has_it_erased(
    server: Server, visit: Callable[..., Page]
) -> None:
    site, page = server.site, visit()
    subscriber = site.subscriber(ADA, Event.CONFIRM)

    page.goto(site.link(Purpose.MANAGE, subscriber))
    page.get_by_role("button", name="Mail me a link to my data").click()
    page.goto(link(site.mail_to(ADA, MailKind.PRIVACY), Purpose.PRIVACY))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    page.get_by_role("button", name="Erase everything").click()

    assert download.value.suggested_filename == "digest-data.json"
    assert "erased" in page.inner_text("main")
    assert site.status(ADA) is None


def test_a_wrong_address_is_said_beside_what_was_typed(
    server: Server, visit: Callable[..., Page]
) -> None:
    page = visit()
    page.goto("/")
    page.get_by_label("Your e-mail address").fill("ada@example")
    page.get_by_label("Whales").check()
    server.site.wait(minutes=1)

    page.get_by_role("button", name="Send me the digest").first.click()

    assert "not an e-mail address" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Your e-mail address").input_value() == "ada@example"
    assert page.get_by_label("Whales").is_checked()


def test_a_visitor_reads_past_editions_and_comes_back_to_sign_up(
    visit: Callable[..., Page],
) -> None:
    page = visit(width=1280)
    page.goto("/")

    page.get_by_role("link", name="Past editions").click()
    page.get_by_role("link", name=re.compile("2 February 2026")).click()
    page.get_by_role("heading", name="Agents").get_by_role("link").click()
    page.get_by_role("link", name="Get this by mail").click()

    assert page.get_by_label("Agents").is_checked()
