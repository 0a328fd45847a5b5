"""The links in mails: signed, and mailto links where there is no web server."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest
from support.builders import DAY, NOON

from digest.mail.command_address import CommandAddresses
from digest.mail.links import LinkBuilder, mailto
from digest.models.delivery import MailKind
from subscribers import links, mail_tokens
from subscribers.links import Purpose
from subscribers.mail_tokens import MailPurpose

SECRETS = ["the secret in use", "an older one"]
ADDRESSES = CommandAddresses("papers+{command}@example.org")
SITE = LinkBuilder(secrets=SECRETS, web_url="https://digest.example.org", reply_to="us@example.org")


def holder(url: str, purpose: Purpose) -> int:
    """The subscriber whom a web link belongs to."""
    start, _, token = url.rpartition("/")
    assert start == f"https://digest.example.org/{purpose}"
    return read(token, purpose)


def read(token: str, purpose: Purpose) -> int:
    return links.read(purpose, token, secrets=SECRETS, now=NOON)


def writer(address: str, word: MailPurpose) -> int:
    """The subscriber whose token an address of a command has."""
    found = ADDRESSES.parse(address)
    assert found is not None
    assert found[0] == word
    return mail_tokens.read(word, found[1], secrets=SECRETS, now=NOON)


@pytest.mark.parametrize(
    ("kind", "purposes"),
    [
        (MailKind.CONFIRM, [Purpose.CONFIRM, Purpose.MANAGE, Purpose.REFUSE]),
        (MailKind.KNOWN, [Purpose.MANAGE, Purpose.LEAVE]),
        (MailKind.PRIVACY, [Purpose.PRIVACY]),
        (MailKind.HELP, [Purpose.MANAGE, Purpose.LEAVE]),
        (MailKind.TOPICS, [Purpose.MANAGE]),
        (MailKind.ASK, []),
        (MailKind.DONE, [Purpose.MANAGE]),
    ],
)
def test_a_transactional_mail_has_the_links_of_its_kind(
    kind: MailKind, purposes: list[Purpose]
) -> None:
    found = SITE.transactional_links(kind, 7, NOON)

    assert list(found) == [f"{purpose}_url" for purpose in purposes]
    assert [holder(found[f"{purpose}_url"], purpose) for purpose in purposes] == [7] * len(found)


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


@pytest.mark.parametrize("web_url", ["https://digest.example.org", ""])
def test_where_mail_comes_in_a_subscriber_may_leave_by_a_letter(web_url: str) -> None:
    found = replace(SITE, web_url=web_url, commands=ADDRESSES).subscriber_links(7, DAY, NOON)

    assert writer(found.leave_address, MailPurpose.LEAVE) == 7


def test_where_no_mail_comes_in_there_is_no_address_for_it() -> None:
    assert SITE.subscriber_links(7, DAY, NOON).leave_address == ""
    assert SITE.command_address(MailPurpose.CONFIRM, 7, NOON) == ""


def test_without_a_web_server_letters_are_to_the_program_where_mail_comes_in() -> None:
    without = replace(SITE, web_url="", commands=ADDRESSES)

    digest = without.subscriber_links(7, DAY, NOON)
    confirm = without.transactional_links(MailKind.CONFIRM, 7, NOON)
    letters = (
        (digest.leave_url, MailPurpose.LEAVE, "leave"),
        (digest.manage_url, MailPurpose.COMMANDS, "topics"),
        (confirm["confirm_url"], MailPurpose.CONFIRM, "confirm"),
    )

    for url, word, subject in letters:
        start, _, found = url.partition("?subject=")
        assert (writer(start.removeprefix("mailto:"), word), found) == (7, subject)


def test_without_a_web_server_only_people_take_the_other_letters() -> None:
    without = replace(SITE, web_url="", commands=ADDRESSES)

    refuse = without.transactional_links(MailKind.CONFIRM, 7, NOON)["refuse_url"]
    privacy = without.transactional_links(MailKind.PRIVACY, 7, NOON)["privacy_url"]

    assert refuse.startswith("mailto:us@example.org?subject=refuse%20")
    assert privacy.startswith("mailto:us@example.org?subject=privacy%20")


def test_an_address_in_a_link_keeps_its_plus_and_nothing_else_that_a_link_gives_a_meaning() -> None:
    assert mailto("a+b@example.org", "x y") == "mailto:a+b@example.org?subject=x%20y"
    assert mailto("a?b&c=d/e%f#g@example.org") == "mailto:a%3Fb%26c%3Dd%2Fe%25f%23g@example.org"
