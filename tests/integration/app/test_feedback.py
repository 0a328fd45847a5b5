"""Readers' feedback as the website asks for it and changes it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON
from support.installation import RecordingTransport, address

from digest.app.feedback import AppFeedback
from digest.mail import message
from digest.models.feedback import Feedback
from digest.models.paper import Links
from digest.models.profile import Interest, Profile
from digest.text import bounds
from subscribers import links
from subscribers.feedback import Belief
from subscribers.links import MailRef
from subscribers.models import Verdict

if TYPE_CHECKING:
    from support.installation import Installation

    from subscribers.feedback import ReaderFeedback
    from subscribers.models import Subscriber


#: The title of a paper of `add_agents_papers`, and the link below it.
CARD = re.compile(
    r"^(An agent named \w+)\n.+?/feedback/([\w.-]+)/(\d+)/more", re.MULTILINE | re.DOTALL
)


@pytest.fixture
def ada(installation: Installation) -> Subscriber:
    subscriber = installation.subscribe("ada")
    installation.add_agents_papers(
        "1",
        title="Agents " + "of a long title " * 90,
        authors=("Ada Example", "Ben Example"),
        links=Links(abs="javascript:alert(1)", pdf="https://example.org/1.pdf"),
    )
    installation.send()
    return subscriber


@pytest.fixture
def feedback(installation: Installation) -> ReaderFeedback:
    return AppFeedback(installation.app, lambda: NOON)


def test_a_paper_of_a_mail_is_fit_to_be_shown(feedback: ReaderFeedback, ada: Subscriber) -> None:
    mail = MailRef(ada.id, DAY, NOON)

    paper = feedback.paper(mail, 0)

    assert paper is not None
    assert (paper.id, paper.url, paper.verdict) == ("1", "https://example.org/1.pdf", None)
    assert len(paper.title) <= bounds.TITLE
    assert paper.authors == ("Ada Example", "Ben Example")
    assert feedback.paper(mail, 1) is None
    assert feedback.paper(mail._replace(day=DAY + timedelta(days=1)), 0) is None


def test_the_links_of_a_mail_mean_its_papers_though_the_day_has_another_edition(
    installation: Installation, feedback: ReaderFeedback
) -> None:
    transport = RecordingTransport()
    for name, papers in (("ada", ("1", "2")), ("bo", ("0", "3"))):
        installation.subscribe(name)
        installation.add_agents_papers(*papers)
        installation.send(transport)

    meant: dict[str, set[str]] = {}
    for sent in transport.messages:
        for title, token, position in CARD.findall(message.read(sent.content)[0]):
            mail = links.read_mail(token, secrets=installation.app.secrets, now=NOON)
            paper = feedback.paper(mail, int(position))
            assert paper is not None
            assert paper.title == title
            meant.setdefault(sent.recipient, set()).add(paper.id)

    assert meant == {address("ada"): {"1", "2"}, address("bo"): {"0", "1", "2", "3"}}


def test_what_is_given_is_known_with_its_mail_and_taken_back(
    installation: Installation, feedback: ReaderFeedback, ada: Subscriber
) -> None:
    feedback.give(ada.id, DAY, "1", Verdict.SAVE)
    (given,) = installation.app.feedback.of([ada.id])[ada.id]
    paper = feedback.paper(MailRef(ada.id, DAY, NOON), 0)
    feedback.withdraw(ada.id, "1")

    assert (given.verdict, given.channel, given.day) == (Verdict.SAVE, "mail", DAY)
    assert paper is not None
    assert paper.verdict is Verdict.SAVE
    assert feedback.papers(ada.id) == []


def test_a_paper_that_nobody_described_is_called_by_its_id(
    installation: Installation, feedback: ReaderFeedback, ada: Subscriber
) -> None:
    unknown = [
        Feedback(paper_id=it, verdict=Verdict.LIKE, at=NOON, channel="import")
        for it in ("2501.00001", "title:abc")
    ]
    installation.app.feedback.give(ada.id, unknown)

    listed = {paper.title: paper.url for paper in feedback.papers(ada.id)}

    assert listed == {"2501.00001": "https://arxiv.org/abs/2501.00001", "title:abc": ""}


def test_beliefs_are_the_interests_of_a_profile_the_surest_first(
    installation: Installation, feedback: ReaderFeedback, ada: Subscriber
) -> None:
    before = feedback.beliefs(ada.id)
    interests = tuple(Interest(terms={}, words=(f"{n}",), likes=n) for n in (1, 3, 2))
    installation.app.profiles.save({ada.id: Profile(interests=interests, likes=6)}, at=NOON)

    assert before == []
    assert feedback.beliefs(ada.id) == [Belief(words=(f"{n}",), papers=n) for n in (3, 2, 1)]


def test_the_export_has_feedback_and_profile_and_forgetting_leaves_neither(
    installation: Installation, feedback: ReaderFeedback, ada: Subscriber
) -> None:
    feedback.give(ada.id, DAY, "1", Verdict.LIKE)
    interest = Interest(terms={"agent": 0.5}, words=("agents",), likes=1)
    installation.app.profiles.save({ada.id: Profile(interests=(interest,), likes=1)}, at=NOON)

    known = feedback.export(ada.id)
    feedback.forget(ada.id)

    (given,) = known["feedback"]
    assert (given["paper_id"], given["verdict"], given["day"]) == ("1", "like", str(DAY))
    assert given["at"] == "2026-02-02T12:00:00Z"
    assert known["profile"]["interests"][0]["words"] == ["agents"]
    assert feedback.export(ada.id) == {"feedback": [], "profile": None}
