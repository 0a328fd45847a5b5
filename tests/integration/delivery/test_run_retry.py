"""A second attempt is the same bytes as the first, whatever has come in since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, evidence, paper
from support.installation import Installation, RecordingTransport, agents_paper
from support.readers import CHOSEN_AT

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
def installation(engine: sa.Engine, tmp_path: Path) -> Installation:
    """A day with papers of every kind, and a subscriber with own words beside a topic."""
    installation = Installation(engine, tmp_path)
    installation.add_agents_papers("2602.00001", "2602.00002", votes=3)
    installation.add_papers(
        paper("2602.00003", title="A whale sings", abstract="It sings.", votes=1),
        paper("2602.00004", title="A whale sings", abstract="It sings.", votes=0),
        paper(canonical_id(None, TITLED), title=TITLED, abstract="An agent.", links=Links()),
    )
    ada = installation.subscribe("ada")
    installation.book.choose(ada.id, ["agents"], Preferences(words_in=("whale",)), at=CHOSEN_AT)
    return installation


def also(installation: Installation, *papers: Paper) -> None:
    """Have another source find papers."""
    installation.add_papers(*papers, source="second")


# -- what may happen between two attempts -------------------------------------------------------


def votes_change(installation: Installation) -> None:
    installation.add_papers(agents_paper("2602.00002", votes=900, observed_at=SOON))


def papers_are_added(installation: Installation) -> None:
    installation.add_agents_papers("2602.00011", "2602.00012", votes=900)
    installation.add_papers(paper("2602.00013", title="Another whale", abstract="It sings too."))


def abstracts_and_links_change(installation: Installation) -> None:
    also(installation, *(replace(it, abstract="New.") for it in (agents_paper("2602.00001"),)))
    installation.add_papers(
        replace(agents_paper("2602.00002"), abstract="Newer.", authors=("Ada", "Bo"))
    )


def a_paper_takes_its_real_id(installation: Installation) -> None:
    also(installation, paper("2602.00099", title=TITLED, abstract="An agent, numbered."))


def the_next_day_s_mail_is_sent(installation: Installation) -> None:
    installation.add_agents_papers("2602.00021", day=TOMORROW)
    assert installation.send(day=TOMORROW).counts == {DeliveryState.SENT: 1}


def the_clock_moves_on(installation: Installation) -> None:
    installation.wait(hours=11)


def a_source_fails(installation: Installation) -> None:
    installation.fetch()


def another_run_stores_another_edition(installation: Installation) -> None:
    papers_are_added(installation)
    installation.subscribe("bo")
    assert installation.send(only=installation.book.confirmed()[-1].id).counts == {
        DeliveryState.SENT: 1
    }


def the_day_is_closed_and_opened(installation: Installation) -> None:
    installation.app.ledger.close(DAY, now=installation.now)


HAPPENINGS = [
    votes_change,
    papers_are_added,
    abstracts_and_links_change,
    a_paper_takes_its_real_id,
    the_next_day_s_mail_is_sent,
    the_clock_moves_on,
    a_source_fails,
    another_run_stores_another_edition,
    the_day_is_closed_and_opened,
]
#: These leave a mail that is still to be made as it is.
QUIET = [the_next_day_s_mail_is_sent, the_day_is_closed_and_opened]


@pytest.mark.parametrize("happens", [it for it in HAPPENINGS if it not in QUIET])
def test_each_of_these_does_change_a_mail_that_was_never_made(
    installation: Installation, happens: Callable[[Installation], None]
) -> None:
    (ada,) = installation.book.confirmed()
    before = installation.preview(ada).message

    happens(installation)

    after = installation.preview(ada).message
    assert before is not None
    assert after is None or after.outgoing != before.outgoing


def by_the_next_run(installation: Installation, transport: RecordingTransport) -> None:
    installation.wait(hours=1)
    installation.send(transport)


def by_a_retry(installation: Installation, transport: RecordingTransport) -> None:
    installation.app.ledger.plan_again(DAY, [DeliveryState.DEFERRED, DeliveryState.UNKNOWN])
    installation.retry(transport, allow_late=True)


@pytest.mark.parametrize("again", [by_the_next_run, by_a_retry])
@pytest.mark.parametrize("happens", HAPPENINGS)
def test_a_deferred_mail_is_tried_again_as_it_was(
    installation: Installation,
    happens: Callable[[Installation], None],
    again: Callable[[Installation, RecordingTransport], None],
) -> None:
    first, second = RecordingTransport(failures={ADA: LATER}), RecordingTransport()
    installation.send(first)
    happens(installation)

    again(installation, second)

    assert [it for it in second.messages if it.recipient == ADA] == first.attempted
    assert installation.states()["ada"] == "sent"


def test_all_that_may_happen_at_once_changes_nothing_either(installation: Installation) -> None:
    first, second = RecordingTransport(failures={ADA: LATER}), RecordingTransport()
    installation.send(first)
    for happens in HAPPENINGS:
        happens(installation)

    by_a_retry(installation, second)

    assert [it for it in second.messages if it.recipient == ADA] == first.attempted


def test_every_attempt_of_many_is_the_same(installation: Installation) -> None:
    transport = RecordingTransport(failures={ADA: LATER})
    for happens in (votes_change, papers_are_added, a_paper_takes_its_real_id):
        installation.send(transport)
        installation.wait(hours=1)
        happens(installation)
    transport.failures = {}

    installation.send(transport)

    assert len(transport.attempted) == 4
    assert len(set(transport.attempted)) == 1
    assert installation.delivery("ada").attempts == 4


def test_what_was_in_doubt_is_sent_again_as_it_was_when_somebody_says_so(
    installation: Installation,
) -> None:
    first, second = RecordingTransport(failures={ADA: NO_ANSWER}), RecordingTransport()
    installation.send(first)
    papers_are_added(installation)

    by_a_retry(installation, second)

    assert second.messages == first.attempted
    assert installation.states() == {"ada": "sent"}


@pytest.mark.parametrize("happens", HAPPENINGS[:4])
def test_after_a_kill_the_mail_in_doubt_is_resent_as_it_was(
    installation: Installation, happens: Callable[[Installation], None]
) -> None:
    installation.policy = Policy(on_unknown="resend")
    first, second = RecordingTransport(failures={ADA: KeyboardInterrupt()}), RecordingTransport()
    with pytest.raises(KeyboardInterrupt):
        installation.send(first)
    happens(installation)

    report = installation.send(second)

    assert second.messages == first.attempted
    assert report.counts == {DeliveryState.SENT: 1}


def test_what_had_not_left_when_a_run_was_killed_leaves_as_it_was_claimed(
    installation: Installation,
) -> None:
    installation.subscribe("bo")
    killed = RecordingTransport(failures={ADA: KeyboardInterrupt()})
    expected = [
        installation.preview(subscriber).message for subscriber in installation.book.confirmed()
    ]
    with pytest.raises(KeyboardInterrupt):
        installation.send(killed)
    papers_are_added(installation)
    transport = RecordingTransport()

    installation.send(transport)

    assert [mail.outgoing for mail in expected if mail] == [*killed.attempted, *transport.messages]
    assert installation.states() == {"ada": "unknown", "bo": "sent"}


def test_a_preview_of_what_waits_is_what_was_tried(installation: Installation) -> None:
    transport = RecordingTransport(failures={ADA: LATER})
    installation.send(transport)
    papers_are_added(installation)

    mail = installation.preview(installation.book.confirmed()[0]).message

    assert mail is not None
    assert [mail.outgoing] == transport.attempted


# -- what may not be sent again as it was -------------------------------------------------------


def test_what_a_later_mail_has_shown_is_not_shown_again_by_one_that_waited(
    installation: Installation,
) -> None:
    installation.send(RecordingTransport(failures={ADA: LATER}))
    also(installation, agents_paper("2602.00001", day=TOMORROW))
    installation.send(day=TOMORROW)
    transport = RecordingTransport()

    by_the_next_run(installation, transport)

    assert installation.shown("ada", TOMORROW) == ["2602.00001"]
    assert transport.recipients == [ADA]
    assert "2602.00001" not in installation.shown("ada")
    assert "2602.00002" in installation.shown("ada")
    preview = installation.preview(installation.book.confirmed()[0]).message
    assert preview is not None
    assert preview.outgoing == transport.messages[0]


def test_what_waited_is_skipped_when_a_later_mail_has_shown_all_of_it(
    installation: Installation,
) -> None:
    bo = installation.subscribe("bo", "whales")
    installation.send(RecordingTransport(failures={"bo@example.org": LATER}))
    also(
        installation,
        *(paper(it, title="A whale sings", day=TOMORROW) for it in installation.shown("bo")),
    )
    installation.send(day=TOMORROW)
    transport = RecordingTransport()

    by_the_next_run(installation, transport)

    assert installation.states(TOMORROW)["bo"] == "sent"
    assert transport.attempted_recipients == []
    assert installation.states()["bo"] == "skipped"
    assert installation.preview(bo).reason == "every paper about Whales was in an earlier issue"


def test_whoever_leaves_gets_no_second_attempt(installation: Installation) -> None:
    installation.send(RecordingTransport(failures={ADA: LATER}))
    installation.book.record(installation.book.confirmed()[0].id, Event.LEAVE, evidence=evidence())
    transport = RecordingTransport()

    by_a_retry(installation, transport)

    assert transport.attempted_recipients == []
    assert installation.reasons() == {"ada": "the reader is left now"}


def test_whoever_comes_back_the_same_day_gets_the_mail_they_missed(
    installation: Installation,
) -> None:
    first, second = RecordingTransport(failures={ADA: LATER}), RecordingTransport()
    installation.send(first)
    ada = installation.book.confirmed()[0]
    installation.book.record(ada.id, Event.PAUSE, evidence=evidence())
    installation.send()
    installation.wait(hours=1)
    installation.send()
    installation.book.record(ada.id, Event.RESUME, evidence=evidence())

    installation.send(second)

    assert second.messages == first.attempted


# -- when ---------------------------------------------------------------------------------------


def test_a_deferred_mail_waits_before_it_is_tried_again(installation: Installation) -> None:
    installation.send(RecordingTransport(failures={ADA: LATER}))
    soon, late = RecordingTransport(), RecordingTransport()

    installation.wait(minutes=3)
    too_soon = installation.send(soon)
    installation.wait(minutes=4)
    installation.send(late)

    assert (soon.attempted_recipients, late.recipients) == ([], [ADA])
    assert too_soon.counts == {DeliveryState.DEFERRED: 1}
    assert not too_soon.complete


def test_a_mail_deferred_until_its_day_is_too_old_is_given_up(installation: Installation) -> None:
    installation.send(RecordingTransport(failures={ADA: LATER}))
    installation.wait(days=2)
    transport = RecordingTransport()

    installation.send(transport, day=DAY + timedelta(days=2))

    assert transport.attempted_recipients == []
    assert installation.states() == {"ada": "expired"}
    assert installation.app.ledger.open_days() == []


def test_an_expired_mail_leaves_when_the_operator_says_so_and_as_it_was(
    installation: Installation,
) -> None:
    first, second = RecordingTransport(failures={ADA: LATER}), RecordingTransport()
    installation.send(first)
    installation.wait(days=9)
    installation.send(day=DAY + timedelta(days=9))
    installation.app.ledger.plan_again(DAY, [DeliveryState.EXPIRED])

    report = installation.retry(second, allow_late=True)

    assert second.messages == first.attempted
    assert report.complete


def test_a_mail_made_again_by_other_templates_is_logged(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = RecordingTransport(failures={ADA: LATER}), RecordingTransport()
    installation.send(first)
    installation.wait(hours=2)
    settings = replace(
        installation.app.mail_settings, postal_address="A new address", key="of other templates"
    )
    installation.app.__dict__["mail_settings"] = settings
    installation.app.__dict__.pop("delivery_services", None)

    installation.retry(second)

    assert "templates have changed" in caplog.messages
    assert second.messages[0].content != first.attempted[0].content
    assert second.messages[0].envid == first.attempted[0].envid
