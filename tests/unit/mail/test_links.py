"""The links in mails: signed, and mailto links where there is no web server."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from support.builders import DAY, NOON

from digest.mail.links import LinkBuilder
from digest.models.delivery import MailKind
from subscribers import links
from subscribers.links import Purpose

SECRETS = ["the secret in use", "an older one"]
SITE = LinkBuilder(secrets=SECRETS, web_url="https://digest.example.org", reply_to="us@example.org")


def holder(url: str, purpose: Purpose) -> int:
    """The subscriber whom a web link belongs to."""
    start, _, token = url.rpartition("/")
    assert start == f"https://digest.example.org/{purpose}"
    return read(token, purpose)


def read(token: str, purpose: Purpose) -> int:
    return links.read(purpose, token, secrets=SECRETS, now=NOON)


@pytest.mark.parametrize(
    ("kind", "purposes"),
    [
        (MailKind.CONFIRM, [Purpose.CONFIRM, Purpose.MANAGE, Purpose.REFUSE]),
        (MailKind.KNOWN, [Purpose.MANAGE, Purpose.LEAVE]),
        (MailKind.PRIVACY, [Purpose.PRIVACY]),
    ],
)
def test_a_transactional_mail_has_the_links_of_its_kind(
    kind: MailKind, purposes: list[Purpose]
) -> None:
    found = SITE.transactional_links(kind, 7, NOON)

    assert list(found) == [f"{purpose}_url" for purpose in purposes]
    assert {holder(found[f"{purpose}_url"], purpose) for purpose in purposes} == {7}


def test_with_a_web_server_every_link_is_a_page() -> None:
    found = SITE.subscriber_links(7, DAY, NOON)

    assert holder(found.leave_url, Purpose.LEAVE) == 7
    assert holder(found.manage_url, Purpose.MANAGE) == 7


def test_the_links_of_papers_name_the_reader_and_the_edition_of_the_mail() -> None:
    start, _, token = SITE.subscriber_links(7, DAY, NOON).feedback_url.rpartition("/")

    assert start == "https://digest.example.org/feedback"
    assert links.read_mail(token, secrets=SECRETS, now=NOON) == (7, DAY, NOON)


def test_without_a_web_server_papers_have_no_links() -> None:
    without = LinkBuilder(secrets=SECRETS, web_url="", reply_to="us@example.org")

    assert without.subscriber_links(7, DAY, NOON).feedback_url == ""


def test_without_a_web_server_every_link_is_a_mail() -> None:
    without = LinkBuilder(secrets=SECRETS, web_url="", reply_to="us@example.org")

    found = without.subscriber_links(7, DAY, NOON)

    assert found.manage_url == "mailto:us@example.org?subject=topics"
    start, _, subject = unquote(found.leave_url).partition("?subject=")
    word, token = subject.split(" ")
    assert (start, word, read(token, Purpose.LEAVE)) == ("mailto:us@example.org", "leave", 7)
    letter = without.transactional_links(MailKind.CONFIRM, 7, NOON)["confirm_url"]
    assert letter.startswith("mailto:us@example.org?subject=confirm%20")
