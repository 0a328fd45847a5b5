"""Who got what: once per day and reader, whatever happens in between."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from builders import DAY, NOON, PEPPER, issue, paper, pick

from digest.database import lock_path
from digest.delivery.ledger import Claim, Ledger
from digest.errors import RunInProgressError
from digest.identity import canonical_id
from digest.models import Paper, State
from digest.store import Store
from subscribers.book import Book, Evidence

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models import Issue

ADA, BO = 100, 101
NEXT_DAY = DAY + timedelta(days=1)
LATER = NOON + timedelta(hours=1)
ONE, TWO, THREE = (paper(str(number), title=f"Paper {number}") for number in (1, 2, 3))
TITLED = paper(canonical_id(None, "Lamps in Fog"), title="Lamps in Fog")

#: Takes the lock of the path it is given, as another process would.
OTHER_PROCESS = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


@pytest.fixture
def ledger(engine: sa.Engine) -> Ledger:
    """A ledger with two readers and four papers."""
    book = Book(engine, new_id=count(ADA).__next__, pepper=PEPPER)
    evidence = Evidence(at=NOON, door="cli")
    book.add("ada@example.org", ["agents"], confirmed=True, evidence=evidence)
    book.add("bo@example.org", ["agents"], confirmed=True, evidence=evidence)
    Store(engine).save([ONE, TWO, THREE, TITLED], source="page", kind="capture")
    return Ledger(engine, lock=lock_path(engine))


def claim(
    ledger: Ledger,
    *papers: Paper,
    day: date = DAY,
    reader: int = ADA,
    hours: int = 0,
    mail: Issue | None = None,
) -> Claim | None:
    return ledger.claim(
        day,
        reader,
        mail or issue(*(pick(it) for it in papers or (ONE,))),
        subject="Agents",
        message_id="<1@example.org>",
        planned_at=NOON + timedelta(hours=hours),
    )


def settled(ledger: Ledger, state: State, *papers: Paper, **details: Any) -> Claim:
    """A delivery that was claimed and ended in a state."""
    claimed = claim(ledger, *papers, **details)
    assert claimed is not None
    ledger.settle(claimed, state, now=NOON)
    return claimed


def shown(ledger: Ledger, claimed: Claim | None) -> list[str]:
    assert claimed is not None
    return [it.paper_id for it in ledger.contents(claimed.delivery_id)]


def states(ledger: Ledger) -> list[tuple[int, State, str | None]]:
    return [(it.subscriber_id, it.state, it.reason) for it in ledger.entries()]


def test_a_mail_can_be_claimed_once(ledger: Ledger) -> None:
    assert claim(ledger) is not None
    assert claim(ledger) is None
    assert [it.attempts for it in ledger.entries()] == [1]


def test_the_same_day_is_claimed_for_each_reader_and_each_day_for_the_same(ledger: Ledger) -> None:
    assert claim(ledger) is not None
    assert claim(ledger, reader=BO) is not None
    assert claim(ledger, day=NEXT_DAY) is not None


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.UNKNOWN])
def test_a_settled_mail_is_not_claimed_again(ledger: Ledger, state: State) -> None:
    settled(ledger, state)

    assert ledger.settled(DAY) == {ADA}
    assert claim(ledger) is None
    assert [it.state for it in ledger.entries()] == [state]


def test_a_deferred_mail_is_claimed_again_and_keeps_the_date_it_had(ledger: Ledger) -> None:
    first = settled(ledger, State.DEFERRED)

    again = claim(ledger, hours=5)

    assert again == Claim(delivery_id=first.delivery_id, planned_at=NOON)
    assert [(it.state, it.attempts, it.settled_at) for it in ledger.entries()] == [
        (State.CLAIMED, 2, None)
    ]


def test_a_skipped_mail_is_claimed_again_with_a_date_of_its_own(ledger: Ledger) -> None:
    ledger.close(DAY, ADA, State.SKIPPED, reason="nothing new", now=NOON)

    assert ledger.settled(DAY) == set()
    again = claim(ledger, hours=5)

    assert again is not None
    assert again.planned_at == NOON + timedelta(hours=5)
    assert states(ledger) == [(ADA, State.CLAIMED, None)]


def test_the_dates_of_a_days_mails_are_those_that_were_planned(ledger: Ledger) -> None:
    settled(ledger, State.DEFERRED)
    ledger.close(DAY, BO, State.SKIPPED, reason="nothing new", now=NOON)

    assert ledger.planned(DAY) == {ADA: NOON}
    assert ledger.planned(NEXT_DAY) == {}


def test_closing_a_day_that_is_settled_changes_nothing(ledger: Ledger) -> None:
    settled(ledger, State.SENT)

    ledger.close(DAY, ADA, State.SKIPPED, reason="nothing new", now=LATER)

    assert states(ledger) == [(ADA, State.SENT, None)]


def test_a_mail_is_settled_once(ledger: Ledger) -> None:
    claimed = settled(ledger, State.SENT)

    ledger.settle(claimed, State.FAILED, reason="too late", now=LATER)

    assert states(ledger) == [(ADA, State.SENT, None)]


def test_what_was_claimed_by_a_run_that_died_becomes_unknown(ledger: Ledger) -> None:
    claim(ledger)

    with ledger.sending(now=LATER) as stale:
        assert stale == 1

    (entry,) = ledger.entries()
    assert (entry.state, entry.settled_at) == (State.UNKNOWN, LATER)
    assert entry.reason is not None
    assert claim(ledger) is None


def test_a_second_sender_is_refused_while_the_first_is_at_work(
    ledger: Ledger, engine: sa.Engine
) -> None:
    second = Ledger(engine, lock=lock_path(engine))

    with (
        ledger.sending(now=NOON),
        pytest.raises(RunInProgressError, match="another run is sending"),
        second.sending(now=NOON),
    ):
        pytest.fail("two were sending")


def test_a_refused_sender_does_not_touch_what_the_first_has_claimed(ledger: Ledger) -> None:
    with ledger.sending(now=NOON):
        claim(ledger)
        with pytest.raises(RunInProgressError), ledger.sending(now=NOON):
            pytest.fail("two were sending")

        assert states(ledger) == [(ADA, State.CLAIMED, None)]


def test_another_process_cannot_take_the_lock(ledger: Ledger, engine: sa.Engine) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(lock_path(engine))]

    with ledger.sending(now=NOON):
        during = subprocess.run(command, capture_output=True, text=True)
    after = subprocess.run(command, capture_output=True, text=True)

    assert "BlockingIOError" in during.stderr
    assert (after.returncode, after.stderr) == (0, "")


def test_the_lock_is_free_again_after_a_run_that_failed(ledger: Ledger) -> None:
    with pytest.raises(KeyboardInterrupt), ledger.sending(now=NOON):
        raise KeyboardInterrupt

    with ledger.sending(now=NOON) as stale:
        assert stale == 0


def test_the_lock_can_be_read_by_its_owner_only(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.sending(now=NOON):
        mode = stat.S_IMODE((tmp_path / "digest.db-run").stat().st_mode)

    assert mode == 0o600


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
def test_a_paper_that_came_or_may_have_come_was_seen(ledger: Ledger, state: State) -> None:
    settled(ledger, state, ONE, TWO)

    assert ledger.seen(["1", "3"], apart_from=NEXT_DAY) == {ADA: {"1"}}


@pytest.mark.parametrize("state", [State.CLAIMED, State.DEFERRED, State.FAILED])
def test_a_paper_that_did_not_come_was_not_seen(ledger: Ledger, state: State) -> None:
    settled(ledger, state, ONE)

    assert ledger.seen(["1"], apart_from=NEXT_DAY) == {}


def test_a_days_own_mail_does_not_count_as_seen(ledger: Ledger) -> None:
    settled(ledger, State.SENT, ONE)
    settled(ledger, State.SENT, TWO, day=NEXT_DAY)

    assert ledger.seen(["1", "2"], apart_from=DAY) == {ADA: {"2"}}
    assert ledger.seen(["1", "2"], apart_from=NEXT_DAY) == {ADA: {"1"}}


def test_more_papers_can_be_asked_for_than_one_query_holds(ledger: Ledger) -> None:
    settled(ledger, State.SENT, THREE)

    assert ledger.seen(map(str, range(2000)), apart_from=NEXT_DAY) == {ADA: {"3"}}


def test_a_mail_holds_its_papers_in_order_with_what_stands_behind_them(ledger: Ledger) -> None:
    mail = issue(pick(TWO, similar=(THREE,)), pick(ONE, topic="speech"))
    claimed = claim(ledger, mail=mail)

    two, three, one = ledger.contents(claimed.delivery_id) if claimed else ()
    assert (two.paper_id, two.topic, two.reasons) == ("2", "agents", ("“agents” in the title",))
    assert (three.paper_id, three.topic, three.reasons) == ("3", "agents", ("similar to 2",))
    assert (one.paper_id, one.topic, one.title) == ("1", "speech", "Paper 1")


def test_a_paper_shown_behind_another_was_seen(ledger: Ledger) -> None:
    settled(ledger, State.SENT, mail=issue(pick(TWO, similar=(THREE,))))

    assert ledger.seen(["2", "3"], apart_from=NEXT_DAY) == {ADA: {"2", "3"}}


def test_another_attempt_holds_what_it_holds_and_no_more(ledger: Ledger) -> None:
    settled(ledger, State.DEFERRED, ONE, TWO)

    assert shown(ledger, claim(ledger, THREE)) == ["3"]


def test_a_paper_that_takes_its_real_id_keeps_its_place_in_the_mails(
    ledger: Ledger, engine: sa.Engine
) -> None:
    claimed = settled(ledger, State.SENT, TITLED)

    Store(engine).save([paper("9", title="Lamps in Fog")], source="hf", kind="huggingface")

    assert shown(ledger, claimed) == ["9"]
    assert ledger.seen(["9"], apart_from=NEXT_DAY) == {ADA: {"9"}}


def test_entries_come_newest_day_first_then_by_address(ledger: Ledger) -> None:
    claim(ledger, reader=BO)
    claim(ledger, ONE, TWO)
    claim(ledger, day=NEXT_DAY)

    assert [(it.day, it.address, it.papers) for it in ledger.entries()] == [
        (NEXT_DAY, "ada@example.org", 1),
        (DAY, "ada@example.org", 2),
        (DAY, "bo@example.org", 1),
    ]
    assert [it.day for it in ledger.entries(subscriber_id=ADA)] == [NEXT_DAY, DAY]
    assert [it.address for it in ledger.entries(day=NEXT_DAY)] == ["ada@example.org"]


def test_the_newest_day_is_the_last_that_was_planned(ledger: Ledger) -> None:
    assert ledger.newest_day() is None

    claim(ledger, day=NEXT_DAY)
    claim(ledger)

    assert ledger.newest_day() == NEXT_DAY
