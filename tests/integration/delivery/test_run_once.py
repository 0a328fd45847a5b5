"""A run over a real database: everybody once, one bad recipient stops nobody, nothing forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import DAY, paper
from support.installation import House, Recorder, agents_paper, record

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
def house(engine: sa.Engine, tmp_path: Path) -> House:
    return House(engine, tmp_path)


# -- once -------------------------------------------------------------------------------------


def test_every_confirmed_reader_gets_one_mail(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.reader("ben")
    transport = Recorder()

    report = house.send(transport)

    assert transport.recipients == ["ada@example.org", "ben@example.org"]
    assert report.counts == {DeliveryState.SENT: 2}
    assert report.complete


def test_a_second_run_of_the_day_sends_nothing(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.send()
    house.wait(hours=1)
    transport = Recorder()

    report = house.send(transport)

    assert transport.asked == []
    assert (report.counts, report.already) == ({}, 1)


def test_a_second_run_serves_a_reader_who_came_in_between(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.send()
    house.reader("ben")
    transport = Recorder()

    house.send(transport)

    assert transport.recipients == ["ben@example.org"]


def test_a_paper_is_never_shown_twice_to_a_reader_whatever_its_id_looks_like(house: House) -> None:
    house.file("first", record(id="arXiv:2602.00001v1", day="2026-02-02"))
    house.file("second", record(id="https://arxiv.org/abs/2602.00001v3", day="2026-02-03"))
    house.fetch(DAY)
    house.fetch(TOMORROW)
    house.reader("ada")
    house.send(day=DAY)
    transport = Recorder()

    house.send(transport, day=TOMORROW)

    assert transport.asked == []
    assert house.reasons(TOMORROW) == {"ada": "every paper about Agents was in an earlier issue"}


def test_only_the_new_papers_of_the_next_day_are_in_its_mail(house: House) -> None:
    house.about_agents("2602.00001", "2602.00002")
    house.reader("ada")
    house.send()
    house.about_agents("2602.00003", day=TOMORROW)
    house.papers(agents_paper("2602.00001", day=TOMORROW), source="second")

    house.send(day=TOMORROW)

    assert house.shown("ada", TOMORROW) == ["2602.00003"]


def test_a_mail_whose_fate_is_unknown_counts_as_shown_and_is_not_repeated(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.send(Recorder(failures={"ada@example.org": LOST}))
    house.papers(agents_paper("2602.00001", day=TOMORROW), source="second")
    transport = Recorder()

    again, tomorrow = house.send(transport), house.send(transport, day=TOMORROW)

    assert transport.asked == []
    assert again.already == 1
    assert tomorrow.counts == {DeliveryState.SKIPPED: 1}
    assert house.states() == {"ada": "unknown"}


def test_a_refused_mail_does_not_count_as_shown(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.send(Recorder(failures={"ada@example.org": replace(REFUSED, status="5.2.2")}))
    house.papers(agents_paper("2602.00001", day=TOMORROW), source="second")
    transport = Recorder()

    house.send(transport, day=TOMORROW)

    assert transport.recipients == ["ada@example.org"]


def test_a_run_beside_another_sends_nothing_and_says_so(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    transport = Recorder()

    with house.office.run_lock(), pytest.raises(RunInProgressError, match="another run"):
        house.send(transport)

    assert transport.asked == []


def test_what_a_dead_run_left_claimed_is_unknown(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")

    with pytest.raises(ZeroDivisionError):
        house.send(Recorder(failures={"ada@example.org": ZeroDivisionError()}))
    house.send()

    assert house.states() == {"ada": "unknown"}


# -- one bad recipient --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        pytest.param(REFUSED, "failed", id="refused"),
        pytest.param(DEFERRED, "deferred", id="deferred"),
        pytest.param(LOST, "unknown", id="unknown"),
    ],
)
def test_one_bad_recipient_stops_nobody(house: House, failure: Outcome, state: str) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.reader("bad")
    house.reader("cyd")
    transport = Recorder(failures={"bad@example.org": failure})

    report = house.send(transport)

    assert transport.recipients == ["ada@example.org", "cyd@example.org"]
    assert house.states() == {"ada": "sent", "bad": state, "cyd": "sent"}
    assert house.reasons()["bad"] == failure.reason
    assert report.counts == {DeliveryState.SENT: 2, failure.state: 1}


def test_a_mail_that_cannot_be_made_stops_nobody_and_waits(house: House) -> None:
    house.about_agents("2602.00001")
    house.papers(paper("2602.00002", title="A \x07 robot", abstract="A robot."))
    house.reader("ada")
    house.reader("bad", "robots")
    house.reader("cyd")
    transport = Recorder()

    house.send(transport)

    assert transport.recipients == ["ada@example.org", "cyd@example.org"]
    assert house.states()["bad"] == "deferred"
    assert "control character" in str(house.reasons()["bad"])


def test_an_address_that_is_none_any_more_stops_nobody(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    bad = house.reader("bad")
    house.reader("cyd")
    with house.app.engine.begin() as db:
        row = {"address": "bad@localhost", "id": bad.id}
        db.execute(sa.text("UPDATE subscribers SET address = :address WHERE id = :id"), row)
    transport = Recorder()

    house.send(transport)

    assert transport.recipients == ["ada@example.org", "cyd@example.org"]
    assert house.states()["bad"] == "failed"
    assert "bad@localhost" in str(house.reasons()["bad"])


def test_a_deferred_mail_is_sent_by_the_next_run_as_it_was(house: House) -> None:
    house.about_agents("2602.00001")
    ada = house.reader("ada")
    before = house.preview(ada).message
    house.send(Recorder(failures={"ada@example.org": DEFERRED}))
    house.wait(hours=3)
    transport = Recorder()

    house.send(transport)

    assert before is not None
    assert [parcel.content for parcel in transport.parcels] == [before.outgoing.content]
    assert house.states() == {"ada": "sent"}


def test_a_mail_server_that_fails_stops_the_run_and_the_next_sends_the_rest(house: House) -> None:
    house.about_agents("2602.00001")
    for name in ("ada", "ben", "cyd"):
        house.reader(name)
    broken = Recorder(failures={"ben@example.org": MailServerError("no route to host")})
    working = Recorder()

    report = house.send(broken)
    stopped_at = house.states()
    house.send(working)

    assert (report.stopped, report.complete) == ("no route to host", False)
    assert stopped_at == {"ada": "sent", "ben": "planned", "cyd": "planned"}
    assert broken.asked == ["ada@example.org", "ben@example.org"]
    assert working.recipients == ["ben@example.org", "cyd@example.org"]
    assert broken.closed


# -- nothing to say -----------------------------------------------------------------------------


def test_a_reader_without_anything_new_is_skipped_with_a_reason(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada", "whales")

    report = house.send()

    assert house.states() == {"ada": "skipped"}
    assert "about Whales" in str(house.reasons()["ada"])
    assert report.complete


def test_a_skipped_reader_gets_a_mail_when_papers_come_later_in_the_day(house: House) -> None:
    house.reader("ada")
    house.send()
    house.about_agents("2602.00001")
    house.wait(hours=5)
    transport = Recorder()

    house.send(transport)

    assert transport.recipients == ["ada@example.org"]
    assert b"Date: Mon, 02 Feb 2026 17:00:00 +0000" in transport.parcels[0].content
    assert house.states() == {"ada": "sent"}


# -- a server that is at fault ------------------------------------------------------------------


@pytest.mark.parametrize("answer", [REFUSED_ALL, LOST], ids=["turns all away", "answers nobody"])
def test_a_server_that_fails_everybody_stops_the_run_before_it_has_used_them_up(
    house: House, answer: Outcome
) -> None:
    house.about_agents("2602.00001")
    names = [f"r{number}" for number in range(9)]
    for name in names:
        house.reader(name)
    transport = Recorder(failures=dict.fromkeys((f"{n}@example.org" for n in names), answer))

    report = house.send(transport)

    assert len(transport.asked) == MAX_FAILURES
    assert house.sum() == {"planned": 9 - MAX_FAILURES, str(answer.state): MAX_FAILURES}
    assert report.stopped == answer.reason
    assert not report.complete


def test_troubles_with_readers_who_are_strewn_among_others_do_not_stop_the_run(
    house: House,
) -> None:
    house.about_agents("2602.00001")
    names = [f"r{number}" for number in range(12)]
    for name in names:
        house.reader(name)
    later = {f"{name}@example.org": DEFERRED for name in names[::2]}

    report = house.send(Recorder(failures=later))

    assert report.counts == {DeliveryState.SENT: 6, DeliveryState.DEFERRED: 6}
    assert report.stopped is None
