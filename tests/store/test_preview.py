"""What is shown before a run is what the run does, and showing it changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from builders import DAY, NOON
from sqlalchemy import event
from store.house import House, Recorder

from digest.models import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa

    from digest.delivery.transports import Note, Parcel


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> House:
    return House(engine, tmp_path)


def test_a_preview_is_the_very_bytes_that_are_sent(house: House) -> None:
    house.about_agents("2602.00001", "2602.00002", votes=3)
    ada = house.reader("ada")
    transport = Recorder()

    mail = house.preview(ada).mail
    house.send(transport)

    assert mail is not None
    assert transport.parcels == [mail.parcel]


def test_a_preview_after_the_run_is_still_the_mail_that_was_sent(house: House) -> None:
    house.about_agents("2602.00001", "2602.00002", votes=3)
    ada = house.reader("ada")
    transport = Recorder()

    house.send(transport)
    mail = house.preview(ada, now=NOON + timedelta(hours=8)).mail

    assert mail is not None
    assert transport.parcels == [mail.parcel]


def test_two_readers_get_two_different_mails(house: House) -> None:
    house.about_agents("2602.00001")
    ada, ben = house.reader("ada"), house.reader("ben")

    to_ada, to_ben = house.preview(ada).mail, house.preview(ben).mail

    assert to_ada is not None
    assert to_ben is not None
    assert to_ada.message_id != to_ben.message_id
    assert b"ben@example.org" not in to_ada.parcel.content


def test_a_rehearsal_says_what_a_run_would_do(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.reader("ben", "whales")

    outcomes = house.rehearse()

    assert [(o.reader.address, o.state) for o in outcomes] == [
        ("ada@example.org", State.SENT),
        ("ben@example.org", State.SKIPPED),
    ]


def test_a_rehearsal_leaves_out_those_who_had_their_mail(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.send()

    assert house.rehearse() == []


def test_neither_a_rehearsal_nor_a_preview_writes_anything(house: House) -> None:
    house.about_agents("2602.00001")
    ada = house.reader("ada")
    house.reader("ben", "whales")
    before = house.dump()

    house.rehearse()
    house.preview(ada)

    assert house.dump() == before
    assert before["deliveries"] == []


@pytest.mark.parametrize("readers", [5, 50])
def test_a_run_asks_the_database_once_for_everybody(house: House, readers: int) -> None:
    house.about_agents("2602.00001")
    for number in range(readers):
        house.reader(f"reader{number}")
    questions: list[str] = []
    at_first_mail: list[int] = []

    class Counting(Recorder):
        def carry(self, parcels: Iterator[Parcel], note: Note) -> None:
            super().carry(parcels, note)
            at_first_mail.append(len(questions))

    def asked(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        questions.extend([statement] * statement.startswith("SELECT"))

    confirmed, desk = house.book.confirmed(), house.desk(DAY)
    assert len(confirmed) == readers
    event.listen(house.app.engine, "before_cursor_execute", asked)
    house.send_to(confirmed, desk, Counting())

    assert len(at_first_mail) == readers
    assert at_first_mail[0] == 4  # settled, seen, planned, and the first reader's own row
