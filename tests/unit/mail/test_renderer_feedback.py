"""The links of a mail with which its reader judges papers."""

from __future__ import annotations

import re
from dataclasses import replace

from support.builders import NOON, issue, paper, pick, subscriber
from support.mail_settings import SETTINGS, edition_of

from digest.mail.context import SubscriberLinks
from digest.mail.message import FromIdentity


def feedback_links(text: str) -> list[str]:
    return re.findall(r"https://digest\.example\.org/feedback/[^\s\"]+", text)


def test_each_paper_has_links_to_judge_it_by_its_position_in_the_edition() -> None:
    found = issue(pick(paper("2")), pick(paper("1", authors=("Ada Example",))))

    mail = SETTINGS.renderer(edition_of(found), at=NOON).render(found, subscriber(7))

    start = "https://digest.example.org/feedback/7.2026-02-02"
    assert feedback_links(mail.html) == [
        *(f"{start}/1/{verdict}" for verdict in ("more", "less", "save")),
        *(f"{start}/0/{verdict}" for verdict in ("more", "less", "save", "mute")),
    ]
    assert feedback_links(mail.text) == [f"{start}/1/more", f"{start}/0/more"]


def test_a_paper_that_is_listed_behind_another_has_no_links_of_its_own() -> None:
    found = issue(pick(paper("1"), similar=(paper("2"),)))

    mail = SETTINGS.renderer(edition_of(found), at=NOON).render(found, subscriber(7))

    assert {link.split("/")[-2] for link in feedback_links(mail.html)} == {"0"}


def test_without_a_web_server_no_paper_can_be_judged() -> None:
    found = issue(pick())
    without = replace(
        SETTINGS,
        sender=FromIdentity(name="Papers", address="digest@example.org"),
        subscriber_links=lambda *_: SubscriberLinks(manage_url="mailto:m", leave_url="mailto:l"),
    )

    mail = without.renderer(edition_of(found), at=NOON).render(found, subscriber(7))

    assert "like this" not in mail.html + mail.text


def test_no_title_can_pass_for_a_reader_s_own_link() -> None:
    found = issue(pick(paper(title="\ufdd0feedback_url\ufdd1")))

    mail = SETTINGS.renderer(edition_of(found), at=NOON).render(found, subscriber(7))

    assert len(feedback_links(mail.html)) == 3
