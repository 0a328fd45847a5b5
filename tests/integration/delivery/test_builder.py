"""What is shown before a run is what the run does, and showing it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from support.installation import House, Recorder

from digest.delivery.worker import BATCH_SIZE
from digest.models.delivery import DeliveryState

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

    from digest.models.delivery import Outcome, OutgoingMessage


@pytest.fixture
def house(engine: sa.Engine, tmp_path: Path) -> House:
    return House(engine, tmp_path)


def test_a_preview_is_the_very_bytes_that_are_sent(house: House) -> None:
    house.about_agents("2602.00001", "2602.00002", votes=3)
    ada = house.reader("ada")
    transport = Recorder()

    mail = house.preview(ada).message
    house.send(transport)

    assert mail is not None
    assert transport.parcels == [mail.outgoing]


def test_a_preview_after_the_run_is_still_the_mail_that_was_sent(house: House) -> None:
    house.about_agents("2602.00001", "2602.00002", votes=3)
    ada = house.reader("ada")
    transport = Recorder()

    house.send(transport)
    house.wait(hours=8)
    mail = house.preview(ada).message

    assert mail is not None
    assert transport.parcels == [mail.outgoing]


def test_two_readers_get_two_different_mails(house: House) -> None:
    house.about_agents("2602.00001")
    ada, ben = house.reader("ada"), house.reader("ben")

    to_ada, to_ben = house.preview(ada).message, house.preview(ben).message

    assert to_ada is not None
    assert to_ben is not None
    assert to_ada.message_id != to_ben.message_id
    assert b"ben@example.org" not in to_ada.outgoing.content


def test_a_rehearsal_says_what_a_run_would_do(house: House) -> None:
    house.about_agents("2602.00001")
    house.reader("ada")
    house.reader("ben", "whales")

    outcomes = house.rehearse()

    assert [(o.subscriber.address, o.state) for o in outcomes] == [
        ("ada@example.org", DeliveryState.SENT),
        ("ben@example.org", DeliveryState.SKIPPED),
    ]


def test_neither_a_rehearsal_nor_a_preview_writes_anything(house: House) -> None:
    house.about_agents("2602.00001")
    ada = house.reader("ada")
    house.reader("ben", "whales")
    before = house.dump()

    house.rehearse()
    house.preview(ada)

    assert house.dump() == before
    assert before["deliveries"] == []


def questions_of_a_run(house: House) -> tuple[list[str], list[int]]:
    """Everything a run asks of the database, and how much of it before each mail."""
    questions: list[str] = []
    at_mail: list[int] = []

    class Counting(Recorder):
        def hand_over(
            self, parcel: OutgoingMessage, failure: Outcome | BaseException | None
        ) -> None:
            super().hand_over(parcel, failure)
            at_mail.append(len(questions))

    def asked(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        questions.extend([statement] * statement.startswith("SELECT"))

    desk = house.desk()
    event.listen(house.app.engine, "before_cursor_execute", asked)
    house.send(Counting(), desk=desk)
    event.remove(house.app.engine, "before_cursor_execute", asked)
    return questions, at_mail


def test_a_run_asks_the_database_once_for_a_batch_and_not_for_each_reader(
    engine: sa.Engine, tmp_path: Path
) -> None:
    house = House(engine, tmp_path)
    house.about_agents("2602.00001")
    house.reader("first")
    few, _ = questions_of_a_run(house)
    for number in range(BATCH_SIZE):
        house.reader(f"reader{number}")

    many, at_mail = questions_of_a_run(house)

    assert len(at_mail) == BATCH_SIZE
    assert len(set(at_mail)) == 1
    assert len(many) == len(few)
