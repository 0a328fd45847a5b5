"""From an issue to the bytes of a mail, the same in whatever order mails are rendered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from email import message_from_bytes, policy
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DAY, NOON, issue, paper, pick, subscriber, topic
from support.examples import share
from support.mail_settings import EDITION, SECRET, SETTINGS, TEMPLATES, edition_of, subscriber_links

from digest.app.config.resources import templates_dir
from digest.mail.context import SubscriberLinks
from digest.mail.message import FromIdentity
from digest.mail.renderer import MailSettings
from digest.mail.size_limit import BUDGET
from digest.mail.templates import DigestTemplates
from digest.mail.verp import parse_return_address
from digest.models.issue import Section
from subscribers.errors import AddressError
from subscribers.models import EXPLORE, LIKED, Preferences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from email.message import EmailMessage

    from digest.mail.fragments import Fragment
    from digest.mail.headers import Field
    from digest.mail.renderer import RenderedMessage, Renderer
    from digest.models.issue import Issue
    from subscribers.models import Subscriber


def renderer(settings: MailSettings = SETTINGS, *, at: datetime = NOON) -> Renderer:
    return settings.renderer(EDITION, at=at)


def rendered(who: Subscriber | None = None, **changes: Any) -> RenderedMessage:
    return renderer(replace(SETTINGS, **changes)).render(issue(), who or subscriber())


def parsed(mail: RenderedMessage) -> EmailMessage:
    return message_from_bytes(mail.outgoing.content, policy=policy.default)  # type: ignore[return-value]


def long_issue(papers: int, length: int, sections: int = 1) -> Issue:
    """An issue with so many papers, each with an abstract of so many characters."""
    made = tuple(
        Section(
            slug=f"s{index}",
            name=f"Section {index}",
            picks=tuple(
                pick(
                    paper(f"{index}.{n}", abstract="Ä word & so on. " * (length // 16)),
                    1 / (n + 1),
                )
                for n in range(papers)
            ),
        )
        for index in range(sections)
    )
    return issue(sections=made)


#: Header fields that tell two mails to one reader apart.
VARYING = {"Subject", "Content-Type"}
SUBSCRIBERS = [
    subscriber(1),
    subscriber(2, topics=("robots", "agents")),
    subscriber(3, preferences=Preferences(language="de")),
    subscriber(4, preferences=Preferences(text_only=True)),
    subscriber(5, address="jürgen@bücher.example"),
    subscriber(6, preferences=Preferences(words_in=("whale",))),
]
TWIN = paper("9", title="Twin")
ISSUES = [
    issue(),
    issue(pick("1", 0.9), pick("2", 0.5)),
    issue(pick("2", 0.5), pick("1", 0.4)),
    issue(pick("1", 0.9, similar=(TWIN,)), pick("2", 0.5, reasons=())),
    issue(pick("1", 0.9, reasons=())),
    issue(pick(paper("1", title="Another paper of that id"))),
    long_issue(50, 600),
    issue(sections=(), quiet="None of the day’s 40 papers is about Agents.", withdrawn=(TWIN,)),
]


@cache
def rendered_alone(number: int, who: int) -> RenderedMessage:
    return renderer().render(ISSUES[number], SUBSCRIBERS[who])


@given(
    st.lists(
        st.tuples(st.integers(0, len(ISSUES) - 1), st.integers(0, len(SUBSCRIBERS) - 1)),
        max_size=8,
    )
)
@settings(max_examples=share(25), deadline=None)
def test_a_mail_is_the_same_bytes_whatever_was_rendered_before(run: list[tuple[int, int]]) -> None:
    shared, later = renderer(), renderer()

    for number, who in run:
        alone = rendered_alone(number, who)

        assert shared.render(ISSUES[number], SUBSCRIBERS[who]) == alone
        assert later.render(replace(ISSUES[number]), SUBSCRIBERS[who]) == alone


def test_a_paper_is_filled_in_once_for_all_issues_and_subscribers() -> None:
    filled: Counter[str] = Counter()

    class Counting:
        def prepare(self, variables: Any, later: Any) -> Fragment:
            filled[variables["paper"]["title"]] += 1
            return TEMPLATES.html.card.prepare(variables, later)

    templates = DigestTemplates(templates_dir(), "digest")
    templates.html = replace(templates.html, card=Counting())  # type: ignore[arg-type]
    shared = renderer(replace(SETTINGS, templates=templates))
    first, second, third = (pick(paper(f"{n}", title=f"{n}"), 1 / n) for n in (1, 2, 3))

    for who in SUBSCRIBERS[:2]:
        for found in (issue(first, second, third), issue(second, first), issue(third)):
            shared.render(found, who)

    # At the end of a section a paper looks different.
    assert filled == {"1": 2, "2": 1, "3": 1}


@given(st.integers(1, 70), st.integers(0, 4000), st.integers(1, 3), st.integers(1, 120))
@settings(max_examples=share(25), deadline=None)
def test_every_mail_fits_with_the_personal_values_in_it(
    papers: int, length: int, sections: int, topics: int
) -> None:
    names = {f"t{n}": topic(f"t{n}", name="A topic & its name " * 4) for n in range(topics)}
    who = subscriber(address="r" * 60 + "@example.org", topics=tuple(names))
    whole = long_issue(papers, length, sections)
    shared = SETTINGS.renderer(edition_of(whole, topics=names), at=NOON)

    mail = shared.render(whole, who)

    assert len(mail.html.encode()) <= BUDGET
    assert mail.html.rstrip().endswith("</html>")
    assert shared.render(mail.issue, who).outgoing == mail.outgoing


def test_what_did_not_fit_is_not_in_the_issue() -> None:
    whole = long_issue(90, 4000)

    mail = renderer().render(whole, subscriber())

    assert 0 < len(mail.issue.picks) < 90
    assert mail.html.count("<h3") == len(mail.issue.picks)
    assert f"{len(mail.issue.picks)} papers for you" in mail.html


def test_a_mail_shows_what_its_bytes_hold() -> None:
    mail = rendered()

    text, html = (part.get_content() for part in parsed(mail).iter_parts())
    assert mail.text == text.replace("\r\n", "\n")
    assert mail.html == html.replace("\r\n", "\n")
    assert mail.subject == parsed(mail)["Subject"] == "Paper 2602.00001 · 2 Feb"
    assert mail.message_id == parsed(mail)["Message-ID"]
    assert mail.at == parsed(mail)["Date"].datetime == NOON


def test_who_wants_text_alone_gets_no_html() -> None:
    mail = rendered(subscriber(preferences=Preferences(text_only=True)))

    assert parsed(mail).get_content_type() == "text/plain"
    assert mail.html == ""
    assert "Paper 2602.00001" in mail.text


def test_dates_are_in_the_language_of_the_subscriber() -> None:
    mail = rendered(subscriber(preferences=Preferences(language="de")))

    assert "Montag, 2. Februar 2026" in mail.text
    assert "Montag, 2. Februar 2026" in mail.html


def test_a_mail_names_the_topics_that_exist_and_the_subscriber_s_own_last() -> None:
    preferences = Preferences(words_in=("whale",))

    mail = rendered(subscriber(topics=("robots", "gone", "agents"), preferences=preferences))

    assert "subscribed to Robots, Agents, your own words." in " ".join(mail.text.split())
    assert "subscribed to Robots, Agents, your own words." in mail.html


@pytest.mark.parametrize(
    ("topics", "words", "sections", "expected"),
    [
        ((), (), (LIKED,), "what you liked"),
        ((), ("whale",), (LIKED,), "your own words, what you liked"),
        (("agents",), (), ("agents", LIKED, EXPLORE), "Agents, what you liked"),
        (("gone",), (), ("agents",), "Agents"),
    ],
    ids=["likes alone", "likes and own words", "topics and likes", "all given up since"],
)
def test_a_mail_names_what_brought_it(
    topics: tuple[str, ...], words: tuple[str, ...], sections: tuple[str, ...], expected: str
) -> None:
    picks = {slug: (pick(paper(f"{n}")),) for n, slug in enumerate(sections)}
    made = issue(sections=tuple(Section(slug=it, name="", picks=picks[it]) for it in sections))
    reader = subscriber(topics=topics, preferences=Preferences(words_in=words))

    mail = renderer().render(made, reader)

    assert f"subscribed to {expected}." in " ".join(mail.text.split())
    assert f"subscribed to {expected}." in mail.html


def test_a_mail_has_nothing_of_another_subscriber() -> None:
    shared, found = renderer(), issue()
    shared.render(found, subscriber(1))

    mail = shared.render(found, subscriber(2))

    for theirs in ("reader1@", "/manage/1.", "/leave/1", "leave%201"):
        assert theirs not in mail.text + mail.html + str(parsed(mail)), theirs


def test_the_envelope_tells_whose_mail_it_is() -> None:
    mail = rendered(subscriber(77))

    identifier = mail.outgoing.sender.removeprefix("bounces+").removesuffix("@example.org")
    assert parse_return_address(identifier, secrets=[SECRET]) == (DAY, 77)
    assert mail.message_id == f"<{mail.outgoing.envid}@example.org>"
    assert mail.outgoing.envid.isascii()


def test_the_envelope_has_an_international_domain_in_ascii() -> None:
    mail = rendered(subscriber(address="ada@bücher.example"))

    assert mail.outgoing.recipient == parsed(mail)["To"] == "ada@xn--bcher-kva.example"
    assert "ada@bücher.example" in mail.text


def test_without_a_web_server_the_headers_name_none() -> None:
    mailto = "mailto:digest@example.org?subject=leave%207"
    mail = rendered(
        sender=FromIdentity(name="Papers", address="digest@example.org"),
        subscriber_links=lambda *_: SubscriberLinks(manage_url=mailto, leave_url=mailto),
    )

    assert parsed(mail)["List-Unsubscribe"] == f"<{mailto}>"
    assert parsed(mail)["List-Unsubscribe-Post"] is None


def test_a_mail_names_the_reader_s_own_address_to_leave() -> None:
    mail = rendered(
        subscriber(9),
        subscriber_links=lambda reader, day, at: replace(
            subscriber_links(reader, day, at), leave_address=f"leave+{reader}@example.org"
        ),
    )

    ways = "<https://digest.example.org/leave/9>, <mailto:leave+9@example.org>"
    assert parsed(mail)["List-Unsubscribe"] == ways


def test_a_mail_names_the_page_of_its_edition_if_there_is_one() -> None:
    ranked = replace(EDITION, ranked={"agents": [pick()], "robots": []})
    shown, own_words_alone = (
        SETTINGS.renderer(edition, at=NOON).render(issue(), subscriber())
        for edition in (ranked, EDITION)
    )

    assert parsed(shown)["Archived-At"] == "<https://digest.example.org/archive/2026-02-02>"
    assert parsed(own_words_alone)["Archived-At"] is None


def test_an_address_that_is_not_valid_any_more_is_an_error() -> None:
    with pytest.raises(AddressError, match="is not an e-mail address"):
        rendered(subscriber(address="nobody"))


def test_a_renderer_with_a_signer_signs_every_mail() -> None:
    class Stamp:
        def sign(
            self, headers: Sequence[Field], body: bytes, *, at: datetime, canonical: bool
        ) -> bytes:
            return f"X-Stamp: {len(headers)} {len(body)} {at:%H:%M}\r\n".encode()

    unsigned, signed = rendered(), rendered(signer=Stamp())

    assert signed.outgoing.content.endswith(unsigned.outgoing.content)
    assert parsed(signed)["X-Stamp"].endswith(" 12:00")


@given(st.sampled_from(ISSUES), st.sampled_from(SUBSCRIBERS))
@settings(max_examples=share(25), deadline=None)
def test_no_line_of_a_mail_begins_with_a_dot(issue: Issue, who: Subscriber) -> None:
    message = renderer().render(issue, who).outgoing

    assert message.is_dot_free
    assert b"\r\n." not in message.content
    assert not message.content.startswith(b".")


def test_a_mail_without_papers_has_the_headers_and_links_of_all_others() -> None:
    quiet = parsed(rendered_alone(len(ISSUES) - 1, 0))
    usual = parsed(rendered_alone(0, 0))

    assert quiet["Subject"] == "Nothing new for you · Mon 2 Feb"
    assert {name: value for name, value in quiet.items() if name not in VARYING} == {
        name: value for name, value in usual.items() if name not in VARYING
    }
    mail = rendered_alone(len(ISSUES) - 1, 0)
    for part in (mail.text, mail.html):
        assert part.count("None of the day’s 40 papers is about Agents.") >= 1
        assert "Read: Hugging Face (40 papers)." in part
        assert "https://digest.example.org/leave/1" in part
        assert "https://digest.example.org/manage/1.12" in part
        assert "“Twin”, which we sent you, has been withdrawn" in " ".join(part.split())
        assert "feedback" not in part


def test_a_reader_with_likes_alone_is_told_what_brings_them_a_mail_without_papers() -> None:
    likes = subscriber(topics=())

    text = renderer().render(ISSUES[-1], likes).text

    assert "is subscribed to what you liked." in " ".join(text.split())
