"""A second attempt is the same bytes as the first, whatever has come in since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, evidence, paper
from support.installation import House, Recorder, agents_paper

from digest.delivery.run import Policy
from digest.models.delivery import DeliveryState, Outcome
from digest.models.identity import canonical_id
from digest.models.paper import Links
from subscribers.models import Event, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.paper import Paper

TOMORROW = DAY + timedelta(days=1)
LATER = Outcome(state=DeliveryState.DEFERRED, reason="450 try again")
NO_ANSWER = Outcome(state=DeliveryState.UNKNOWN, reason="connection lost")
SOON = NOON + timedelta(minutes=1)
ADA = "ada@example.org"
TITLED = "An agent without a number"


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> House:
    """A day with papers of every kind, and a reader with words of their own beside a topic."""
    house = House(engine, tmp_path)
    house.about_agents("2602.00001", "2602.00002", votes=3)
    house.papers(
        paper("2602.00003", title="A whale sings", abstract="It sings.", votes=1),
        paper("2602.00004", title="A whale sings", abstract="It sings.", votes=0),
        paper(canonical_id(None, TITLED), title=TITLED, abstract="An agent.", links=Links()),
    )
    ada = house.reader("ada")
    house.book.choose(ada.id, ["agents"], Preferences(words_in=("whale",)))
    return house


def also(house: House, *papers: Paper) -> None:
    """Have another source find papers."""
    house.papers(*papers, source="second")


# -- what may happen between two attempts -------------------------------------------------------


def votes_change(house: House) -> None:
    house.papers(agents_paper("2602.00002", votes=900, observed_at=SOON))


def papers_are_added(house: House) -> None:
    house.about_agents("2602.00011", "2602.00012", votes=900)
    house.papers(paper("2602.00013", title="Another whale", abstract="It sings too."))


def abstracts_and_links_change(house: House) -> None:
    also(house, *(replace(it, abstract="New.") for it in (agents_paper("2602.00001"),)))
    house.papers(replace(agents_paper("2602.00002"), abstract="Newer.", authors=("Ada", "Bo")))


def a_paper_takes_its_real_id(house: House) -> None:
    also(house, paper("2602.00099", title=TITLED, abstract="An agent, numbered."))


def the_next_day_s_mail_is_sent(house: House) -> None:
    house.about_agents("2602.00021", day=TOMORROW)
    assert house.send(day=TOMORROW).counts == {DeliveryState.SENT: 1}


def the_clock_moves_on(house: House) -> None:
    house.wait(hours=11)


def a_source_fails(house: House) -> None:
    house.fetch()


def another_run_freezes_another_desk(house: House) -> None:
    papers_are_added(house)
    house.reader("bo")
    assert house.send(only=house.book.confirmed()[-1].id).counts == {DeliveryState.SENT: 1}


def the_day_is_closed_and_opened(house: House) -> None:
    house.app.ledger.close(DAY, now=house.now)


HAPPENINGS = [
    votes_change,
    papers_are_added,
    abstracts_and_links_change,
    a_paper_takes_its_real_id,
    the_next_day_s_mail_is_sent,
    the_clock_moves_on,
    a_source_fails,
    another_run_freezes_another_desk,
    the_day_is_closed_and_opened,
]
#: These leave a mail that is still to be made as it is.
QUIET = [the_next_day_s_mail_is_sent, the_day_is_closed_and_opened]


@pytest.mark.parametrize("happens", [it for it in HAPPENINGS if it not in QUIET])
def test_each_of_these_does_change_a_mail_that_was_never_made(
    house: House, happens: Callable[[House], None]
) -> None:
    (ada,) = house.book.confirmed()
    before = house.preview(ada).message

    happens(house)

    after = house.preview(ada).message
    assert before is not None
    assert after is None or after.outgoing != before.outgoing


def by_the_next_run(house: House, transport: Recorder) -> None:
    house.wait(hours=1)
    house.send(transport)


def by_a_retry(house: House, transport: Recorder) -> None:
    house.app.ledger.plan_again(DAY, [DeliveryState.DEFERRED, DeliveryState.UNKNOWN])
    house.retry(transport, allow_late=True)


@pytest.mark.parametrize("again", [by_the_next_run, by_a_retry])
@pytest.mark.parametrize("happens", HAPPENINGS)
def test_a_deferred_mail_is_tried_again_as_it_was(
    house: House,
    happens: Callable[[House], None],
    again: Callable[[House, Recorder], None],
) -> None:
    first, second = Recorder(failures={ADA: LATER}), Recorder()
    house.send(first)
    happens(house)

    again(house, second)

    assert [it for it in second.parcels if it.recipient == ADA] == first.tried
    assert house.states()["ada"] == "sent"


def test_all_that_may_happen_at_once_changes_nothing_either(house: House) -> None:
    first, second = Recorder(failures={ADA: LATER}), Recorder()
    house.send(first)
    for happens in HAPPENINGS:
        happens(house)

    by_a_retry(house, second)

    assert [it for it in second.parcels if it.recipient == ADA] == first.tried


def test_every_attempt_of_many_is_the_same(house: House) -> None:
    transport = Recorder(failures={ADA: LATER})
    for happens in (votes_change, papers_are_added, a_paper_takes_its_real_id):
        house.send(transport)
        house.wait(hours=1)
        happens(house)
    transport.failures = {}

    house.send(transport)

    assert len(transport.tried) == 4
    assert len(set(transport.tried)) == 1
    assert house.entry("ada").attempts == 4


def test_what_was_in_doubt_is_sent_again_as_it_was_when_somebody_says_so(house: House) -> None:
    first, second = Recorder(failures={ADA: NO_ANSWER}), Recorder()
    house.send(first)
    papers_are_added(house)

    by_a_retry(house, second)

    assert second.parcels == first.tried
    assert house.states() == {"ada": "sent"}


@pytest.mark.parametrize("happens", HAPPENINGS[:4])
def test_after_a_kill_the_mail_in_doubt_is_resent_as_it_was(
    house: House, happens: Callable[[House], None]
) -> None:
    house.policy = Policy(on_unknown="resend")
    first, second = Recorder(failures={ADA: KeyboardInterrupt()}), Recorder()
    with pytest.raises(KeyboardInterrupt):
        house.send(first)
    happens(house)

    report = house.send(second)

    assert second.parcels == first.tried
    assert report.counts == {DeliveryState.SENT: 1}


def test_what_had_not_left_when_a_run_was_killed_leaves_as_it_was_claimed(house: House) -> None:
    house.reader("bo")
    killed = Recorder(failures={ADA: KeyboardInterrupt()})
    would = [house.preview(reader).message for reader in house.book.confirmed()]
    with pytest.raises(KeyboardInterrupt):
        house.send(killed)
    papers_are_added(house)
    transport = Recorder()

    house.send(transport)

    assert [mail.outgoing for mail in would if mail] == [*killed.tried, *transport.parcels]
    assert house.states() == {"ada": "unknown", "bo": "sent"}


def test_a_preview_of_what_waits_is_what_was_tried(house: House) -> None:
    transport = Recorder(failures={ADA: LATER})
    house.send(transport)
    papers_are_added(house)

    mail = house.preview(house.book.confirmed()[0]).message

    assert mail is not None
    assert [mail.outgoing] == transport.tried


# -- what may not be sent again as it was -------------------------------------------------------


def test_what_a_later_mail_has_shown_is_not_shown_again_by_one_that_waited(house: House) -> None:
    house.send(Recorder(failures={ADA: LATER}))
    also(house, agents_paper("2602.00001", day=TOMORROW))
    house.send(day=TOMORROW)
    transport = Recorder()

    by_the_next_run(house, transport)

    assert house.shown("ada", TOMORROW) == ["2602.00001"]
    assert transport.recipients == [ADA]
    assert "2602.00001" not in house.shown("ada")
    assert "2602.00002" in house.shown("ada")
    preview = house.preview(house.book.confirmed()[0]).message
    assert preview is not None
    assert preview.outgoing == transport.parcels[0]


def test_what_waited_is_skipped_when_a_later_mail_has_shown_all_of_it(house: House) -> None:
    bo = house.reader("bo", "whales")
    house.send(Recorder(failures={"bo@example.org": LATER}))
    also(house, *(paper(it, title="A whale sings", day=TOMORROW) for it in house.shown("bo")))
    house.send(day=TOMORROW)
    transport = Recorder()

    by_the_next_run(house, transport)

    assert house.states(TOMORROW)["bo"] == "sent"
    assert transport.asked == []
    assert house.states()["bo"] == "skipped"
    assert house.preview(bo).reason == "every paper about Whales was in an earlier issue"


def test_whoever_leaves_gets_no_second_attempt(house: House) -> None:
    house.send(Recorder(failures={ADA: LATER}))
    house.book.record(house.book.confirmed()[0].id, Event.LEAVE, evidence=evidence())
    transport = Recorder()

    by_a_retry(house, transport)

    assert transport.asked == []
    assert house.reasons() == {"ada": "the reader is left now"}


def test_whoever_comes_back_the_same_day_gets_the_mail_they_missed(house: House) -> None:
    first, second = Recorder(failures={ADA: LATER}), Recorder()
    house.send(first)
    ada = house.book.confirmed()[0]
    house.book.record(ada.id, Event.PAUSE, evidence=evidence())
    house.send()
    house.wait(hours=1)
    house.send()
    house.book.record(ada.id, Event.RESUME, evidence=evidence())

    house.send(second)

    assert second.parcels == first.tried


# -- when ---------------------------------------------------------------------------------------


def test_a_deferred_mail_rests_before_it_is_tried_again(house: House) -> None:
    house.send(Recorder(failures={ADA: LATER}))
    soon, late = Recorder(), Recorder()

    house.wait(minutes=3)
    too_soon = house.send(soon)
    house.wait(minutes=4)
    house.send(late)

    assert (soon.asked, late.recipients) == ([], [ADA])
    assert too_soon.counts == {DeliveryState.DEFERRED: 1}
    assert not too_soon.complete


def test_a_mail_deferred_until_its_day_is_too_old_is_given_up(house: House) -> None:
    house.send(Recorder(failures={ADA: LATER}))
    house.wait(days=2)
    transport = Recorder()

    house.send(transport, day=DAY + timedelta(days=2))

    assert transport.asked == []
    assert house.states() == {"ada": "expired"}
    assert house.app.ledger.open_days() == []


def test_an_expired_mail_leaves_on_somebody_s_word_and_as_it_was(house: House) -> None:
    first, second = Recorder(failures={ADA: LATER}), Recorder()
    house.send(first)
    house.wait(days=9)
    house.send(day=DAY + timedelta(days=9))
    house.app.ledger.plan_again(DAY, [DeliveryState.EXPIRED])

    report = house.retry(second, allow_late=True)

    assert second.parcels == first.tried
    assert report.complete


def test_a_mail_made_again_by_other_templates_is_told_of(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Recorder(failures={ADA: LATER}), Recorder()
    house.send(first)
    house.wait(hours=2)
    press = replace(house.app.mail_settings, postal_address="A new house", key="of other templates")
    house.app.__dict__["mail_settings"] = press
    house.app.__dict__.pop("delivery_services", None)

    house.retry(second)

    assert "templates have changed" in caplog.messages
    assert second.parcels[0].content != first.tried[0].content
    assert second.parcels[0].envid == first.tried[0].envid
