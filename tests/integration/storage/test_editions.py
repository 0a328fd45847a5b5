"""What mails were made from is kept as it was, once, and as long as a mail was made from it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.builders import DAY, NOON, desk_of, issue, paper, pick
from support.ledger_steps import ADA, ONE, THREE, TITLED, TWO, Clerk

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
def clerk(engine: sa.Engine) -> Clerk:
    return Clerk(engine)


def desk(*papers: object, day: object = DAY) -> Edition:
    return desk_of(issue(*(pick(it) for it in papers or (ONE,)), day=day))  # type: ignore[arg-type]


def freeze(
    clerk: Clerk, laid: Edition, *, press: str = "press", late: bool = False
) -> StoredEdition:
    return clerk.desks.save(laid, mail_key=press, now=LATER if late else NOON)


def test_a_frozen_desk_is_opened_as_it_was(clerk: Clerk) -> None:
    laid = desk(ONE, TWO, TITLED)

    frozen = freeze(clerk, laid)

    assert frozen.edition == laid
    assert clerk.desks.get(frozen.id) == frozen


def test_the_same_desk_is_kept_once_with_its_first_date(clerk: Clerk) -> None:
    first, again = freeze(clerk, desk(ONE)), freeze(clerk, desk(ONE), late=True)

    assert again == first
    assert first.at == NOON
    assert clerk.execute("SELECT count(*) FROM editions") == [1]


@pytest.mark.parametrize(
    ("laid", "press"),
    [(desk(ONE, TWO), "press"), (desk(ONE, day=NEXT_DAY), "press"), (desk(ONE), "new templates")],
    ids=["other papers", "another day", "another press"],
)
def test_a_desk_that_differs_is_kept_beside_the_first(
    clerk: Clerk, laid: Edition, press: str
) -> None:
    first = freeze(clerk, desk(ONE))

    second = freeze(clerk, laid, press=press, late=True)

    assert second.id != first.id
    assert (first.at, second.at) == (NOON, LATER)
    assert clerk.desks.get(first.id).edition == desk(ONE)


def test_the_date_of_mails_has_no_fractions_of_a_second(clerk: Clerk) -> None:
    frozen = clerk.desks.save(desk(), mail_key="", now=NOON.replace(microsecond=123456))

    assert frozen.at == NOON


def test_a_glance_keeps_nothing_and_knows_what_is_kept(clerk: Clerk) -> None:
    new = clerk.desks.preview(desk(ONE), mail_key="press", now=NOON)
    kept = freeze(clerk, desk(ONE))

    assert (new.id, new.edition, new.at) == (0, desk(ONE), NOON)
    assert clerk.desks.preview(desk(ONE), mail_key="press", now=LATER) == kept
    assert clerk.execute("SELECT count(*) FROM editions") == [1]


def test_papers_are_familiar_that_lay_on_a_desk_of_another_day(clerk: Clerk) -> None:
    freeze(clerk, desk(ONE, TWO))
    laid = desk(TWO, THREE, day=NEXT_DAY)

    glanced = clerk.desks.preview(laid, mail_key="press", now=NOON)
    frozen = freeze(clerk, laid)

    assert glanced.also_elsewhere == frozen.also_elsewhere == {"2"}
    assert freeze(clerk, desk(TWO)).also_elsewhere == {"2"}


def test_a_paper_that_took_its_real_id_has_it_on_the_desks_of_old(clerk: Clerk) -> None:
    frozen = freeze(clerk, desk(ONE, TITLED))

    PaperStore(clerk.engine).save(
        [paper("9", title="Lamps in Fog")], source="hf", authority=get_kind("huggingface").authority
    )

    opened = clerk.desks.get(frozen.id).edition
    assert [found.id for found in opened.papers] == ["1", "9"]
    assert [found.paper.id for found in opened.ranked["agents"]] == ["1", "9"]
    assert opened.papers[1].links == TITLED.links


def test_the_newest_desk_of_a_day_is_the_one_frozen_last(clerk: Clerk) -> None:
    assert clerk.desks.newest(DAY) is None

    freeze(clerk, desk(ONE))
    second = freeze(clerk, desk(ONE, TWO))
    freeze(clerk, desk(ONE, day=NEXT_DAY))

    assert clerk.desks.newest(DAY) == second.id


def test_a_desk_that_is_not_there_is_named(clerk: Clerk) -> None:
    with pytest.raises(NotFoundError, match="desk 7 is not kept"):
        clerk.desks.get(7)


def test_a_desk_that_no_mail_was_made_from_is_thrown_away_when_its_day_closes(
    clerk: Clerk,
) -> None:
    clerk.ended(DeliveryState.SENT, ONE, reader=ADA)
    freeze(clerk, desk(ONE, TWO, THREE))
    tomorrow = freeze(clerk, desk(TWO, day=NEXT_DAY))

    clerk.ledger.close(DAY, now=LATER)

    assert clerk.execute("SELECT id FROM editions ORDER BY id") == [
        clerk.entry().edition_id,
        tomorrow.id,
    ]
    assert clerk.execute("SELECT count(*) FROM edition_papers") == [2]


def test_an_open_day_keeps_all_its_desks(clerk: Clerk) -> None:
    clerk.ended(DeliveryState.DEFERRED, ONE)
    freeze(clerk, desk(ONE, TWO, THREE))

    clerk.ledger.close(DAY, now=LATER)

    assert clerk.execute("SELECT count(*) FROM editions") == [2]
