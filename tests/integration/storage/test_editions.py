"""Editions are stored unchanged, once, and for as long as a mail was made from them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, edition_of, issue, paper, pick
from support.ledger_steps import ADA, ONE, THREE, TITLED, TWO, LedgerSteps

from digest.errors import NotFoundError
from digest.models.delivery import DeliveryState
from digest.sources import get_kind
from digest.storage.papers import PaperStore

if TYPE_CHECKING:
    import sqlalchemy as sa

    from digest.models.issue import Edition
    from digest.storage.editions import StoredEdition

NEXT_DAY = DAY + timedelta(days=1)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def steps(engine: sa.Engine) -> LedgerSteps:
    return LedgerSteps(engine)


def edition(*papers: object, day: object = DAY) -> Edition:
    return edition_of(issue(*(pick(it) for it in papers or (ONE,)), day=day))  # type: ignore[arg-type]


def save(
    steps: LedgerSteps, made: Edition, *, mail_key: str = "templates", late: bool = False
) -> StoredEdition:
    return steps.editions.save(made, mail_key=mail_key, now=LATER if late else NOON)


def test_a_stored_edition_is_read_as_it_was_saved(steps: LedgerSteps) -> None:
    made = edition(ONE, TWO, TITLED)

    stored = save(steps, made)

    assert stored.edition == made
    assert steps.editions.get(stored.id) == stored


def test_the_same_edition_is_stored_once_with_its_first_date(steps: LedgerSteps) -> None:
    first, again = save(steps, edition(ONE)), save(steps, edition(ONE), late=True)

    assert again == first
    assert first.at == NOON
    assert steps.execute("SELECT count(*) FROM editions") == [1]


@pytest.mark.parametrize(
    ("made", "mail_key"),
    [
        (edition(ONE, TWO), "templates"),
        (edition(ONE, day=NEXT_DAY), "templates"),
        (edition(ONE), "new templates"),
    ],
    ids=["other papers", "another day", "new templates"],
)
def test_an_edition_that_differs_is_stored_beside_the_first(
    steps: LedgerSteps, made: Edition, mail_key: str
) -> None:
    first = save(steps, edition(ONE))

    second = save(steps, made, mail_key=mail_key, late=True)

    assert second.id != first.id
    assert (first.at, second.at) == (NOON, LATER)
    assert steps.editions.get(first.id).edition == edition(ONE)


def test_the_date_of_mails_has_no_fractions_of_a_second(steps: LedgerSteps) -> None:
    stored = steps.editions.save(edition(), mail_key="", now=NOON.replace(microsecond=123456))

    assert stored.at == NOON


def test_no_two_editions_of_a_day_share_a_date(steps: LedgerSteps) -> None:
    first, second = save(steps, edition(ONE)), save(steps, edition(TWO))
    previewed = steps.editions.preview(edition(THREE), mail_key="templates", now=NOON)
    elsewhere = save(steps, edition(THREE, day=NEXT_DAY))

    dates = [stored.at - NOON for stored in (first, second, previewed, elsewhere)]

    assert dates == [timedelta(seconds=seconds) for seconds in (0, 1, 2, 0)]


def test_a_preview_stores_nothing_and_finds_what_is_stored(steps: LedgerSteps) -> None:
    new = steps.editions.preview(edition(ONE), mail_key="templates", now=NOON)
    kept = save(steps, edition(ONE))

    assert (new.id, new.edition, new.at) == (0, edition(ONE), NOON)
    assert steps.editions.preview(edition(ONE), mail_key="templates", now=LATER) == kept
    assert steps.execute("SELECT count(*) FROM editions") == [1]


def test_papers_that_an_edition_of_another_day_has_are_marked(steps: LedgerSteps) -> None:
    save(steps, edition(ONE, TWO))
    made = edition(TWO, THREE, day=NEXT_DAY)

    previewed = steps.editions.preview(made, mail_key="templates", now=NOON)
    stored = save(steps, made)

    assert previewed.also_elsewhere == stored.also_elsewhere == {"2"}
    assert save(steps, edition(TWO)).also_elsewhere == {"2"}


def test_a_paper_that_took_its_real_id_has_it_in_earlier_editions(steps: LedgerSteps) -> None:
    stored = save(steps, edition(ONE, TITLED))

    PaperStore(steps.engine).save(
        [paper("9", title="Lamps in Fog")], source="hf", authority=get_kind("huggingface").authority
    )

    opened = steps.editions.get(stored.id).edition
    assert [found.id for found in opened.papers] == ["1", "9"]
    assert [found.paper.id for found in opened.ranked["agents"]] == ["1", "9"]
    assert opened.papers[1].links == TITLED.links


def test_the_newest_edition_of_a_day_is_the_one_saved_last(steps: LedgerSteps) -> None:
    assert steps.editions.newest(DAY) is None

    save(steps, edition(ONE))
    second = save(steps, edition(ONE, TWO))
    save(steps, edition(ONE, day=NEXT_DAY))

    assert steps.editions.newest(DAY) == second.id


def test_an_edition_that_is_not_there_is_named_in_the_error(steps: LedgerSteps) -> None:
    with pytest.raises(NotFoundError, match="edition 7 is not kept"):
        steps.editions.get(7)


def test_an_edition_that_no_mail_was_made_from_is_deleted_when_its_day_closes(
    steps: LedgerSteps,
) -> None:
    steps.finish(DeliveryState.SENT, ONE, subscriber=ADA)
    save(steps, edition(ONE, TWO, THREE))
    tomorrow = save(steps, edition(TWO, day=NEXT_DAY))

    steps.ledger.close(DAY, now=LATER)

    assert steps.execute("SELECT id FROM editions ORDER BY id") == [
        steps.record().edition_id,
        tomorrow.id,
    ]
    assert steps.execute("SELECT count(*) FROM edition_papers") == [2]


def test_an_open_day_keeps_all_its_editions(steps: LedgerSteps) -> None:
    steps.finish(DeliveryState.DEFERRED, ONE)
    save(steps, edition(ONE, TWO, THREE))

    steps.ledger.close(DAY, now=LATER)

    assert steps.execute("SELECT count(*) FROM editions") == [2]


# -- what was mailed --------------------------------------------------------------------------


def mark(steps: LedgerSteps, stored: StoredEdition, at: str) -> None:
    steps.execute(f"UPDATE editions SET mailed_at = '{at}' WHERE id = {stored.id}")  # noqa: S608


def test_days_are_those_of_which_an_edition_was_mailed(steps: LedgerSteps) -> None:
    first, _, last = (save(steps, edition(ONE, day=DAY + timedelta(days=n))) for n in range(3))
    for stored in (first, last):
        mark(steps, stored, "2026-02-10 18:00:00.000000")

    assert steps.editions.mailed_days(most=9) == [DAY + timedelta(days=2), DAY]
    assert steps.editions.mailed_days(most=1) == [DAY + timedelta(days=2)]


def test_the_newest_of_a_day_is_the_last_of_those_mailed(steps: LedgerSteps) -> None:
    first, second, _ = (save(steps, edition(*papers)) for papers in ((ONE,), (TWO,), (THREE,)))
    mark(steps, first, "2026-02-10 18:00:00.000000")
    mark(steps, second, "2026-02-10 19:00:00.000000")

    found = steps.editions.newest_mailed(DAY)

    assert found is not None
    assert found[0] == second.id
    assert steps.editions.newest_mailed(NEXT_DAY) is None


def test_how_many_were_mailed_and_when_changes_with_each(steps: LedgerSteps) -> None:
    nothing = steps.editions.last_mailed()
    mark(steps, save(steps, edition(ONE)), "2026-02-10 18:00:00.000000")
    one = steps.editions.last_mailed()
    mark(steps, save(steps, edition(TWO)), "2026-02-10 18:00:00.000000")

    assert nothing == (0, None)
    assert (one[0], steps.editions.last_mailed()[0]) == (1, 2)
