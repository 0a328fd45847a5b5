"""A withdrawn paper is never mailed, and who was sent it is told, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, ids
from support.installation import Installation, RecordingTransport, agents_paper

from digest.app.serializers import sent_reasons
from digest.sources import get_kind

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

TUESDAY, WEDNESDAY = DAY + timedelta(days=1), DAY + timedelta(days=2)
ONE, TWO, THREE = (f"2602.0000{number}" for number in (1, 2, 3))
TOLD = b"Updates: =E2=80=9CAn agent named 2602.00001=E2=80=9D, which we sent you"


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    found = Installation(engine, tmp_path)
    found.subscribe("ada")
    return found


def withdraw(installation: Installation, paper_id: str, on: date) -> None:
    told = replace(agents_paper(paper_id), title="", abstract="", withdrawn_on=on)
    installation.app.papers.save(
        [], source="second", authority=get_kind("jsonl").authority, updates=[told]
    )


def mailed(installation: Installation, day: date, *papers: str) -> bytes:
    """Run a day that has these papers, and return all that left."""
    installation.add_agents_papers(*papers, day=day)
    installation.now += timedelta(days=1)
    transport = RecordingTransport()
    installation.send(transport, day=day)
    return b"".join(outgoing.content for outgoing in transport.messages).replace(b"=\r\n", b"")


def test_who_was_sent_a_paper_is_told_of_its_withdrawal(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)

    mail = mailed(installation, TUESDAY, TWO)

    # In the text and in the HTML.
    assert mail.count(TOLD) == 2
    assert b"has been withdrawn since." in mail


def test_who_was_sent_a_paper_is_told_though_its_source_renamed_it(
    installation: Installation,
) -> None:
    note = "openreview:lamp1"
    sent = replace(agents_paper(ONE), id=note)
    installation.add_papers(sent, source="OpenReview")
    mailed(installation, DAY)
    gone = replace(sent, title="Under another name", withdrawn_on=TUESDAY)
    authority = get_kind("openreview").authority
    installation.app.papers.save([], source="OpenReview", authority=authority, updates=[gone])

    mail = mailed(installation, TUESDAY, TWO)

    assert mail.count(TOLD) == 2


def test_they_are_told_once(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)
    mailed(installation, TUESDAY, TWO)

    assert b"Updates:" not in mailed(installation, WEDNESDAY, THREE)


def test_who_was_not_sent_it_is_not_told(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)
    installation.subscribe("bo")
    transport = RecordingTransport()
    installation.add_agents_papers(TWO, day=TUESDAY)
    installation.now += timedelta(days=1)

    installation.send(transport, day=TUESDAY)

    by_reader = {p.recipient: p.content.replace(b"=\r\n", b"") for p in transport.messages}
    assert TOLD in by_reader["ada@example.org"]
    assert b"Updates:" not in by_reader["bo@example.org"]


def test_the_news_waits_for_the_next_issue_and_makes_none(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)

    assert mailed(installation, TUESDAY) == b""
    assert TOLD in mailed(installation, WEDNESDAY, TWO)


def test_a_withdrawn_paper_is_not_ranked(installation: Installation) -> None:
    installation.add_agents_papers(ONE, TWO)
    withdraw(installation, ONE, DAY)

    assert ids(installation.edition().papers) == [TWO]
    assert installation.edition().coverage.considered == 1


def test_a_mail_that_told_of_it_is_made_again_as_it_was(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)
    installation.add_agents_papers(TWO, day=TUESDAY)
    transport = RecordingTransport()
    installation.send(transport, day=TUESDAY)
    withdraw(installation, TWO, WEDNESDAY)
    reader = installation.book.find("ada@example.org")
    assert reader is not None

    again = installation.preview(reader, day=TUESDAY).message

    assert again is not None
    assert again.outgoing.content == transport.messages[0].content


def test_the_account_of_a_mail_says_that_it_told(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)
    mailed(installation, TUESDAY, TWO)

    shown = installation.app.history.contents(installation.delivery("ada", TUESDAY))

    assert [(it.paper_id, sent_reasons(it)) for it in shown][1:] == [
        (ONE, ["told of its withdrawal"])
    ]
    assert installation.delivery("ada", TUESDAY).papers == 1


def test_a_withdrawal_of_long_ago_is_no_news(installation: Installation) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, DAY - timedelta(days=90))

    assert b"Updates:" not in mailed(installation, TUESDAY, TWO)


def restore(installation: Installation, paper_id: str, on: date, version: int = 3) -> None:
    found = replace(agents_paper(paper_id), version=version, restored_on=on)
    installation.app.papers.save(
        [], source="second", authority=get_kind("jsonl").authority, updates=[found]
    )


def test_a_version_that_stands_ends_a_withdrawal(installation: Installation) -> None:
    installation.add_agents_papers(ONE, TWO)
    withdraw(installation, ONE, DAY)
    restore(installation, ONE, TUESDAY)

    assert ids(installation.edition().papers) == [ONE, TWO]


def test_a_restored_paper_that_nobody_was_sent_comes_late(installation: Installation) -> None:
    installation.add_agents_papers(ONE, TWO)
    withdraw(installation, ONE, DAY)
    mailed(installation, DAY)
    restore(installation, ONE, TUESDAY)

    assert b"An agent named 2602.00001" in mailed(installation, TUESDAY, THREE)


def test_a_restored_paper_is_not_sent_twice_and_its_withdrawal_told_no_more(
    installation: Installation,
) -> None:
    mailed(installation, DAY, ONE)
    withdraw(installation, ONE, TUESDAY)
    restore(installation, ONE, WEDNESDAY)

    mail = mailed(installation, WEDNESDAY, TWO)

    assert b"Updates:" not in mail
    assert b"2602.00001" not in mail


def test_an_old_record_that_is_read_again_does_not_withdraw_it_again(
    installation: Installation,
) -> None:
    installation.add_agents_papers(ONE)
    withdraw(installation, ONE, DAY)
    restore(installation, ONE, TUESDAY)
    withdraw(installation, ONE, DAY)

    (paper,) = installation.app.papers.papers(DAY)
    assert (paper.withdrawn_on, paper.restored_on) == (None, TUESDAY)
