"""A run over a real database: everybody once, one bad recipient stops nobody, nothing forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import DAY, paper
from support.installation import Installation, RecordingTransport, agents_paper, record

from digest.delivery.circuit_breaker import MAX_FAILURES
from digest.errors import MailServerError, RunInProgressError
from digest.models.delivery import DeliveryState, Outcome

if TYPE_CHECKING:
    from pathlib import Path

TOMORROW = DAY + timedelta(days=1)
REFUSED = Outcome(state=DeliveryState.FAILED, reason="550 no such user", code=550, status="5.1.1")
DEFERRED = Outcome(state=DeliveryState.DEFERRED, reason="450 full", code=450)
REFUSED_ALL = Outcome(state=DeliveryState.DEFERRED, reason="554 relay access denied", code=554)
LOST = Outcome(state=DeliveryState.UNKNOWN, reason="connection lost")


@pytest.fixture
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    return Installation(engine, tmp_path)


# -- once -------------------------------------------------------------------------------------


def test_every_confirmed_subscriber_gets_one_mail(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.subscribe("ben")
    transport = RecordingTransport()

    report = installation.send(transport)

    assert transport.recipients == ["ada@example.org", "ben@example.org"]
    assert report.counts == {DeliveryState.SENT: 2}
    assert report.complete


def test_a_second_run_of_the_day_sends_nothing(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.send()
    installation.wait(hours=1)
    transport = RecordingTransport()

    report = installation.send(transport)

    assert transport.attempted_recipients == []
    assert (report.counts, report.already) == ({}, 1)


DOI, ARXIV = "10.1000/lamps", "2602.00001"


def test_a_paper_is_not_sent_again_under_another_id(installation: Installation) -> None:
    installation.subscribe("ada")
    installation.add_papers(agents_paper(DOI))
    installation.send()
    installation.wait(days=1)
    # It is known as a paper of its own before a record says that it is the same.
    installation.add_papers(agents_paper(ARXIV, day=TOMORROW), agents_paper("3", day=TOMORROW))
    installation.add_papers(agents_paper(ARXIV, aliases=(DOI,), day=TOMORROW), source="second")

    installation.send(day=TOMORROW)

    assert installation.shown("ada") == [ARXIV]
    assert installation.shown("ada", TOMORROW) == ["3"]


def test_a_mail_is_tried_again_though_two_of_its_papers_are_one_now(
    installation: Installation,
) -> None:
    installation.subscribe("ada")
    same = "We study the very same lamps in the very same fog as an agent."
    installation.add_papers(
        *(agents_paper(name, abstract=same) for name in (DOI, ARXIV)), agents_paper("3")
    )
    installation.send(RecordingTransport(failures={"ada@example.org": DEFERRED}))
    installation.add_papers(agents_paper(ARXIV, abstract=same, aliases=(DOI,)))
    installation.wait(hours=1)

    installation.send()

    assert installation.states() == {"ada": "sent"}
    assert set(installation.shown("ada")) == {ARXIV, "3"}


def test_a_second_run_serves_a_subscriber_who_came_in_between(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.send()
    installation.subscribe("ben")
    transport = RecordingTransport()

    installation.send(transport)

    assert transport.recipients == ["ben@example.org"]


def test_a_paper_is_never_shown_twice_to_a_subscriber_whatever_its_id_looks_like(
    installation: Installation,
) -> None:
    installation.write_source("first", record(id="arXiv:2602.00001v1", day="2026-02-02"))
    installation.write_source(
        "second", record(id="https://arxiv.org/abs/2602.00001v3", day="2026-02-03")
    )
    installation.fetch(DAY)
    installation.fetch(TOMORROW)
    installation.subscribe("ada")
    installation.send(day=DAY)
    transport = RecordingTransport()

    installation.send(transport, day=TOMORROW)

    assert transport.attempted_recipients == []
    assert installation.reasons(TOMORROW) == {
        "ada": "every paper about Agents was in an earlier issue"
    }


def test_only_the_new_papers_of_the_next_day_are_in_its_mail(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001", "2602.00002")
    installation.subscribe("ada")
    installation.send()
    installation.add_agents_papers("2602.00003", day=TOMORROW)
    installation.add_papers(agents_paper("2602.00001", day=TOMORROW), source="second")

    installation.send(day=TOMORROW)

    assert installation.shown("ada", TOMORROW) == ["2602.00003"]


def test_a_mail_whose_outcome_is_unknown_counts_as_shown_and_is_not_repeated(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.send(RecordingTransport(failures={"ada@example.org": LOST}))
    installation.add_papers(agents_paper("2602.00001", day=TOMORROW), source="second")
    transport = RecordingTransport()

    again, tomorrow = installation.send(transport), installation.send(transport, day=TOMORROW)

    assert transport.attempted_recipients == []
    assert again.already == 1
    assert tomorrow.counts == {DeliveryState.SKIPPED: 1}
    assert installation.states() == {"ada": "unknown"}


def test_who_was_mailed_before_a_day_began_gets_its_papers_with_the_next_issue(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001", day=DAY - timedelta(days=1))
    installation.subscribe("ada")
    installation.app.ledger.plan(DAY - timedelta(days=1), now=installation.now, only=0)
    installation.wait(days=-1)
    early = installation.send(day=DAY)  # as older versions let an operator do
    installation.wait(days=1)
    installation.add_agents_papers("2602.00002", day=DAY)
    of_the_day = installation.send(day=DAY)
    installation.wait(days=1)
    installation.add_agents_papers("2602.00003", day=TOMORROW)

    installation.send(day=TOMORROW)

    assert (early.counts, of_the_day.counts) == ({DeliveryState.SENT: 1}, {})
    assert sorted(installation.shown("ada", TOMORROW)) == ["2602.00002", "2602.00003"]


def test_a_refused_mail_does_not_count_as_shown(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.send(
        RecordingTransport(failures={"ada@example.org": replace(REFUSED, status="5.2.2")})
    )
    installation.add_papers(agents_paper("2602.00001", day=TOMORROW), source="second")
    transport = RecordingTransport()

    installation.send(transport, day=TOMORROW)

    assert transport.recipients == ["ada@example.org"]


def test_a_run_beside_another_sends_nothing_and_says_so(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    transport = RecordingTransport()

    with installation.services.run_lock(), pytest.raises(RunInProgressError, match="another run"):
        installation.send(transport)

    assert transport.attempted_recipients == []


def test_what_a_dead_run_left_claimed_is_unknown(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")

    with pytest.raises(ZeroDivisionError):
        installation.send(RecordingTransport(failures={"ada@example.org": ZeroDivisionError()}))
    installation.send()

    assert installation.states() == {"ada": "unknown"}


# -- one bad recipient --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        pytest.param(REFUSED, "failed", id="refused"),
        pytest.param(DEFERRED, "deferred", id="deferred"),
        pytest.param(LOST, "unknown", id="unknown"),
    ],
)
def test_one_bad_recipient_stops_nobody(
    installation: Installation, failure: Outcome, state: str
) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    installation.subscribe("bad")
    installation.subscribe("cyd")
    transport = RecordingTransport(failures={"bad@example.org": failure})

    report = installation.send(transport)

    assert transport.recipients == ["ada@example.org", "cyd@example.org"]
    assert installation.states() == {"ada": "sent", "bad": state, "cyd": "sent"}
    assert installation.reasons()["bad"] == failure.reason
    assert report.counts == {DeliveryState.SENT: 2, failure.state: 1}


def test_a_mail_that_cannot_be_made_stops_nobody_and_waits(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.add_papers(paper("2602.00002", title="A \x07 robot", abstract="A robot."))
    installation.subscribe("ada")
    installation.subscribe("bad", "robots")
    installation.subscribe("cyd")
    transport = RecordingTransport()

    installation.send(transport)

    assert transport.recipients == ["ada@example.org", "cyd@example.org"]
    assert installation.states()["bad"] == "deferred"
    assert "control character" in str(installation.reasons()["bad"])


def test_an_address_that_is_not_valid_any_more_stops_nobody(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada")
    bad = installation.subscribe("bad")
    installation.subscribe("cyd")
    with installation.app.engine.begin() as db:
        row = {"address": "bad@localhost", "id": bad.id}
        db.execute(sa.text("UPDATE subscribers SET address = :address WHERE id = :id"), row)
    transport = RecordingTransport()

    installation.send(transport)

    assert transport.recipients == ["ada@example.org", "cyd@example.org"]
    assert installation.states()["bad"] == "failed"
    assert "bad@localhost" in str(installation.reasons()["bad"])


def test_a_deferred_mail_is_sent_by_the_next_run_as_it_was(installation: Installation) -> None:
    installation.add_agents_papers("2602.00001")
    ada = installation.subscribe("ada")
    before = installation.preview(ada).message
    installation.send(RecordingTransport(failures={"ada@example.org": DEFERRED}))
    installation.wait(hours=3)
    transport = RecordingTransport()

    installation.send(transport)

    assert before is not None
    assert [message.content for message in transport.messages] == [before.outgoing.content]
    assert installation.states() == {"ada": "sent"}


def test_a_mail_server_that_fails_stops_the_run_and_the_next_sends_the_rest(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001")
    for name in ("ada", "ben", "cyd"):
        installation.subscribe(name)
    broken = RecordingTransport(failures={"ben@example.org": MailServerError("no route to host")})
    working = RecordingTransport()

    report = installation.send(broken)
    stopped_at = installation.states()
    installation.send(working)

    assert (report.stopped, report.complete) == ("no route to host", False)
    assert stopped_at == {"ada": "sent", "ben": "planned", "cyd": "planned"}
    assert broken.attempted_recipients == ["ada@example.org", "ben@example.org"]
    assert working.recipients == ["ben@example.org", "cyd@example.org"]
    assert broken.closed


# -- nothing to say -----------------------------------------------------------------------------


def test_a_subscriber_without_anything_new_is_skipped_with_a_reason(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001")
    installation.subscribe("ada", "whales")

    report = installation.send()

    assert installation.states() == {"ada": "skipped"}
    assert "about Whales" in str(installation.reasons()["ada"])
    assert report.complete


def test_a_skipped_subscriber_gets_a_mail_when_papers_come_later_in_the_day(
    installation: Installation,
) -> None:
    installation.subscribe("ada")
    installation.send()
    installation.add_agents_papers("2602.00001")
    installation.wait(hours=5)
    transport = RecordingTransport()

    installation.send(transport)

    assert transport.recipients == ["ada@example.org"]
    assert b"Date: Mon, 02 Feb 2026 17:00:00 +0000" in transport.messages[0].content
    assert installation.states() == {"ada": "sent"}


# -- a server that is at fault ------------------------------------------------------------------


@pytest.mark.parametrize("answer", [REFUSED_ALL, LOST], ids=["turns all away", "answers nobody"])
def test_a_server_that_fails_everybody_stops_the_run_before_it_has_used_them_up(
    installation: Installation, answer: Outcome
) -> None:
    installation.add_agents_papers("2602.00001")
    names = [f"r{number}" for number in range(9)]
    for name in names:
        installation.subscribe(name)
    transport = RecordingTransport(
        failures=dict.fromkeys((f"{n}@example.org" for n in names), answer)
    )

    report = installation.send(transport)

    assert len(transport.attempted_recipients) == MAX_FAILURES
    assert installation.totals() == {"planned": 9 - MAX_FAILURES, str(answer.state): MAX_FAILURES}
    assert report.stopped == answer.reason
    assert not report.complete


def test_failures_with_successes_between_them_do_not_stop_the_run(
    installation: Installation,
) -> None:
    installation.add_agents_papers("2602.00001")
    names = [f"r{number}" for number in range(12)]
    for name in names:
        installation.subscribe(name)
    later = {f"{name}@example.org": DEFERRED for name in names[::2]}

    report = installation.send(RecordingTransport(failures=later))

    assert report.counts == {DeliveryState.SENT: 6, DeliveryState.DEFERRED: 6}
    assert report.stopped is None
