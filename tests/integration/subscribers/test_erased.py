"""The hashes of erased addresses: found by every spelling, and by nobody without the pepper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.builders import NOON, PEPPER

from subscribers.erased import ErasedAddresses
from subscribers.tables import suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def db(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.begin() as connection:
        yield connection


@pytest.fixture
def erased() -> ErasedAddresses:
    return ErasedAddresses(PEPPER)


def test_an_erased_mailbox_is_found_by_its_spellings_among_many(
    db: sa.Connection, erased: ErasedAddresses
) -> None:
    erased.add(db, "ada.b+x@gmail.com", for_ever=False, at=NOON, channel="web")
    others = [f"reader{number}@example.org" for number in range(1000)]

    found = erased.find(db, [*others, "ada.b+x@gmail.com", "a.dab@gmail.com", "adab@gmail.com"])

    assert found == {
        "ada.b+x@gmail.com": False,
        "a.dab@gmail.com": False,
        "adab@gmail.com": False,
    }


def test_what_is_for_ever_in_one_spelling_is_so_in_all(
    db: sa.Connection, erased: ErasedAddresses
) -> None:
    erased.add(db, "ada+x@example.org", for_ever=True, at=NOON, channel="web")

    assert erased.find(db, ["ada+y@example.org"]) == {"ada+y@example.org": True}


def test_another_pepper_finds_nobody(db: sa.Connection, erased: ErasedAddresses) -> None:
    erased.add(db, "ada@example.org", for_ever=False, at=NOON, channel="web")

    assert ErasedAddresses("another pepper").find(db, ["ada@example.org"]) == {}


def test_no_trace_stays_of_who_has_come_back(db: sa.Connection, erased: ErasedAddresses) -> None:
    erased.add(db, "ada+x@example.org", for_ever=False, at=NOON, channel="web")

    erased.remove(db, "ada+x@example.org")

    assert db.execute(sa.select(suppressions)).all() == []
